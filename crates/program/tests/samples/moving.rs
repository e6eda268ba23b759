//! Programs with everything that moves with time, in one stage or several.

use program::{
    Arrangement, Begins, Delay, Format, Gather, Kept, NodeId, Operation, Order, Part, Past,
    Program, Role, Shape, Stage, Storage, Table, Vector, VectorId, Weights, When,
};

use super::expressions::{Leaves, expression, mapped, resized};
use super::{Choices, orders, program, vector};

/// A program under construction.
struct Made<'a> {
    choices: &'a mut Choices,
    vectors: Vec<Vector>,
    tables: Vec<Table>,
    /// Vectors that stages may read by now.
    known: Vec<VectorId>,
}

/// The vectors that a layer's stages write.
struct Layer {
    state: VectorId,
    signal: VectorId,
    output: VectorId,
}

/// Tables, signals, outputs, schedules, noise, pasts with starts of every kind, and stages that
/// judge their rest; several layers where the order is synchronous.
pub fn moving(choices: &mut Choices) -> Program {
    let order = orders(choices, 6);
    let layers = match order {
        Order::Synchronous => 1 + choices.below(3),
        Order::Sequential | Order::Permuted { .. } | Order::Block { .. } => 1,
    };
    let mut made = Made {
        choices,
        vectors: vec![],
        tables: vec![],
        known: vec![],
    };
    let layers: Vec<Layer> = (0..layers).map(|place| made.layer(place)).collect();
    let derived = made.derive();
    if order == Order::Synchronous {
        made.join();
    }
    for layer in &layers {
        made.remember(layer);
    }
    let mut stages = vec![derived];
    for (place, layer) in layers.iter().enumerate() {
        let state = (layer.state, layer.output);
        if order == Order::Synchronous {
            stages.push(made.stage(format!("show{place}"), &[layer.signal]));
            stages.push(made.stage(format!("update{place}"), &[state.0, state.1]));
        } else {
            let all = [state.0, layer.signal, state.1];
            stages.push(made.stage(format!("update{place}"), &all));
        }
    }
    let (vectors, tables) = (made.vectors, made.tables);
    Program {
        tables,
        ..program(vectors, stages, order)
    }
}

/// Whether a vector has its value before the first step.
fn still(vector: &Vector) -> bool {
    !matches!(vector.role, Role::Kept(_) | Role::Sequence)
}

impl Made<'_> {
    fn add(&mut self, name: String, shape: Shape, format: Format, role: Role) -> VectorId {
        self.vectors.push(vector(&name, shape, format, role));
        VectorId(self.vectors.len() - 1)
    }

    fn known(&mut self, name: String, shape: Shape, format: Format, role: Role) -> VectorId {
        let id = self.add(name, shape, format, role);
        self.known.push(id);
        id
    }

    fn layer(&mut self, place: usize) -> Layer {
        let shape = Shape::Units(1 + self.choices.below(6));
        let state = self.choices.format(&["b1", "s4f1", "u5f2", "s8f4"]);
        let input = self.choices.format(&["s4f1", "u3f0"]);
        let shown = self.choices.format(&["s6f2", "u2f0"]);
        let values = self.choices.raws(shape.elements(), state);
        let role = match self.choices.below(3) {
            0 if place > 0 => Role::Kept(Kept {
                start: self.choices.raws(shape.elements(), state),
                begins: match self.choices.below(2) {
                    0 => Begins::Across,
                    _ => Begins::Anew,
                },
            }),
            _ => Role::State,
        };
        let written = self.known(format!("state{place}"), shape, state, role);
        let role = match self.choices.below(3) {
            0 => Role::Sequence,
            _ => Role::Input,
        };
        self.known(format!("input{place}"), shape, input, role);
        let parameter = Role::Parameter(values);
        self.known(format!("known{place}"), shape, state, parameter);
        Layer {
            state: written,
            signal: self.add(format!("signal{place}"), shape, state, Role::Signal),
            output: self.add(format!("output{place}"), shape, shown, Role::Output),
        }
    }

    /// A stage that runs once, for the first layer.
    fn derive(&mut self) -> Stage {
        let of = &self.vectors[0];
        let (shape, format) = (of.shape, of.format);
        let target = self.add("derived".into(), shape, format, Role::Derived);
        Stage {
            when: When::Once,
            rest: None,
            ..self.stage("derive".into(), &[target])
        }
    }

    /// A vector of elements of others of one format.
    fn join(&mut self) {
        let first = self.choices.below(self.known.len());
        let format = self.vectors[self.known[first].0].format;
        let (mut parts, mut elements) = (vec![], 0);
        for &of in &self.known {
            let vector = &self.vectors[of.0];
            let stands = !matches!(vector.role, Role::Parameter(_));
            if stands && vector.format == format {
                let count = vector.shape.elements();
                parts.push(Part {
                    of,
                    first: 0,
                    count,
                });
                elements += count;
            }
        }
        if elements > 0 {
            let shape = Shape::Units(elements);
            self.known("joined".into(), shape, format, Role::Joined(parts));
        }
    }

    /// The schedule, the noise and the pasts of a layer.
    fn remember(&mut self, layer: &Layer) {
        let Vector { shape, format, .. } = self.vectors[layer.state.0];
        let length = 1 + self.choices.below(3);
        let values = self.choices.raws(length, format);
        let name = format!("schedule{}", self.vectors.len());
        self.known(name, shape, format, Role::Schedule(values));
        for of in [layer.state, layer.signal, layer.output] {
            if self.choices.below(2) == 0 {
                continue;
            }
            let Vector { shape, format, .. } = self.vectors[of.0];
            let delay = match self.choices.below(2) {
                0 => Delay::Steps(1 + self.choices.below(4)),
                _ => {
                    let length = 1 + self.choices.below(3);
                    let steps = (0..length).map(|_| 1 + self.choices.below(4));
                    Delay::Schedule(steps.collect())
                }
            };
            let start = (0..1 + self.choices.below(3)).map(|_| self.start(shape, format));
            let start = start.collect();
            let past = Role::Past(Past { of, delay, start });
            self.known(format!("past{}", self.vectors.len()), shape, format, past);
        }
    }

    /// Something that is known before the first step.
    fn start(&mut self, shape: Shape, format: Format) -> VectorId {
        let suits = |vector: &Vector| {
            let role = matches!(
                vector.role,
                Role::State | Role::Input | Role::Derived | Role::Parameter(_)
            );
            role && vector.shape == shape && vector.format == format
        };
        let all: Vec<VectorId> = (0..self.vectors.len())
            .filter(|&place| suits(&self.vectors[place]))
            .map(VectorId)
            .collect();
        if all.is_empty() {
            let values = self.choices.raws(shape.elements(), format);
            let name = format!("start{}", self.vectors.len());
            return self.add(name, shape, format, Role::Parameter(values));
        }
        self.choices.one_of(&all)
    }

    /// A stage that writes these vectors, all of one shape.
    fn stage(&mut self, name: String, targets: &[VectorId]) -> Stage {
        let shape = self.vectors[targets[0].0].shape;
        let gathers: Vec<Gather> = (0..self.choices.below(3))
            .map(|_| self.gather(shape))
            .collect();
        let sums: Vec<Format> = gathers.iter().map(|gather| gather.accumulator).collect();
        // What a stage that runs once writes comes first.
        let step = !self.vectors[targets[0].0].name.starts_with("derived");
        let mut elements: Vec<(VectorId, Format)> = self
            .known
            .iter()
            .map(|&id| (id, &self.vectors[id.0]))
            .filter(|(_, vector)| vector.shape == shape && (step || still(vector)))
            .map(|(id, vector)| (id, vector.format))
            .collect();
        if step && self.choices.below(2) == 0 {
            let format = self.choices.format(&["u1f0", "u5f1", "u9f0"]);
            let seed = self.choices.below(1 << 20) as u64;
            let name = format!("noise{}", self.vectors.len());
            let noise = self.add(name, shape, format, Role::Noise { seed });
            elements.push((noise, format));
        }
        let last = self.vectors[targets[0].0].format;
        let leaves = Leaves {
            sums: &sums,
            elements: &elements,
            tables: &mut self.tables,
        };
        let (mut apply, next) = expression(self.choices, leaves, last);
        let mut writes = vec![(targets[0], next)];
        for (place, &target) in targets.iter().enumerate().skip(1) {
            let of = NodeId(self.choices.below(apply.nodes.len()));
            let format = self.vectors[target.0].format;
            let name = format!("written{place}");
            writes.push((target, resized(self.choices, &mut apply, &name, of, format)));
        }
        let rest = (self.choices.below(2) == 0).then(|| {
            let of = apply.nodes[self.choices.below(apply.nodes.len())].clone();
            let bound = Operation::Constant(self.choices.raw(of.format));
            let bound = apply.push("bound", bound, of.format);
            let same = apply.nodes.iter().position(|node| node.name == of.name);
            let below = Operation::Less(NodeId(same.unwrap_or(0)), bound);
            apply.push("rests", below, Format::TRUTH)
        });
        self.known.extend(targets);
        self.known.sort_unstable();
        self.known.dedup();
        Stage {
            name,
            when: When::EveryStep,
            gathers,
            apply,
            writes,
            rest,
        }
    }

    /// Dense or sparse weights from any vector that does not differ row by row by itself.
    fn gather(&mut self, target: Shape) -> Gather {
        // Before anything else is known, there is a stage that runs once.
        let step = self
            .known
            .iter()
            .any(|id| matches!(self.vectors[id.0].role, Role::Derived));
        let sources: Vec<VectorId> = self
            .known
            .iter()
            .copied()
            .filter(|id| {
                let vector = &self.vectors[id.0];
                !matches!(vector.role, Role::Schedule(_)) && (step || still(vector))
            })
            .collect();
        let source = self.choices.one_of(&sources);
        let format = self.vectors[source.0].format;
        let (rows, columns) = (target.elements(), self.vectors[source.0].shape.elements());
        let weights = self.choices.format(&["s3f0", "u4f2", "s8f7", "b1"]);
        let arrangement = match self.choices.below(2) {
            0 => Arrangement::Dense {
                rows,
                columns,
                values: self.choices.raws(rows * columns, weights),
            },
            _ => {
                let rows = (0..rows).map(|_| {
                    let linked = (0..columns).filter(|_| self.choices.below(3) > 0);
                    let linked: Vec<usize> = linked.collect();
                    let link = |column| (column, self.choices.raw(weights));
                    linked.into_iter().map(link).collect()
                });
                let rows = rows.collect();
                Arrangement::Sparse { columns, rows }
            }
        };
        let map = mapped(self.choices, (source, format), &mut self.tables);
        // Now and then more than 32 bits.
        let width = if self.choices.below(4) == 0 { 24 } else { 40 };
        let accumulator = Format::signed(width, weights.fraction() + format.fraction()).unwrap();
        let offset = (self.choices.below(3) == 0).then(|| {
            let format = Format::signed(width - 4, accumulator.fraction()).unwrap();
            let values = self.choices.raws(rows, format);
            let name = format!("offset{}", self.vectors.len());
            self.add(name, target, format, Role::Parameter(values))
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
            accumulator,
        }
    }
}
