//! Judges a design before it is simulated or emitted.
//!
//! Nothing is repaired: the first thing that is wrong is an error that names the module and net.

use std::collections::HashSet;

use crate::design::{Connection, Design, Module, NetId, NetSource, Reset};
use crate::op::Op;
use crate::types::{MAX_WIDTH, Type, address_bits};

/// What is wrong with a design, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("HW0701: invalid design: module `{module}`, {place}: {problem}")]
pub struct DesignError {
    /// The module.
    pub module: String,
    /// The net, register, memory, instance or port.
    pub place: String,
    /// What was found and what would be right.
    pub problem: String,
}

type Judgement = Result<(), String>;

/// The most elements of a net or of a word of memory.
pub const MAX_COUNT: u32 = 1 << 24;

/// The most words of a memory.
pub const MAX_DEPTH: u32 = 1 << 26;

/// Checks types, names, connections, memories, and that no module feeds a net with itself.
///
/// # Errors
/// The first fault found, in module order.
pub fn check(design: &Design) -> Result<(), DesignError> {
    let mut names = HashSet::new();
    if design.modules.is_empty() {
        return Err(fault(&design.name, "design", "it has no module".into()));
    }
    for image in &design.images {
        let at = format!("image `{}`", image.name);
        check_type(image.word).map_err(|problem| fault(&design.name, &at, problem))?;
        let whole = image
            .elements
            .len()
            .is_multiple_of(image.word.count as usize);
        if !whole
            || image
                .elements
                .iter()
                .any(|&element| !image.word.holds(element))
        {
            let problem = "its elements do not fit its word type".into();
            return Err(fault(&design.name, &at, problem));
        }
    }
    for (number, module) in design.modules.iter().enumerate() {
        if !names.insert(module.name.to_ascii_lowercase()) {
            return Err(fault(&module.name, "name", "two modules have it".into()));
        }
        check_module(design, number, module)?;
    }
    Ok(())
}

fn fault(module: &str, place: &str, problem: String) -> DesignError {
    DesignError {
        module: module.into(),
        place: place.into(),
        problem,
    }
}

fn check_module(design: &Design, number: usize, module: &Module) -> Result<(), DesignError> {
    let at = |place: String| move |problem: String| fault(&module.name, &place, problem);
    let mut names = HashSet::new();
    for net in &module.nets {
        let place = format!("net `{}`", net.name);
        check_type(net.ty).map_err(at(place.clone()))?;
        if !names.insert(net.name.to_ascii_lowercase()) {
            return Err(at(place)("two nets have this name".into()));
        }
        if let NetSource::Op(op) = &net.source {
            check_operands(module, op).map_err(at(place.clone()))?;
            check_op(module, net.ty, op).map_err(at(place))?;
        }
    }
    for port in module.inputs.iter().chain(&module.outputs) {
        known(module, port.net).map_err(at(format!("port `{}`", port.name)))?;
    }
    check_sources(module)?;
    for register in &module.registers {
        check_register(module, register).map_err(at("registers".into()))?;
    }
    for memory in &module.memories {
        check_memory(design, module, memory).map_err(at(format!("memory `{}`", memory.name)))?;
    }
    for instance in &module.instances {
        let place = format!("instance `{}`", instance.name);
        check_instance(design, number, module, instance).map_err(at(place))?;
    }
    check_loops(module).map_err(at("combinational logic".into()))
}

fn check_type(ty: Type) -> Judgement {
    let sound = (1..=MAX_WIDTH).contains(&ty.width) && (1..=MAX_COUNT).contains(&ty.count);
    want(sound, || {
        format!("{ty:?} is no type: 1 to {MAX_WIDTH} bits, 1 to {MAX_COUNT} elements")
    })
}

/// Every net that is an input, or the value of a register, a memory or an instance, is the one
/// that these name, and each of them has its net.
fn check_sources(module: &Module) -> Result<(), DesignError> {
    let mut named = HashSet::new();
    let mut name = |net: NetId, source: NetSource, place: String| {
        let at = |problem: String| fault(&module.name, &place, problem);
        let found = module.nets.get(net.0 as usize);
        let found = found.ok_or_else(|| at(format!("net number {} does not exist", net.0)))?;
        if found.source != source || !named.insert(net) {
            return Err(at(format!("net `{}` has another source", found.name)));
        }
        Ok(())
    };
    for port in &module.inputs {
        name(port.net, NetSource::Input, format!("port `{}`", port.name))?;
    }
    for (place, register) in (0u32..).zip(&module.registers) {
        let source = NetSource::Register(place);
        name(register.net, source, format!("register {place}"))?;
    }
    for (place, memory) in (0u32..).zip(&module.memories) {
        for (port, read) in (0u32..).zip(&memory.reads) {
            let source = NetSource::Read(place, port);
            name(read.data, source, format!("memory `{}`", memory.name))?;
        }
    }
    for (place, instance) in (0u32..).zip(&module.instances) {
        for (port, &net) in (0u32..).zip(&instance.outputs) {
            let source = NetSource::Instance(place, port);
            name(net, source, format!("instance `{}`", instance.name))?;
        }
    }
    let lost = (0u32..).zip(&module.nets).find(|(number, net)| {
        !matches!(net.source, NetSource::Op(_)) && !named.contains(&NetId(*number))
    });
    match lost {
        None => Ok(()),
        Some((_, net)) => {
            let problem = format!("nothing gives it its value: {:?}", net.source);
            Err(fault(&module.name, &format!("net `{}`", net.name), problem))
        }
    }
}

fn known(module: &Module, net: NetId) -> Judgement {
    let known = (net.0 as usize) < module.nets.len();
    known
        .then_some(())
        .ok_or_else(|| format!("net number {} does not exist", net.0))
}

fn check_operands(module: &Module, op: &Op) -> Judgement {
    op.operands()
        .into_iter()
        .try_for_each(|net| known(module, net))
}

fn want(truth: bool, problem: impl Fn() -> String) -> Judgement {
    if truth { Ok(()) } else { Err(problem()) }
}

fn check_op(module: &Module, ty: Type, op: &Op) -> Judgement {
    let of = |net: &NetId| module.ty(*net);
    let same = |net: &NetId| {
        want(of(net) == ty, || {
            format!(
                "operand `{}` is {:?}, the result {ty:?}",
                module.net(*net).name,
                of(net)
            )
        })
    };
    let bit = |net: &NetId| {
        want(of(net) == Type::BIT, || {
            format!("`{}` must be one bit", module.net(*net).name)
        })
    };
    let scalar = || want(ty.is_scalar(), || "this op works on scalars".into());
    let truth = || want(ty == Type::BIT, || "the result must be one bit".into());
    match op {
        Op::Constant(elements) => {
            want(elements.len() == ty.count as usize, || {
                format!("{} values for {} elements", elements.len(), ty.count)
            })?;
            want(elements.iter().all(|&v| ty.holds(v)), || {
                "a value does not fit".into()
            })
        }
        Op::Not(a) => same(a),
        Op::And(a, b) | Op::Or(a, b) | Op::Xor(a, b) => same(a).and(same(b)),
        Op::Negate(a) => same(a).and(scalar()),
        Op::Add(a, b) | Op::Subtract(a, b) | Op::Multiply(a, b) => {
            same(a).and(same(b)).and(scalar())
        }
        Op::AddSubtract {
            subtract,
            left,
            right,
        } => bit(subtract).and(same(left)).and(same(right)).and(scalar()),
        Op::ShiftLeft(a, amount) | Op::ShiftRight(a, amount) => {
            want(*amount < ty.width, || {
                format!("a shift by {amount} of {} bits", ty.width)
            })?;
            same(a).and(scalar())
        }
        Op::Equal(a, b) | Op::NotEqual(a, b) => {
            want(of(a) == of(b), || "the operands differ in type".into()).and(truth())
        }
        Op::Less(a, b) | Op::LessEqual(a, b) => {
            want(of(a) == of(b), || "the operands differ in type".into())?;
            want(of(a).is_scalar(), || "the operands must be scalars".into()).and(truth())
        }
        Op::Mux { select, high, low } => bit(select).and(same(high)).and(same(low)),
        Op::Any(_) | Op::All(_) => truth(),
        Op::Resize(a) => {
            want(of(a).is_scalar(), || "the operand must be a scalar".into()).and(scalar())
        }
        Op::Slice(a, low) => {
            want(of(a).is_scalar() && !ty.signed, || {
                "an unsigned part of a scalar".into()
            })?;
            want(u64::from(*low) + ty.bits() <= of(a).bits(), || {
                "bits beyond the top".into()
            })
        }
        Op::Concat(parts) => {
            want(parts.iter().all(|p| of(p).is_scalar()), || {
                "scalars only".into()
            })?;
            let bits: u64 = parts.iter().map(|p| of(p).bits()).sum();
            want(!ty.signed && bits == ty.bits(), || {
                format!("{bits} bits for {ty:?}")
            })
        }
        Op::Join(parts) => {
            want(
                parts.iter().all(|p| of(p).element() == ty.element()),
                || "types differ".into(),
            )?;
            let count: u64 = parts.iter().map(|p| u64::from(of(p).count)).sum();
            want(count == u64::from(ty.count), || {
                format!("{count} elements for {}", ty.count)
            })
        }
        Op::Elements(a, start) => {
            want(of(a).element() == ty.element(), || {
                "the element type differs".into()
            })?;
            want(
                u64::from(*start) + u64::from(ty.count) <= u64::from(of(a).count),
                || "elements beyond the last".into(),
            )
        }
        Op::Select { vector, index } => check_chunk(of(vector), of(index), ty),
        Op::Insert {
            vector,
            index,
            chunk,
        } => same(vector).and(check_chunk(of(vector), of(index), of(chunk))),
    }
}

fn check_chunk(vector: Type, index: Type, chunk: Type) -> Judgement {
    want(vector.element() == chunk.element(), || {
        "the element type differs".into()
    })?;
    want(
        vector.count.is_multiple_of(chunk.count) && vector.count > chunk.count,
        || {
            format!(
                "{} elements are no two or more chunks of {}",
                vector.count, chunk.count
            )
        },
    )?;
    let width = address_bits(u64::from(vector.count / chunk.count));
    want(index == Type::unsigned(width), || {
        format!("the index is {index:?}, not {width} bits")
    })
}

fn check_register(module: &Module, register: &crate::Register) -> Judgement {
    known(module, register.net).and(known(module, register.next))?;
    let net = module.net(register.net);
    let within = |problem: &str| format!("`{}`: {problem}", net.name);
    want(module.ty(register.next) == net.ty, || {
        within("its next value has another type")
    })?;
    if let Some(enable) = register.enable {
        known(module, enable)?;
        want(module.ty(enable) == Type::BIT, || {
            within("its enable is not one bit")
        })?;
    }
    let fits = match &register.reset {
        Reset::All(value) => net.ty.holds(*value),
        Reset::Elements(values) => {
            values.len() == net.ty.count as usize && values.iter().all(|&v| net.ty.holds(v))
        }
    };
    want(fits, || within("its reset value does not fit"))
}

fn check_memory(design: &Design, module: &Module, memory: &crate::Memory) -> Judgement {
    check_type(memory.word)?;
    let depth = memory.depth;
    want(
        (2..=MAX_DEPTH).contains(&depth) && depth.is_power_of_two(),
        || format!("a depth of {depth} words; a power of two from 2 to {MAX_DEPTH} is needed"),
    )?;
    if let Some(image) = memory.image {
        let image = design
            .images
            .get(image.0 as usize)
            .ok_or("its image does not exist")?;
        let words = image.elements.len() as u64 / u64::from(image.word.count);
        want(image.word == memory.word, || {
            "its image has another word type".into()
        })?;
        want(words == u64::from(memory.depth), || {
            format!("{words} words of image for {} words", memory.depth)
        })?;
    }
    let address = Type::unsigned(address_bits(u64::from(memory.depth)));
    let port = |net: NetId, enable: Option<NetId>, data: NetId| -> Judgement {
        known(module, net).and(known(module, data))?;
        want(module.ty(net) == address, || {
            "an address has the wrong type".into()
        })?;
        want(module.ty(data) == memory.word, || {
            "data is not of the word's type".into()
        })?;
        let Some(enable) = enable else { return Ok(()) };
        known(module, enable)?;
        want(module.ty(enable) == Type::BIT, || {
            "an enable is not one bit".into()
        })
    };
    for read in &memory.reads {
        port(read.address, read.enable, read.data)?;
    }
    memory.write.as_ref().map_or(Ok(()), |write| {
        port(write.address, Some(write.enable), write.data)
    })
}

fn check_instance(
    design: &Design,
    number: usize,
    module: &Module,
    instance: &crate::Instance,
) -> Judgement {
    want((instance.module.0 as usize) < number, || {
        "it names no earlier module".into()
    })?;
    want(instance.count > 0, || "an array of nothing".into())?;
    let of = design.module(instance.module);
    let matched = instance.inputs.len() == of.inputs.len();
    want(
        matched && instance.outputs.len() == of.outputs.len(),
        || format!("its connections are not the ports of `{}`", of.name),
    )?;
    // A product beyond 32 bits is the type of no net.
    let times = |ty: Type| ty.times(ty.count.saturating_mul(instance.count));
    for (connection, port) in instance.inputs.iter().zip(&of.inputs) {
        known(module, connection.net())?;
        let needed = match connection {
            Connection::Shared(_) => of.ty(port.net),
            Connection::Split(_) => times(of.ty(port.net)),
        };
        let found = module.ty(connection.net());
        want(found == needed, || {
            format!("input `{}` is {found:?}, not {needed:?}", port.name)
        })?;
    }
    for (&net, port) in instance.outputs.iter().zip(&of.outputs) {
        known(module, net)?;
        let needed = times(of.ty(port.net));
        want(module.ty(net) == needed, || {
            format!("output `{}` has another type", port.name)
        })?;
    }
    Ok(())
}

/// Refuses a net that depends on itself through ops alone. Loops through instances are found by
/// the simulator, which sees the whole design.
fn check_loops(module: &Module) -> Judgement {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; module.nets.len()];
    for start in 0..module.nets.len() {
        // An explicit stack: designs are deep, the thread's stack is not.
        let mut stack = vec![(start, false)];
        while let Some((net, left)) = stack.pop() {
            if left {
                marks[net] = Mark::Done;
                continue;
            }
            match marks[net] {
                Mark::Done => continue,
                Mark::Open => return Err(format!("`{}` depends on itself", module.nets[net].name)),
                Mark::New => marks[net] = Mark::Open,
            }
            stack.push((net, true));
            if let NetSource::Op(op) = &module.nets[net].source {
                let open = op.operands().into_iter().map(|operand| operand.0 as usize);
                stack.extend(open.filter(|&o| marks[o] != Mark::Done).map(|o| (o, false)));
            }
        }
    }
    Ok(())
}
