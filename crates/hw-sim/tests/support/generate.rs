//! Random designs: every op, registers, memories, nested arrays of instances.

use hw_ir::{Connection, Design, Image, ImageId, Module, ModuleBuilder, ModuleId, NetId, Op, Type};

use super::Random;

struct Generator<'r> {
    random: &'r mut Random,
    builder: ModuleBuilder,
    pool: Vec<NetId>,
    /// The widest scalar.
    limit: u32,
}

fn corner(random: &mut Random, ty: Type) -> i64 {
    let bits = match random.below(5) {
        0 => 0,
        1 => -1,
        2 => 1,
        3 => 1i64.wrapping_shl(ty.width - 1),
        _ => random.next() as i64,
    };
    ty.wrap(bits)
}

/// Random values of a type, with corners.
pub fn values(random: &mut Random, ty: Type) -> Vec<i64> {
    (0..ty.count).map(|_| corner(random, ty)).collect()
}

impl Generator<'_> {
    fn scalar_type(&mut self) -> Type {
        let width = match self.random.below(4) {
            0 => 1,
            1 => self.limit,
            _ => 1 + self.random.below(u64::from(self.limit)) as u32,
        };
        if self.random.one_in(2) {
            Type::signed(width)
        } else {
            Type::unsigned(width)
        }
    }

    fn any_type(&mut self) -> Type {
        let ty = self.scalar_type();
        if self.random.one_in(3) {
            ty.times(2 + self.random.below(6) as u32)
        } else {
            ty
        }
    }

    fn any(&mut self) -> NetId {
        let place = self.random.below(self.pool.len() as u64) as usize;
        self.pool[place]
    }

    fn scalar(&mut self) -> NetId {
        let scalars: Vec<NetId> = self
            .pool
            .iter()
            .copied()
            .filter(|&net| self.builder.ty(net).is_scalar())
            .collect();
        scalars[self.random.below(scalars.len() as u64) as usize]
    }

    /// A net of a type: one that is there, or one made of scalars.
    fn of(&mut self, ty: Type) -> NetId {
        let there: Vec<NetId> = self
            .pool
            .iter()
            .copied()
            .filter(|&net| self.builder.ty(net) == ty)
            .collect();
        if !there.is_empty() && !self.random.one_in(3) {
            return there[self.random.below(there.len() as u64) as usize];
        }
        if self.random.one_in(4) {
            let elements = values(self.random, ty);
            return self.builder.op("k", ty, Op::Constant(elements));
        }
        let mut parts = vec![];
        for _ in 0..ty.count {
            let scalar = self.scalar();
            parts.push(self.builder.op("e", ty.element(), Op::Resize(scalar)));
        }
        if ty.is_scalar() {
            parts[0]
        } else {
            self.builder.op("v", ty, Op::Join(parts))
        }
    }

    fn bit(&mut self) -> NetId {
        self.of(Type::BIT)
    }

    fn op(&mut self) -> NetId {
        let scalar = self.scalar_type();
        let ty = self.any_type();
        let amount = self.random.below(u64::from(scalar.width)) as u32;
        match self.random.below(24) {
            0 => {
                let a = self.of(ty);
                self.builder.op("n", ty, Op::Not(a))
            }
            choice @ 1..=3 => {
                let (a, b) = (self.of(ty), self.of(ty));
                let op = [Op::And(a, b), Op::Or(a, b), Op::Xor(a, b)][choice as usize - 1].clone();
                self.builder.op("logic", ty, op)
            }
            choice @ 4..=6 => {
                let a = self.of(scalar);
                let ops = [
                    Op::Negate(a),
                    Op::ShiftLeft(a, amount),
                    Op::ShiftRight(a, amount),
                ];
                self.builder
                    .op("one", scalar, ops[choice as usize - 4].clone())
            }
            choice @ 7..=9 => {
                let (a, b) = (self.of(scalar), self.of(scalar));
                let ops = [Op::Add(a, b), Op::Subtract(a, b), Op::Multiply(a, b)];
                self.builder
                    .op("two", scalar, ops[choice as usize - 7].clone())
            }
            10 => {
                let subtract = self.bit();
                let (left, right) = (self.of(scalar), self.of(scalar));
                self.builder.op(
                    "as",
                    scalar,
                    Op::AddSubtract {
                        subtract,
                        left,
                        right,
                    },
                )
            }
            choice @ 11..=12 => {
                let (a, b) = (self.of(ty), self.of(ty));
                let op = if choice == 11 {
                    Op::Equal(a, b)
                } else {
                    Op::NotEqual(a, b)
                };
                self.builder.op("eq", Type::BIT, op)
            }
            choice @ 13..=14 => {
                let (a, b) = (self.of(scalar), self.of(scalar));
                let op = if choice == 13 {
                    Op::Less(a, b)
                } else {
                    Op::LessEqual(a, b)
                };
                self.builder.op("cmp", Type::BIT, op)
            }
            15 => {
                let select = self.bit();
                let (high, low) = (self.of(ty), self.of(ty));
                self.builder.op("mux", ty, Op::Mux { select, high, low })
            }
            choice @ 16..=17 => {
                let a = self.any();
                let op = if choice == 16 { Op::Any(a) } else { Op::All(a) };
                self.builder.op("red", Type::BIT, op)
            }
            18 => {
                let a = self.scalar();
                self.builder.op("fit", scalar, Op::Resize(a))
            }
            19 => {
                let a = self.scalar();
                let width = self.builder.ty(a).width;
                let low = self.random.below(u64::from(width)) as u32;
                let bits = 1 + self.random.below(u64::from(width - low)) as u32;
                self.builder
                    .op("part", Type::unsigned(bits), Op::Slice(a, low))
            }
            20 => {
                let mut parts = vec![];
                let mut left = self.limit;
                for _ in 0..3 {
                    let part = self.scalar();
                    let width = self.builder.ty(part).width;
                    if width <= left {
                        left -= width;
                        parts.push(part);
                    }
                }
                if parts.is_empty() {
                    parts.push(self.bit());
                }
                self.builder.concat("cat", &parts)
            }
            21 => {
                let a = self.any();
                let whole = self.builder.ty(a);
                let start = self.random.below(u64::from(whole.count)) as u32;
                let count = 1 + self.random.below(u64::from(whole.count - start)) as u32;
                self.builder
                    .op("some", whole.times(count), Op::Elements(a, start))
            }
            choice => self.chunk(choice == 22),
        }
    }

    fn chunk(&mut self, select: bool) -> NetId {
        // A power of two of chunks, so that no index is out of range.
        let (chunks, elements) = (2 << self.random.below(3), 1 + self.random.below(3) as u32);
        let whole = self.scalar_type().times(chunks * elements);
        let vector = self.of(whole);
        let index = self.of(Type::unsigned(chunks.ilog2()));
        if select {
            self.builder
                .op("sel", whole.times(elements), Op::Select { vector, index })
        } else {
            let chunk = self.of(whole.times(elements));
            self.builder.op(
                "ins",
                whole,
                Op::Insert {
                    vector,
                    index,
                    chunk,
                },
            )
        }
    }

    fn memory(&mut self, images: &mut Vec<Image>) {
        let word = self.any_type();
        let depth = 2 << self.random.below(3);
        let image = self.random.one_in(2).then(|| {
            let elements = (0..depth).flat_map(|_| values(self.random, word)).collect();
            images.push(Image {
                name: format!("image_{}", images.len()),
                word,
                elements,
            });
            ImageId(images.len() as u32 - 1)
        });
        let memory = self.builder.memory("memory", word, depth, image);
        let address = Type::unsigned(self.builder.address_width(memory));
        for _ in 0..1 + self.random.below(2) {
            let at = self.of(address);
            let enable = if self.random.one_in(2) {
                Some(self.bit())
            } else {
                None
            };
            let data = self.builder.read("data", memory, at, enable);
            self.pool.push(data);
        }
        if self.random.one_in(2) {
            let (at, enable, data) = (self.of(address), self.bit(), self.of(word));
            self.builder.write(memory, at, enable, data);
        }
    }

    fn instance(&mut self, earlier: &[Module]) {
        let place = self.random.below(earlier.len() as u64) as usize;
        let of = &earlier[place];
        let count = [1, 1, 2, 3, 5][self.random.below(5) as usize];
        let mut inputs = vec![];
        for port in &of.inputs {
            let ty = of.ty(port.net);
            inputs.push(if self.random.one_in(2) {
                Connection::Shared(self.of(ty))
            } else {
                Connection::Split(self.of(ty.times(ty.count * count)))
            });
        }
        let id = ModuleId(place as u32);
        let outputs = self
            .builder
            .instances(&format!("i{place}"), id, of, count, inputs);
        self.pool.extend(outputs);
    }
}

/// A random design of at most `levels` modules with about `ops` ops each.
pub fn random_design(random: &mut Random, levels: usize, ops: usize, limit: u32) -> Design {
    let mut modules: Vec<Module> = vec![];
    let mut images = vec![];
    for level in 0..levels.max(1) {
        let builder = ModuleBuilder::new(format!("m{level}"), "Random.");
        let mut generator = Generator {
            random,
            builder,
            pool: vec![],
            limit,
        };
        for port in 0..3 {
            let ty = if port == 0 {
                Type::BIT
            } else {
                generator.any_type()
            };
            let net = generator.builder.input(&format!("in{port}"), ty);
            generator.pool.push(net);
        }
        let mut registers = vec![];
        for _ in 0..4 {
            let ty = generator.any_type();
            let reset = corner(generator.random, ty);
            let register = generator.builder.register("q", ty, reset);
            generator.pool.push(register.net);
            registers.push(register);
        }
        for _ in 0..ops {
            match generator.random.below(12) {
                0 if !modules.is_empty() => generator.instance(&modules),
                1 => generator.memory(&mut images),
                _ => {
                    let net = generator.op();
                    generator.pool.push(net);
                }
            }
        }
        for register in registers {
            let ty = generator.builder.ty(register.net);
            let next = if ty.count == 4 && generator.random.one_in(2) {
                let (index, chunk) = (generator.of(Type::unsigned(2)), generator.of(ty.element()));
                let vector = register.net;
                generator.builder.op(
                    "own",
                    ty,
                    Op::Insert {
                        vector,
                        index,
                        chunk,
                    },
                )
            } else {
                generator.of(ty)
            };
            let enable = if generator.random.one_in(2) {
                Some(generator.bit())
            } else {
                None
            };
            generator.builder.drive(register, next, enable);
        }
        for port in 0..3 {
            let net = generator.any();
            generator.builder.output(&format!("out{port}"), net);
        }
        modules.push(generator.builder.finish());
    }
    super::design(modules, images)
}
