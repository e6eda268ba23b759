//! Programs of several stages over units, made from a seed.

use hw_sim::stimulus::random::Random;
use program::{
    Arrangement, Expression, Format, Gather, NodeId, Operation, Order, Overflow, Program, Role,
    Rounding, Shape, Stage, Stop, Storage, Vector, VectorId, Weights, When,
};

use crate::sample::raw;

/// What a sample of several stages looks like.
#[derive(Debug, Clone)]
pub struct Stages {
    /// The sizes of layers; a layer has a state, an input and a parameter of that size.
    pub layers: Vec<usize>,
    /// Stages that run once, each of which derives a vector.
    pub once: usize,
    /// The format of states and inputs.
    pub state: Format,
    /// The most gathers of a stage.
    pub gathers: usize,
    /// Whether some weights are sparse.
    pub sparse: bool,
    /// The budget.
    pub max_steps: u64,
    /// Whether the run ends on period 2.
    pub on_period_two: bool,
}

/// A program under construction.
struct Made<'a> {
    of: &'a Stages,
    random: &'a mut Random,
    vectors: Vec<Vector>,
    /// Vectors that may be gathered from.
    sources: Vec<VectorId>,
}

/// A program in which each layer's state is written by a stage that gathers from random vectors.
pub fn stages(random: &mut Random, of: &Stages) -> Program {
    let mut made = Made {
        of,
        random,
        vectors: vec![],
        sources: vec![],
    };
    let states: Vec<VectorId> = (0..of.layers.len())
        .map(|layer| made.layer(layer))
        .collect();
    let mut stages = vec![];
    for place in 0..of.once {
        let layer = place % of.layers.len();
        stages.push(made.derive(place, layer));
    }
    for (layer, &state) in states.iter().enumerate() {
        stages.push(made.update(layer, state));
    }
    Program {
        name: "sample".into(),
        kind: "chain".into(),
        sources: vec![("update".into(), "sample.toml:9 [update]".into())],
        vectors: made.vectors,
        tables: vec![],
        stages,
        order: Order::Synchronous,
        stop: Stop {
            max_steps: of.max_steps,
            when_stable: true,
            on_period_two: of.on_period_two,
        },
    }
}

impl Made<'_> {
    fn vector(&mut self, name: String, size: usize, format: Format, role: Role) -> VectorId {
        self.vectors.push(Vector {
            name,
            shape: Shape::Units(size),
            format,
            role,
        });
        VectorId(self.vectors.len() - 1)
    }

    /// The state, input and parameter of a layer; gives the state.
    fn layer(&mut self, layer: usize) -> VectorId {
        let (size, format) = (self.of.layers[layer], self.of.state);
        let values = (0..size).map(|_| raw(self.random, format)).collect();
        let state = self.vector(format!("state{layer}"), size, format, Role::State);
        let input = self.vector(format!("input{layer}"), size, format, Role::Input);
        self.vector(
            format!("known{layer}"),
            size,
            format,
            Role::Parameter(values),
        );
        self.sources.extend([state, input]);
        state
    }

    fn derive(&mut self, place: usize, layer: usize) -> Stage {
        let (size, format) = (self.of.layers[layer], self.of.state);
        let name = format!("derived{place}");
        let (gathers, apply, result) = self.body(size);
        let target = self.vector(name.clone(), size, format, Role::Derived);
        self.sources.push(target);
        Stage {
            name: format!("derive{place}"),
            when: When::Once,
            gathers,
            apply,
            writes: vec![(target, result)],
            rest: None,
        }
    }

    fn update(&mut self, layer: usize, state: VectorId) -> Stage {
        let (gathers, apply, result) = self.body(self.of.layers[layer]);
        Stage {
            name: format!("update{layer}"),
            when: When::EveryStep,
            gathers,
            apply,
            writes: vec![(state, result)],
            rest: None,
        }
    }

    /// Sums of random vectors and own elements, fitted into the state's format.
    fn body(&mut self, size: usize) -> (Vec<Gather>, Expression, NodeId) {
        let format = self.of.state;
        let wide = Format::signed(40, format.fraction()).unwrap_or(Format::BIPOLAR);
        let count = self.random.below(self.of.gathers as u64 + 1) as usize;
        let gathers: Vec<Gather> = (0..count).map(|_| self.gather(size)).collect();
        let mut apply = Expression::default();
        let mut terms = vec![];
        for place in 0..count {
            terms.push(apply.push(&format!("sum{place}"), Operation::Gathered(place), wide));
        }
        let shape = Shape::Units(size);
        let own: Vec<VectorId> = (0..self.vectors.len())
            .filter(|&place| self.vectors[place].shape == shape)
            .filter(|_| self.random.below(2) == 0)
            .map(VectorId)
            .collect();
        for id in own {
            let name = format!("own{}", id.0);
            let own = apply.push(&name, Operation::Element(id), format);
            let resize = Operation::Resize {
                of: own,
                rounding: Rounding::Floor,
                overflow: Overflow::Saturate,
            };
            terms.push(apply.push(&format!("{name}_wide"), resize, wide));
        }
        let start = apply.push("start", Operation::Constant(1), wide);
        let total = terms
            .into_iter()
            .enumerate()
            .fold(start, |total, (place, term)| {
                apply.push(&format!("total{place}"), Operation::Add(total, term), wide)
            });
        let resize = Operation::Resize {
            of: total,
            rounding: Rounding::HalfEven,
            overflow: Overflow::Saturate,
        };
        let result = apply.push("next", resize, format);
        (gathers, apply, result)
    }

    fn gather(&mut self, size: usize) -> Gather {
        let place = self.random.below(self.sources.len() as u64) as usize;
        let source = self.sources[place];
        let columns = self.vectors[source.0].shape.elements();
        let format = self.of.state;
        let weights = Format::signed(4, 0).unwrap_or(Format::BIPOLAR);
        let wide = Format::signed(40, format.fraction()).unwrap_or(Format::BIPOLAR);
        let offset = (self.random.below(3) == 0).then(|| {
            let values = (0..size).map(|_| raw(self.random, format)).collect();
            let name = format!("offset{}", self.vectors.len());
            self.vector(name, size, format, Role::Parameter(values))
        });
        let arrangement = if self.of.sparse && self.random.below(2) == 0 {
            let row = |random: &mut Random| {
                let chosen = (0..columns).filter(|_| random.below(3) == 0);
                let chosen: Vec<usize> = chosen.collect();
                chosen
                    .into_iter()
                    .map(|column| (column, raw(random, weights)))
                    .collect()
            };
            Arrangement::Sparse {
                columns,
                rows: (0..size).map(|_| row(self.random)).collect(),
            }
        } else {
            let values = (0..size * columns).map(|_| raw(self.random, weights));
            Arrangement::Dense {
                rows: size,
                columns,
                values: values.collect(),
            }
        };
        Gather {
            source,
            map: None,
            weights: Weights {
                format: weights,
                arrangement,
                storage: Storage::Rom,
            },
            offset,
            accumulator: wide,
        }
    }
}
