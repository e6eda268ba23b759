//! A module as a view for its layout.

use hw_ir::{
    Body, Connection, Design, Module, ModuleId, Net, NetId, NetSource, Operand, Register, Reset,
    Type, text::literal, types::address_bits,
};
use serde::Serialize;

use crate::memory::BLOCK_BITS;
use crate::names::{ModuleNames, legal};

/// Everything that the layout of a module prints.
#[derive(Debug, Serialize)]
pub struct ModuleView {
    name: String,
    purpose: String,
    source: Option<String>,
    facts: Vec<Fact>,
    hash: String,
    parameters: Vec<String>,
    ports: Vec<String>,
    declarations: Vec<String>,
    sections: Vec<Section>,
    memories: Vec<String>,
    instances: Vec<String>,
    resets: Vec<String>,
    updates: Vec<String>,
    assigns: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Fact {
    title: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Section {
    banner: Option<String>,
    lines: Vec<String>,
}

/// Which of the implied ports a module has: a clock where anything in it is clocked, a reset where
/// anything in it is reset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Implied {
    /// `clk`
    pub clock: bool,
    /// `rst_n`
    pub reset: bool,
}

/// The implied ports of every module of a design.
pub fn implied_ports(design: &Design) -> Vec<Implied> {
    let mut implied: Vec<Implied> = vec![];
    for module in &design.modules {
        let inside = |of: &dyn Fn(&Implied) -> bool| {
            let of_instance =
                |i: &hw_ir::Instance| implied.get(i.module.0 as usize).is_some_and(of);
            module.instances.iter().any(of_instance)
        };
        let reset = !module.registers.is_empty() || inside(&|i| i.reset);
        let clock = reset || !module.memories.is_empty() || inside(&|i| i.clock);
        implied.push(Implied { clock, reset });
    }
    implied
}

/// Makes views of modules.
pub struct Views<'a> {
    /// The design.
    pub design: &'a Design,
    /// Its hash.
    pub hash: &'a str,
    /// Implied ports, a module each.
    pub implied: &'a [Implied],
    /// Names, a module each.
    pub names: &'a [ModuleNames],
}

/// The name of a module in its text.
pub fn module_name(module: &Module) -> String {
    legal(&module.name)
}

/// `signed [7:0] ` and its kin, for a declaration.
fn range(ty: Type) -> String {
    let bits = ty.bits();
    let signed = if ty.signed && ty.is_scalar() {
        "signed "
    } else {
        ""
    };
    if bits == 1 {
        signed.to_owned()
    } else {
        format!("{signed}[{}:0] ", bits - 1)
    }
}

impl Views<'_> {
    /// The view of a module.
    pub fn module(&self, id: ModuleId) -> ModuleView {
        let module = self.design.module(id);
        let names = &self.names[id.0 as usize];
        let text = ModuleText {
            views: self,
            module,
            names,
            id,
        };
        let top = id.0 as usize + 1 == self.design.modules.len();
        let facts = if top {
            self.design.header.iter().chain(&module.header)
        } else {
            [].iter().chain(&module.header)
        };
        ModuleView {
            name: module_name(module),
            purpose: module.purpose.clone(),
            source: module.source.clone(),
            facts: facts
                .map(|(title, text)| Fact {
                    title: format!("{title:<9}"),
                    text: text.clone(),
                })
                .collect(),
            hash: self.hash.to_owned(),
            parameters: text.parameters(),
            ports: text.ports(),
            declarations: text.declarations(),
            sections: text.sections(),
            memories: text.memories(),
            instances: text.instances(),
            resets: text.resets(),
            updates: text.updates(),
            assigns: text.assigns(),
        }
    }
}

struct ModuleText<'a> {
    views: &'a Views<'a>,
    module: &'a Module,
    names: &'a ModuleNames,
    id: ModuleId,
}

impl ModuleText<'_> {
    fn name(&self, net: NetId) -> &str {
        self.names.net(net)
    }

    fn file_parameter(&self, memory: usize) -> String {
        format!("{}_FILE", self.names.memory(memory).to_ascii_uppercase())
    }

    fn parameters(&self) -> Vec<String> {
        let with_image = self
            .module
            .memories
            .iter()
            .enumerate()
            .filter_map(|(place, memory)| {
                let image = self.views.design.images.get(memory.image?.0 as usize)?;
                Some(format!(
                    "parameter {} = \"rtl/{}.hex\"",
                    self.file_parameter(place),
                    legal(&image.name)
                ))
            });
        comma_separated(with_image.collect())
    }

    fn ports(&self) -> Vec<String> {
        let implied = self.views.implied[self.id.0 as usize];
        let mut ports: Vec<(Option<&str>, String, String)> = vec![];
        if implied.clock {
            ports.push((None, "input  wire ".into(), "clk".into()));
        }
        if implied.reset {
            ports.push((None, "input  wire ".into(), "rst_n".into()));
        }
        for port in &self.module.inputs {
            let ty = range(self.module.ty(port.net));
            let name = self.name(port.net).to_owned();
            ports.push((port.group.as_deref(), format!("input  wire {ty}"), name));
        }
        for port in &self.module.outputs {
            let ty = range(self.module.ty(port.net));
            ports.push((
                port.group.as_deref(),
                format!("output wire {ty}"),
                legal(&port.name),
            ));
        }
        let widest = ports.iter().map(|(_, ty, _)| ty.len()).max().unwrap_or(0);
        let count = ports.len();
        let mut lines = vec![];
        for (place, (group, ty, name)) in ports.into_iter().enumerate() {
            lines.extend(group.map(|group| format!("// {group}")));
            let comma = if place + 1 < count { "," } else { "" };
            lines.push(format!("{ty:<widest$}{name}{comma}"));
        }
        lines
    }

    fn declarations(&self) -> Vec<String> {
        let declare = |kind: &str, net: &Net, id: NetId| {
            let ty = range(net.ty);
            (format!("{kind} {ty}"), self.name(id).to_owned())
        };
        let mut lines = vec![];
        for (place, net) in self.module.nets.iter().enumerate() {
            let id = NetId(place as u32);
            match &net.source {
                NetSource::Register(_) | NetSource::Read(..) => {
                    lines.push(declare("reg ", net, id))
                }
                NetSource::Instance(..) => lines.push(declare("wire", net, id)),
                NetSource::Input | NetSource::Op(_) => {}
            }
        }
        let widest = lines.iter().map(|(ty, _)| ty.len()).max().unwrap_or(0);
        lines
            .into_iter()
            .map(|(ty, name)| format!("{ty:<widest$}{name};"))
            .collect()
    }

    fn sections(&self) -> Vec<Section> {
        let mut sections = vec![Section {
            banner: None,
            lines: vec![],
        }];
        for (place, net) in self.module.nets.iter().enumerate() {
            if let Some(banner) = &net.section {
                let dashes = "-".repeat(92usize.saturating_sub(banner.chars().count()));
                let banner = Some(format!("// ---- {banner} {dashes}"));
                sections.push(Section {
                    banner,
                    lines: vec![],
                });
            }
            if let NetSource::Op(op) = &net.source {
                let lines = self.op(NetId(place as u32), net, op);
                if let Some(section) = sections.last_mut() {
                    section.lines.extend(lines);
                }
            }
        }
        sections.retain(|section| !section.lines.is_empty());
        sections
    }

    fn op(&self, id: NetId, net: &Net, op: &hw_ir::Op) -> Vec<String> {
        let name = self.name(id);
        let operand = |id: NetId| Operand {
            name: self.name(id),
            ty: self.module.ty(id),
        };
        let text = op.verilog(name, net.ty, &operand);
        let mut lines = vec![];
        if let Some(offset) = text.offset {
            let range = range(Type::unsigned(offset.width));
            lines.push(format!(
                "wire {range}{} = {};",
                offset.name, offset.expression
            ));
        }
        let ty = range(net.ty);
        let note = net
            .note
            .as_ref()
            .map_or(String::new(), |note| format!("  // {note}"));
        match text.body {
            Body::Expression(expression) => {
                lines.push(format!("wire {ty}{name} = {expression};{note}"));
            }
            Body::Statements(statements) => {
                lines.push(format!("reg {ty}{name};{note}"));
                lines.push("always @* begin".into());
                lines.extend(
                    statements
                        .into_iter()
                        .map(|statement| format!("  {statement}")),
                );
                lines.push("end".into());
            }
        }
        lines
    }

    fn memories(&self) -> Vec<String> {
        let memories = self.module.memories.iter().enumerate();
        memories
            .flat_map(|(place, memory)| self.memory(place, memory))
            .collect()
    }

    fn memory(&self, place: usize, memory: &hw_ir::Memory) -> Vec<String> {
        let name = self.names.memory(place);
        let word = range(memory.word.times(memory.word.count));
        let highest = memory.depth - 1;
        let mut lines = vec![];
        if memory.word.bits() * u64::from(memory.depth) >= BLOCK_BITS {
            let kind = if memory.write.is_some() { "ram" } else { "rom" };
            lines.push(format!("(* {kind}_style = \"block\" *)"));
        }
        lines.push(format!("reg {word}{name} [0:{highest}];"));
        if memory.image.is_some() {
            lines.push(format!(
                "initial $readmemh({}, {name});",
                self.file_parameter(place)
            ));
        } else {
            let zero = literal(Type::unsigned(1), &[0]);
            let zero = format!("{{{}{{{zero}}}}}", memory.word.bits());
            lines.push(format!("integer {name}_word;"));
            lines.push("initial begin".into());
            lines.push(format!(
                "  for ({name}_word = 0; {name}_word <= {highest}; {name}_word = {name}_word + 1) begin"
            ));
            lines.push(format!("    {name}[{name}_word] = {zero};"));
            lines.push("  end".into());
            lines.push("end".into());
        }
        lines.push("always @(posedge clk) begin".into());
        if let Some(write) = &memory.write {
            let (enable, address) = (self.name(write.enable), self.name(write.address));
            lines.push(format!(
                "  if ({enable}) {name}[{address}] <= {};",
                self.name(write.data)
            ));
        }
        for read in &memory.reads {
            let (data, address) = (self.name(read.data), self.name(read.address));
            let enable = read
                .enable
                .map(|enable| format!("if ({}) ", self.name(enable)));
            let enable = enable.unwrap_or_default();
            lines.push(format!("  {enable}{data} <= {name}[{address}];"));
        }
        lines.push("end".into());
        debug_assert!(address_bits(u64::from(memory.depth)) > 0);
        lines
    }

    fn instances(&self) -> Vec<String> {
        let instances = self.module.instances.iter().enumerate();
        instances
            .flat_map(|(place, instance)| self.instance(place, instance))
            .collect()
    }

    fn instance(&self, place: usize, instance: &hw_ir::Instance) -> Vec<String> {
        let of = self.views.design.module(instance.module);
        let of_names = &self.views.names[instance.module.0 as usize];
        let implied = self.views.implied[instance.module.0 as usize];
        let name = self.names.instance(place);
        let array = instance.count > 1;
        let index = format!("{name}_k");
        let mut pins = vec![];
        if implied.clock {
            pins.push(("clk".to_owned(), "clk".to_owned()));
        }
        if implied.reset {
            pins.push(("rst_n".to_owned(), "rst_n".to_owned()));
        }
        let part = |net: NetId, port: Type| {
            let net = self.name(net);
            match (array, port.bits()) {
                (false, _) => net.to_owned(),
                (true, 1) => format!("{net}[{index}]"),
                (true, bits) => format!("{net}[{index} * {bits} +: {bits}]"),
            }
        };
        for (connection, port) in instance.inputs.iter().zip(&of.inputs) {
            let net = match *connection {
                Connection::Shared(net) => self.name(net).to_owned(),
                Connection::Split(net) => part(net, of.ty(port.net)),
            };
            pins.push((of_names.net(port.net).to_owned(), net));
        }
        for (&net, port) in instance.outputs.iter().zip(&of.outputs) {
            pins.push((legal(&port.name), part(net, of.ty(port.net))));
        }
        let body = instance_text(&module_name(of), name, pins);
        if !array {
            return body;
        }
        let mut lines = vec![format!("genvar {index};"), "generate".into()];
        lines.push(format!(
            "  for ({index} = 0; {index} < {}; {index} = {index} + 1) begin : gen_{name}",
            instance.count
        ));
        lines.extend(body.into_iter().map(|line| format!("    {line}")));
        lines.extend(["  end".into(), "endgenerate".into()]);
        lines
    }

    fn reset_value(&self, register: &Register) -> String {
        let ty = self.module.ty(register.net);
        match &register.reset {
            Reset::All(0) if !ty.is_scalar() => format!("{{{}{{1'b0}}}}", ty.bits()),
            Reset::All(value) => literal(ty, &vec![*value; ty.count as usize]),
            Reset::Elements(values) => literal(ty, values),
        }
    }

    fn resets(&self) -> Vec<String> {
        let line = |register: &Register| {
            (
                self.name(register.net).to_owned(),
                self.reset_value(register),
            )
        };
        aligned(self.module.registers.iter().map(line).collect())
    }

    fn updates(&self) -> Vec<String> {
        let line = |register: &Register| {
            let enable = register
                .enable
                .map(|enable| format!("if ({}) ", self.name(enable)));
            let target = format!("{}{}", enable.unwrap_or_default(), self.name(register.net));
            (target, self.name(register.next).to_owned())
        };
        self.module
            .registers
            .iter()
            .map(line)
            .map(|(target, value)| format!("{target} <= {value};"))
            .collect()
    }

    fn assigns(&self) -> Vec<String> {
        let assign =
            |port: &hw_ir::Port| format!("assign {} = {};", legal(&port.name), self.name(port.net));
        self.module.outputs.iter().map(assign).collect()
    }
}

fn instance_text(module: &str, name: &str, pins: Vec<(String, String)>) -> Vec<String> {
    let widest = pins.iter().map(|(pin, _)| pin.len()).max().unwrap_or(0);
    let pins = pins
        .into_iter()
        .map(|(pin, net)| format!("  .{pin:<widest$} ({net})"))
        .collect();
    let mut lines = vec![format!("{module} u_{name} (")];
    lines.extend(comma_separated(pins));
    lines.push(");".into());
    lines
}

fn comma_separated(lines: Vec<String>) -> Vec<String> {
    let last = lines.len().saturating_sub(1);
    let comma = |place: usize| if place < last { "," } else { "" };
    lines
        .into_iter()
        .enumerate()
        .map(|(i, line)| format!("{line}{}", comma(i)))
        .collect()
}

fn aligned(lines: Vec<(String, String)>) -> Vec<String> {
    let widest = lines
        .iter()
        .map(|(target, _)| target.len())
        .max()
        .unwrap_or(0);
    lines
        .into_iter()
        .map(|(target, value)| format!("{target:<widest$} <= {value};"))
        .collect()
}
