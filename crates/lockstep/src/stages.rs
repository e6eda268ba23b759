//! Chains of stages of every shape, made from a seed.

use hw_sim::stimulus::random::Random;
use program::{
    Arrangement, Begins, Delay, Expression, Format, Gather, Kept, NodeId, Operation, Order,
    Overflow, Part, Past, Program, Role, Rounding, Shape, Stage, Stop, Storage, Table, TableId,
    Vector, VectorId, Weights, When,
};

use crate::sample::raw;

/// The widest arguments of tables, so that samples stay small.
const TABLE_BITS: u32 = 9;

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
    /// The order of updates; one that is not synchronous is for one layer.
    pub order: Order,
    /// What changes with time, and what is looked up.
    pub moving: Moving,
    /// The budget.
    pub max_steps: u64,
    /// Whether the run ends on period 2.
    pub on_period_two: bool,
}

/// What a sample has besides states, inputs and parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moving {
    /// Tables, with this many bits of an entry; none for 0.
    pub tables: u32,
    /// Whether each layer has a signal and an output.
    pub signals: bool,
    /// Whether each layer has a schedule.
    pub schedules: bool,
    /// The longest delay of pasts; 0 for no past.
    pub pasts: usize,
    /// Whether stages read noise.
    pub noise: bool,
    /// Whether stages say themselves what rest is.
    pub rest: bool,
    /// Whether layers have sequences, kept vectors and joined ones.
    pub sequences: Sequences,
}

/// What a sample has that comes and goes with every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sequences {
    /// Nothing.
    #[default]
    None,
    /// Sequences, kept vectors and joined ones, beside states and inputs.
    Beside,
    /// The same, and outputs that leave after every step in the place of states and outputs.
    Emitting,
}

impl Stages {
    /// Whether a run may end before its budget is spent; a host that feeds steps could not know.
    fn ends_itself(&self) -> bool {
        self.moving.sequences == Sequences::None
    }
}

/// A program under construction.
struct Made<'a> {
    of: &'a Stages,
    random: &'a mut Random,
    vectors: Vec<Vector>,
    tables: Vec<Table>,
    /// Vectors that may be gathered from, and read element by element.
    sources: Vec<VectorId>,
    /// Vectors that may be read element by element only.
    own: Vec<VectorId>,
    /// Sources that stages of every step only may read.
    later: Vec<VectorId>,
}

/// The vectors of a layer that stages write.
struct Layer {
    state: VectorId,
    signal: Option<VectorId>,
    output: Option<VectorId>,
}

/// A program in which each layer's state is written by a stage that gathers from random vectors.
pub fn stages(random: &mut Random, of: &Stages) -> Program {
    let mut made = Made {
        of,
        random,
        vectors: vec![],
        tables: vec![],
        sources: vec![],
        own: vec![],
        later: vec![],
    };
    let layers: Vec<Layer> = (0..of.layers.len())
        .map(|layer| made.layer(layer))
        .collect();
    let mut stages = vec![];
    for place in 0..of.once {
        let layer = place % of.layers.len();
        stages.push(made.derive(place, layer));
    }
    let later = std::mem::take(&mut made.later);
    made.sources.extend(later);
    made.join();
    for (place, layer) in layers.iter().enumerate() {
        made.remember(place, layer);
    }
    for (place, layer) in layers.iter().enumerate() {
        stages.extend(made.update(place, layer));
    }
    Program {
        name: "sample".into(),
        kind: "chain".into(),
        sources: vec![("update".into(), "sample.toml:9 [update]".into())],
        vectors: made.vectors,
        tables: made.tables,
        stages,
        order: of.order,
        phases: None,
        stop: Stop {
            max_steps: of.max_steps,
            when_stable: of.ends_itself(),
            on_period_two: of.on_period_two && of.ends_itself(),
        },
    }
}

/// The results of an expression that a stage may write, in the state's format.
struct Body {
    gathers: Vec<Gather>,
    apply: Expression,
    result: NodeId,
    shown: NodeId,
    rest: Option<NodeId>,
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

    fn raws(&mut self, count: usize, format: Format) -> Vec<i64> {
        (0..count).map(|_| raw(self.random, format)).collect()
    }

    fn begins(&mut self) -> Begins {
        match self.random.below(3) {
            0 => Begins::Anew,
            1 => Begins::Across,
            _ => Begins::Loaded,
        }
    }

    fn sometimes(&mut self, of: bool) -> bool {
        of && self.random.below(3) > 0
    }

    /// The state, input and parameter of a layer, and what else it has.
    fn layer(&mut self, layer: usize) -> Layer {
        let (size, format) = (self.of.layers[layer], self.of.state);
        let values = self.raws(size, format);
        let sequences = self.of.moving.sequences;
        let emits = sequences == Sequences::Emitting;
        let kept = emits || self.sometimes(sequences != Sequences::None && layer > 0);
        let role = match kept {
            true => Role::Kept(Kept {
                start: self.raws(size, format),
                begins: self.begins(),
            }),
            false => Role::State,
        };
        let state = self.vector(format!("state{layer}"), size, format, role);
        let fed = self.sometimes(sequences != Sequences::None) || emits && layer == 0;
        let role = if fed { Role::Sequence } else { Role::Input };
        let input = self.vector(format!("input{layer}"), size, format, role);
        let known = self.vector(
            format!("known{layer}"),
            size,
            format,
            Role::Parameter(values),
        );
        for (id, later) in [(state, kept), (input, fed)] {
            match later {
                true => self.later.push(id),
                false => self.sources.push(id),
            }
        }
        self.own.push(known);
        let signals = self.of.moving.signals;
        let (shown, always) = match emits {
            true => (Role::Emitted, layer == 0),
            false => (Role::Output, false),
        };
        let signal = self
            .sometimes(signals)
            .then(|| self.vector(format!("signal{layer}"), size, format, Role::Signal));
        let output = (self.sometimes(signals) || always)
            .then(|| self.vector(format!("output{layer}"), size, format, shown));
        Layer {
            state,
            signal,
            output,
        }
    }

    /// Adds the pasts, schedule and noise of a layer; stages that run once may not read them.
    fn remember(&mut self, place: usize, layer: &Layer) {
        let (size, format) = (self.of.layers[place], self.of.state);
        let moving = self.of.moving;
        if self.sometimes(moving.schedules) {
            let length = 1 + self.random.below(4) as usize;
            let values = self.raws(length, format);
            let name = format!("schedule{place}");
            let schedule = self.vector(name, size, format, Role::Schedule(values));
            self.own.push(schedule);
        }
        for of in [Some(layer.state), layer.signal, layer.output] {
            let Some(of) = of.filter(|_| moving.pasts > 0) else {
                continue;
            };
            if self.sometimes(true) {
                let past = self.past(of, size);
                let name = format!("past_of_{}", self.vectors[of.0].name);
                let past = self.vector(name, size, format, Role::Past(past));
                self.sources.push(past);
            }
        }
    }

    /// Adds vectors that are made of elements of others.
    fn join(&mut self) {
        if self.of.moving.sequences == Sequences::None {
            return;
        }
        for place in 0..self.random.below(3) {
            let mut parts = vec![];
            let mut elements = 0;
            for _ in 0..1 + self.random.below(3) {
                let of = self.random.below(self.sources.len() as u64) as usize;
                let of = self.sources[of];
                let size = self.vectors[of.0].shape.elements();
                if matches!(self.vectors[of.0].role, Role::Joined(_)) {
                    continue;
                }
                let first = self.random.below(size as u64) as usize;
                let count = 1 + self.random.below((size - first) as u64) as usize;
                parts.push(Part { of, first, count });
                elements += count;
            }
            if elements > 0 {
                let (name, format) = (format!("joined{place}"), self.of.state);
                let joined = self.vector(name, elements, format, Role::Joined(parts));
                self.sources.push(joined);
            }
        }
    }

    /// A past of a vector, with any start that is known.
    fn past(&mut self, of: VectorId, size: usize) -> Past {
        let longest = self.of.moving.pasts as u64;
        let delay = if self.random.below(2) == 0 {
            Delay::Steps(1 + self.random.below(longest) as usize)
        } else {
            let length = 1 + self.random.below(4);
            let steps = (0..length).map(|_| 1 + self.random.below(longest) as usize);
            Delay::Schedule(steps.collect())
        };
        let known = |vector: &Vector| {
            matches!(
                vector.role,
                Role::State | Role::Input | Role::Derived | Role::Parameter(_)
            )
        };
        let (shape, format) = (Shape::Units(size), self.of.state);
        let starts: Vec<VectorId> = (0..self.vectors.len())
            .map(VectorId)
            .filter(|id| {
                let vector = &self.vectors[id.0];
                known(vector) && vector.shape == shape && vector.format == format
            })
            .collect();
        let count = 1 + self.random.below(3) as usize;
        let start = (0..count)
            .map(|_| starts[self.random.below(starts.len() as u64) as usize])
            .collect();
        Past { of, delay, start }
    }

    fn derive(&mut self, place: usize, layer: usize) -> Stage {
        let (size, format) = (self.of.layers[layer], self.of.state);
        let name = format!("derived{place}");
        let body = self.body(size, When::Once);
        let target = self.vector(name.clone(), size, format, Role::Derived);
        self.sources.push(target);
        Stage {
            name: format!("derive{place}"),
            when: When::Once,
            gathers: body.gathers,
            apply: body.apply,
            writes: vec![(target, body.result)],
            rest: None,
        }
    }

    /// The stages of a layer: in synchronous order the signal has one of its own.
    fn update(&mut self, place: usize, layer: &Layer) -> Vec<Stage> {
        let size = self.of.layers[place];
        let mut stages = vec![];
        let mut signal = layer.signal;
        if self.of.order == Order::Synchronous
            && let Some(alone) = signal.take()
        {
            let body = self.body(size, When::EveryStep);
            stages.push(self.stage(format!("show{place}"), body, &[alone], None));
            self.sources.push(alone);
        }
        let body = self.body(size, When::EveryStep);
        let shown: Vec<VectorId> = signal.into_iter().chain(layer.output).collect();
        stages.push(self.stage(format!("update{place}"), body, &shown, Some(layer.state)));
        self.sources.extend(shown);
        stages
    }

    fn stage(
        &mut self,
        name: String,
        body: Body,
        shown: &[VectorId],
        state: Option<VectorId>,
    ) -> Stage {
        let shown = shown.iter().map(|&id| (id, body.shown));
        let state = state.map(|id| (id, body.result));
        Stage {
            name,
            when: When::EveryStep,
            gathers: body.gathers,
            apply: body.apply,
            writes: state.into_iter().chain(shown).collect(),
            rest: body.rest,
        }
    }

    /// The vectors whose own element a stage over `size` rows reads.
    fn read(&mut self, size: usize, when: When) -> Vec<VectorId> {
        let all = self.own.iter().chain(&self.sources);
        let all: Vec<VectorId> = all
            .filter(|id| self.vectors[id.0].shape == Shape::Units(size))
            .copied()
            .collect();
        let mut read: Vec<VectorId> = all
            .into_iter()
            .filter(|_| self.random.below(2) == 0)
            .collect();
        let noise = self.of.moving.noise && when == When::EveryStep;
        for _ in 0..if noise { self.random.below(3) } else { 0 } {
            let bits = match self.random.below(6) {
                0 => 32,
                _ => 1 + self.random.below(8) as u32,
            };
            let format = Format::unsigned(bits, self.of.state.fraction());
            let seed = self.random.bits();
            let name = format!("noise{}", self.vectors.len());
            if let Ok(format) = format {
                read.push(self.vector(name, size, format, Role::Noise { seed }));
            }
        }
        read
    }

    /// Sums of random vectors and own elements, fitted into the state's format.
    fn body(&mut self, size: usize, when: When) -> Body {
        let format = self.of.state;
        let wide = Format::signed(40, format.fraction()).unwrap_or(Format::BIPOLAR);
        let most = if self.sources.is_empty() {
            0
        } else {
            self.of.gathers as u64
        };
        let count = self.random.below(most + 1) as usize;
        let gathers: Vec<Gather> = (0..count).map(|_| self.gather(size)).collect();
        let mut apply = Expression::default();
        let mut terms = vec![];
        for place in 0..count {
            terms.push(apply.push(&format!("sum{place}"), Operation::Gathered(place), wide));
        }
        let mut factor = None;
        for id in self.read(size, when) {
            let name = format!("own{}", id.0);
            let of = self.vectors[id.0].format;
            let own = apply.push(&name, Operation::Element(id), of);
            let own = self.made_of(&mut apply, &name, own, of, factor);
            factor = Some(own);
            terms.push(resized(&mut apply, &format!("{name}_wide"), own, wide));
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
        let mut result = apply.push("next", resize, format);
        let mut shown = result;
        let tables = self.of.moving.tables > 0 && format.width() <= TABLE_BITS;
        if self.sometimes(tables) {
            shown = self.entry(&mut apply, "shown", result, format, format);
            if self.random.below(2) == 0 {
                result = shown;
            }
        }
        let rest = self.of.moving.rest && when == When::EveryStep && self.random.below(2) == 0;
        let rest = rest.then(|| {
            let bound = apply.push(
                "bound",
                Operation::Constant(raw(self.random, format)),
                format,
            );
            apply.push("rests", Operation::Less(shown, bound), Format::TRUTH)
        });
        Body {
            gathers,
            apply,
            result,
            shown,
            rest,
        }
    }

    /// An own element, or what a table or another own element makes of it.
    fn made_of(
        &mut self,
        apply: &mut Expression,
        name: &str,
        own: NodeId,
        format: Format,
        factor: Option<NodeId>,
    ) -> NodeId {
        let bits = self.of.moving.tables;
        let chosen = if bits > 0 { self.random.below(4) } else { 0 };
        let other = factor.and_then(|other| Some((other, apply.format(other)?)));
        match (chosen, other) {
            (1 | 2, _) if format.width() <= TABLE_BITS => {
                let output = Format::signed(bits, self.of.state.fraction());
                let output = output.unwrap_or(format);
                self.entry(apply, &format!("{name}_entry"), own, format, output)
            }
            (3, Some((other, of))) if of.width() + format.width() < 30 => {
                let width = of.width() + format.width() + 2;
                let product = Format::signed(width, of.fraction() + format.fraction());
                let operation = Operation::Multiply(own, other);
                match product {
                    Ok(product) => apply.push(&format!("{name}_product"), operation, product),
                    Err(_) => own,
                }
            }
            _ => own,
        }
    }

    /// The entry of a random table, one of those that are there where it suits.
    fn entry(
        &mut self,
        apply: &mut Expression,
        name: &str,
        of: NodeId,
        input: Format,
        output: Format,
    ) -> NodeId {
        let mut known = self.tables.iter();
        let known = known.position(|table| table.input == input && table.output == output);
        let place = known.unwrap_or_else(|| {
            let entries = self.raws(Table::length(input), output);
            self.tables.push(Table {
                name: format!("table{}", self.tables.len()),
                input,
                output,
                entries,
            });
            self.tables.len() - 1
        });
        let table = TableId(place);
        apply.push(name, Operation::Lookup { of, table }, output)
    }

    fn gather(&mut self, size: usize) -> Gather {
        let place = self.random.below(self.sources.len() as u64) as usize;
        let source = self.sources[place];
        let columns = self.vectors[source.0].shape.elements();
        let format = self.of.state;
        let weights = Format::signed(4, 0).unwrap_or(Format::BIPOLAR);
        let wide = Format::signed(40, format.fraction()).unwrap_or(Format::BIPOLAR);
        let offset = (self.random.below(3) == 0).then(|| {
            let values = self.raws(size, format);
            let name = format!("offset{}", self.vectors.len());
            let offset = self.vector(name, size, format, Role::Parameter(values));
            self.own.push(offset);
            offset
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
            Arrangement::Dense {
                rows: size,
                columns,
                values: self.raws(size * columns, weights),
            }
        };
        // A table in a map stands in logic.
        let bits = Table::length(format) as u64 * u64::from(format.width());
        let tables = self.of.moving.tables > 0 && bits <= 512;
        let map = self.sometimes(tables).then(|| {
            let mut map = Expression::default();
            let own = map.push("own", Operation::Element(source), format);
            let mapped = self.entry(&mut map, "mapped", own, format, format);
            (map, mapped)
        });
        Gather {
            source,
            map,
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

fn resized(apply: &mut Expression, name: &str, of: NodeId, to: Format) -> NodeId {
    let resize = Operation::Resize {
        of,
        rounding: Rounding::Floor,
        overflow: Overflow::Saturate,
    };
    apply.push(name, resize, to)
}
