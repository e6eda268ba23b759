//! The operators `RNN`, `GRU` and `LSTM`.

use network::Tensor;
use network::activation::{Activation, Function};
use network::description::LayerWord;

use super::attributes::{Attributes, Reason};
use super::chain::{Order, columns};
use super::graph::Importer;
use super::model::Node;
use super::track::{Take, Track, Value};
use crate::axes::Atom;
use crate::draft::LayerDraft;
use crate::error::one_line;

/// What the attributes of a recurrent node say.
struct Settings {
    kind: LayerWord,
    direction: &'static str,
    units: Option<usize>,
    activations: Vec<Activation>,
    clip: Option<f64>,
    coupled: bool,
    reset_after: bool,
    batch_first: bool,
}

impl Settings {
    fn read(node: &Node<'_>) -> Result<Settings, Reason> {
        let (kind, own) = match node.operator {
            "GRU" => (LayerWord::Gru, &["linear_before_reset"][..]),
            "LSTM" => (LayerWord::Lstm, &["input_forget"][..]),
            _ => (LayerWord::Elman, &[][..]),
        };
        let common = [
            "activation_alpha",
            "activation_beta",
            "activations",
            "clip",
            "direction",
            "hidden_size",
            "layout",
        ];
        let given = Attributes::of(node, &[&common, own].concat())?;
        let direction = match given.text("direction")?.unwrap_or("forward") {
            "forward" => "forward",
            "reverse" => "reverse",
            "bidirectional" => "bidirectional",
            other => return Err(format!("the direction `{}` is not known", one_line(other))),
        };
        let clip = given.float("clip")?;
        if clip.is_some_and(|clip| !(clip > 0.0 && clip.is_finite())) {
            return Err("`clip` is not above 0".into());
        }
        let units = match given.int("hidden_size", 0)? {
            0 => None,
            units => Some(usize::try_from(units).map_err(|_| "`hidden_size` is below 0")?),
        };
        Ok(Settings {
            kind,
            direction,
            units,
            activations: activations(&given, kind, direction)?,
            clip,
            coupled: given.flag("input_forget")?,
            reset_after: given.int("linear_before_reset", 0)? != 0,
            batch_first: given.flag("layout")?,
        })
    }

    fn cells(&self) -> usize {
        if self.direction == "bidirectional" {
            2
        } else {
            1
        }
    }
}

/// The activations of all directions; none where all are the default.
fn activations(
    given: &Attributes<'_>,
    kind: LayerWord,
    direction: &str,
) -> Result<Vec<Activation>, Reason> {
    let names = given.texts("activations")?;
    let (alphas, betas) = (
        given.floats("activation_alpha")?,
        given.floats("activation_beta")?,
    );
    if names.is_empty() {
        return match alphas.is_empty() && betas.is_empty() {
            true => Ok(vec![]),
            false => Err(
                "`activation_alpha` and `activation_beta` are given without \
                          `activations`, which have neither by default"
                    .into(),
            ),
        };
    }
    let cells = if direction == "bidirectional" { 2 } else { 1 };
    let wanted = kind.defaults().len() * cells;
    if names.len() != wanted {
        return Err(format!(
            "{} `activations` are given, and {wanted} are wanted",
            names.len()
        ));
    }
    // Each function takes what it has parameters for, in the order of the functions.
    let (mut alphas, mut betas) = (alphas.into_iter(), betas.into_iter());
    let all = names
        .iter()
        .map(|name| activation(name, &mut alphas, &mut betas));
    let all: Vec<Activation> = all.collect::<Result<_, _>>()?;
    match alphas.next().or(betas.next()) {
        None => Ok(all),
        Some(_) => Err(
            "there are more values in `activation_alpha` or `activation_beta` than the \
                        functions take"
                .into(),
        ),
    }
}

/// A function by its name, whatever its case.
fn activation(
    name: &str,
    alphas: &mut dyn Iterator<Item = f64>,
    betas: &mut dyn Iterator<Item = f64>,
) -> Result<Activation, Reason> {
    // Where documents and programs disagree about a default, it must be given.
    let mut taken = |which: &str, default: Option<f64>| {
        let values: &mut dyn Iterator<Item = f64> = match which {
            "alpha" => &mut *alphas,
            _ => &mut *betas,
        };
        values.next().or(default).ok_or_else(|| {
            format!("`{name}` needs `activation_{which}`, of which there is no agreed default")
        })
    };
    let function = match name.to_ascii_lowercase().as_str() {
        "relu" => Function::Relu,
        "tanh" => Function::Tanh,
        "sigmoid" => Function::Logistic,
        "softsign" => Function::Softsign,
        "softplus" => Function::Softplus,
        "affine" => Function::Affine {
            slope: taken("alpha", None)?,
            offset: taken("beta", None)?,
        },
        "leakyrelu" => Function::LeakyRelu {
            slope: taken("alpha", Some(0.01))?,
        },
        "thresholdedrelu" => Function::ThresholdedRelu {
            threshold: taken("alpha", None)?,
        },
        "scaledtanh" => Function::ScaledTanh {
            scale: taken("alpha", None)?,
            slope: taken("beta", None)?,
        },
        "hardsigmoid" => Function::HardSigmoid {
            slope: taken("alpha", Some(0.2))?,
            offset: taken("beta", Some(0.5))?,
        },
        "elu" => Function::Elu {
            scale: taken("alpha", Some(1.0))?,
        },
        _ => return Err(format!("the activation `{}` is not known", one_line(name))),
    };
    Activation::new(function, 1.0)
        .map_err(|problem| format!("{problem}, and is to be {}", problem.expected()))
}

/// A tensor with one axis for directions, rows and columns, as the operators have them.
fn weights(
    inputs: &[Option<Value>],
    at: usize,
    name: &str,
    shape: &[Option<usize>],
) -> Result<Option<Tensor>, Reason> {
    let tensor = match inputs.get(at) {
        None | Some(None) => return Ok(None),
        Some(Some(value)) => value.constant().ok_or_else(|| {
            format!("`{name}` is computed when the model runs; only constants are built")
        })?,
    };
    let same = |(found, wanted): (&usize, &Option<usize>)| wanted.is_none_or(|it| it == *found);
    if tensor.shape.len() == shape.len() && tensor.shape.iter().zip(shape).all(same) {
        return Ok(Some(tensor.clone()));
    }
    let wanted = shape
        .iter()
        .map(|it| it.map_or("any".into(), |it| it.to_string()));
    Err(format!(
        "`{name}` has the shape {}, and should have {}",
        tensor.shape_text(),
        wanted.collect::<Vec<String>>().join(" x ")
    ))
}

impl Importer<'_> {
    /// A recurrent node: its attributes are judged even where what it takes is blocked.
    pub(super) fn recurrent(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let settings = Settings::read(node)?;
        if blocked {
            return Ok(vec![]);
        }
        let mut track = self.track(inputs.first())?;
        let mut layer = self.layer(&settings, inputs, label)?;
        let [steps, sequences] = self.outer(&mut track, &settings, &mut layer)?;
        self.lengths(inputs.get(4), &steps)?;
        self.join(&track)?;
        if settings.kind == LayerWord::Gru
            && !settings.reset_after
            && self.model.producer.eq_ignore_ascii_case("pytorch")
        {
            self.note(format!(
                "warning: {label} has linear_before_reset = 0 and comes from PyTorch, whose GRU is \
                 that of 1: some of its exporters leave the attribute out by mistake; compare with \
                 `--check`"
            ));
        }
        let both = if settings.cells() == 2 {
            self.atom(Some(2))
        } else {
            None
        };
        let units = self.atom(Some(layer.units));
        self.directions = both;
        let [both, units] = [both, units].map(|atom| -> Vec<Atom> { atom.into_iter().collect() });
        let vector = [both.clone(), units.clone()].concat();
        let every = match settings.batch_first {
            false => vec![steps, both.clone(), sequences.clone(), units.clone()],
            true => vec![sequences.clone(), steps, both.clone(), units.clone()],
        };
        let last = match settings.batch_first {
            false => vec![both, sequences, units],
            true => vec![sequences, both, units],
        };
        let steps = self.push(layer, every, vector)?;
        let state = |take: Take| Track {
            axes: last.clone(),
            take,
            ..steps.clone()
        };
        let (hidden, cells) = (state(Take::LastState), state(Take::LastCells));
        Ok([steps, hidden, cells].map(Value::Track).to_vec())
    }

    /// The layer with its weights.
    fn layer(
        &mut self,
        settings: &Settings,
        inputs: &[Option<Value>],
        label: &str,
    ) -> Result<LayerDraft, Reason> {
        let cells = Some(settings.cells());
        let missing = |name: &str| format!("`{name}` is missing");
        let r =
            weights(inputs, 2, "R", &[cells, None, settings.units])?.ok_or_else(|| missing("R"))?;
        let units = r.shape.last().copied().unwrap_or(0);
        let rows = Some(units.saturating_mul(settings.kind.gates()));
        let r = weights(inputs, 2, "R", &[cells, rows, Some(units)])?.unwrap_or(r);
        let w = weights(inputs, 1, "W", &[cells, rows, None])?.ok_or_else(|| missing("W"))?;
        let biases = rows.map(|rows| rows.saturating_mul(2));
        let bias = weights(inputs, 3, "B", &[cells, biases])?;
        let mut arrays = vec![("w", w), ("r", r)];
        arrays.extend(bias.map(|bias| ("bias", bias)));
        let initial = self.initial(inputs.get(5), "initial_h", settings, units)?;
        arrays.extend(initial.map(|array| ("initial", array)));
        if settings.kind == LayerWord::Lstm {
            let initial = self.initial(inputs.get(6), "initial_c", settings, units)?;
            arrays.extend(initial.map(|array| ("initial_cell", array)));
            let peepholes = weights(inputs, 7, "P", &[cells, Some(units.saturating_mul(3))])?;
            arrays.extend(peepholes.map(|array| ("peepholes", array)));
        }
        if inputs.len()
            > if settings.kind == LayerWord::Lstm {
                8
            } else {
                6
            }
        {
            return Err("it takes more inputs than the operator has".into());
        }
        let mut layer = LayerDraft::new(settings.kind, label);
        layer.units = units;
        layer.direction = settings.direction;
        layer.arrays = arrays;
        layer.activations = settings.activations.clone();
        layer.clip = settings.clip;
        layer.coupled = settings.coupled;
        layer.reset_after = settings.reset_after;
        Ok(layer)
    }

    /// What runs over the steps and over the sequences of the vectors that a layer takes.
    fn outer(
        &mut self,
        track: &mut Track,
        settings: &Settings,
        layer: &mut LayerDraft,
    ) -> Result<[Vec<Atom>; 2], Reason> {
        let [first, second, _] = track.axes.as_slice() else {
            return Err(format!(
                "it takes arrays of {} axes, not of 3",
                track.axes.len()
            ));
        };
        let (steps, sequences) = match settings.batch_first {
            false => (first.clone(), second.clone()),
            true => (second.clone(), first.clone()),
        };
        if !self.has_steps(track) {
            return Err(
                "it takes one vector for a whole sequence; layers behind the last state or \
                        step see no steps"
                    .into(),
            );
        }
        let inputs = layer
            .arrays
            .first()
            .and_then(|(_, w)| w.shape.last())
            .copied();
        let order = self.vectors(track, 2..3, inputs)?;
        self.ordered(track, &order, layer)?;
        let outer = [steps, sequences];
        if outer.iter().any(|axis| axis.len() > 1) {
            return Err("steps and sequences stand in one axis of what it takes".into());
        }
        match &self.steps {
            Some(before) if *before != outer => {
                Err("it takes for steps what another layer takes for sequences".into())
            }
            _ => {
                self.steps = Some(outer.clone());
                Ok(outer)
            }
        }
    }

    /// The weights of a layer for elements in the order of the vectors, with what is still to be done
    /// to each of them.
    fn ordered(
        &mut self,
        track: &mut Track,
        order: &Order,
        layer: &mut LayerDraft,
    ) -> Result<(), Reason> {
        let cells = layer.cells();
        let own = self.folded(track)?;
        let w = layer.arrays.iter_mut().find(|(key, _)| *key == "w");
        let (_, w) = w.ok_or("`W` is missing")?;
        *w = columns(w.clone(), order).ok_or("the vectors that it takes do not suit `W`")?;
        let Some(own) = own else {
            return Ok(());
        };
        let sums = own.before(w);
        if own.is_linear() {
            return Ok(());
        }
        // Of each direction first the biases of W, then those of R.
        let rows = sums.len() / cells.max(1);
        let biases = layer.bias(2 * sums.len()).chunks_mut((2 * rows).max(1));
        for (bias, sums) in biases.zip(sums.chunks(rows.max(1))) {
            bias.iter_mut()
                .zip(sums)
                .for_each(|(bias, sum)| *bias += sum);
        }
        Ok(())
    }

    /// The steps of each sequence, where they are an input.
    fn lengths(&mut self, given: Option<&Option<Value>>, steps: &[Atom]) -> Result<(), Reason> {
        let all = match steps {
            [] => Some(1),
            [atom] => atom.length,
            _ => None,
        };
        let name = match given {
            None | Some(None) => None,
            Some(Some(Value::Input(number))) => {
                let input = self.model.graph.inputs.get(*number);
                Some(one_line(input.map_or("", |input| input.name)))
            }
            Some(Some(value)) => {
                let known = value.integers().unwrap_or_default();
                let same = |&length: &i64| usize::try_from(length).ok() == all;
                if known.is_empty() || !known.iter().all(same) {
                    return Err(
                        "`sequence_lens` is a constant that is not the number of steps of \
                                every sequence: make it an input of the model"
                            .into(),
                    );
                }
                self.note("`sequence_lens` is the number of steps of every sequence, and left out");
                None
            }
        };
        match &self.sequence_lengths {
            Some(before) if *before != name => {
                Err("its `sequence_lens` is not that of the other recurrent layers".into())
            }
            _ => {
                if let Some(name) = &name {
                    self.note(format!(
                        "the input `{name}` gives the steps of each sequence: a run ends with its \
                         sequence, and `lengths` of [data] cut an array of sequences"
                    ));
                }
                self.sequence_lengths = Some(name);
                Ok(())
            }
        }
    }

    /// An initial state, the same for all sequences; none where it is 0.
    fn initial(
        &mut self,
        given: Option<&Option<Value>>,
        name: &str,
        settings: &Settings,
        units: usize,
    ) -> Result<Option<Tensor>, Reason> {
        let cells = settings.cells();
        let tensor = match given {
            None | Some(None) => return Ok(None),
            Some(Some(Value::Filled(value))) => Tensor {
                shape: vec![cells, 1, units],
                values: vec![*value; cells.saturating_mul(units)],
            },
            Some(Some(Value::Input(_))) if self.options.zero_states => {
                self.note(format!("`{name}` is an input of the model, and 0 here"));
                return Ok(None);
            }
            Some(Some(Value::Input(_))) => {
                return Err(format!(
                    "`{name}` is an input of the model; with `--zero-states` it is taken for 0"
                ));
            }
            Some(Some(value)) => value.constant().cloned().ok_or_else(|| {
                format!("`{name}` is computed when the model runs; only constants are built")
            })?,
        };
        let [first, second, last] = tensor.shape.as_slice() else {
            return Err(format!("`{name}` has the shape {}", tensor.shape_text()));
        };
        let (directions, sequences) = match settings.batch_first {
            false => (*first, *second),
            true => (*second, *first),
        };
        if (directions, *last) != (cells, units) || sequences == 0 {
            return Err(format!(
                "`{name}` has the shape {}, and should be for {cells} directions of {units} units",
                tensor.shape_text()
            ));
        }
        let of = |direction: usize, sequence: usize| {
            let place = match settings.batch_first {
                false => direction * sequences + sequence,
                true => sequence * cells + direction,
            };
            tensor
                .values
                .chunks(units.max(1))
                .nth(place)
                .unwrap_or_default()
        };
        let same = |direction| (1..sequences).all(|it| of(direction, it) == of(direction, 0));
        if !(0..cells).all(same) {
            return Err(format!("`{name}` is not the same for all sequences"));
        }
        let values: Vec<f64> = (0..cells)
            .flat_map(|direction| of(direction, 0).to_vec())
            .collect();
        let shape = vec![cells, units];
        Ok(values
            .iter()
            .any(|&value| value != 0.0)
            .then_some(Tensor { shape, values }))
    }
}
