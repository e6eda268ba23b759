//! Declarations, and the sections of combinational logic: one operator a named net.

use std::collections::BTreeSet;

use hw_ir::{Body, Net, NetId, NetSource, Op, Operand, Type};

use super::{ModuleText, Section};
use crate::columns::{banner, comment, range, width};

/// A line of a section.
enum Line {
    /// A net and its value: the declaration, the name, the value and a remark.
    Net([String; 4]),
    /// Any other line.
    Text(String),
}

impl ModuleText<'_> {
    /// Nets that are declared before all logic: values of registers, memories and instances, and
    /// what logic uses before its own line.
    pub(super) fn declarations(&self) -> Vec<String> {
        let early = self.used_early();
        let mut rows = vec![];
        for (net, id) in self.module.nets.iter().zip((0..).map(NetId)) {
            let kind = match &net.source {
                NetSource::Register(_) | NetSource::Read(..) => "reg ",
                NetSource::Instance(..) => "wire",
                NetSource::Op(Op::Insert { .. }) if early.contains(&id) => "reg ",
                NetSource::Op(_) if early.contains(&id) => "wire",
                NetSource::Input | NetSource::Op(_) => continue,
            };
            rows.push((format!("{kind} {}", range(net.ty)), self.name(id)));
        }
        let widest = width(rows.iter().map(|(declaration, _)| declaration.as_str()));
        rows.into_iter()
            .map(|(declaration, name)| format!("{declaration:<widest$}{name};"))
            .collect()
    }

    /// Results of ops that an op before them reads. Verilog wants them declared first.
    fn used_early(&self) -> BTreeSet<NetId> {
        let mut early = BTreeSet::new();
        for (net, id) in self.module.nets.iter().zip((0..).map(NetId)) {
            if let NetSource::Op(op) = &net.source {
                early.extend(op.operands().into_iter().filter(|&operand| operand > id));
            }
        }
        early
    }

    pub(super) fn sections(&self) -> Vec<Section> {
        let early = self.used_early();
        let mut sections: Vec<(Option<String>, Vec<Line>)> = vec![(None, vec![])];
        for (net, id) in self.module.nets.iter().zip((0..).map(NetId)) {
            if let Some(title) = &net.section {
                sections.push((Some(banner(title)), vec![]));
            }
            if let (NetSource::Op(op), Some((_, lines))) = (&net.source, sections.last_mut()) {
                lines.extend(self.op(id, net, op, early.contains(&id)));
            }
        }
        sections
            .into_iter()
            .map(|(banner, lines)| Section {
                banner,
                lines: in_columns(lines),
            })
            .collect()
    }

    fn op(&self, id: NetId, net: &Net, op: &Op, declared: bool) -> Vec<Line> {
        let name = self.name(id);
        let operand = |id: NetId| Operand {
            name: self.name(id),
            ty: self.module.ty(id),
        };
        let text = op.verilog(name, net.ty, &operand);
        let ty = range(net.ty);
        let note = net.note.as_deref().map(comment);
        let note = note.map_or(String::new(), |note| format!("  {note}"));
        let mut lines = vec![];
        if let Some(beside) = text.beside {
            let range = range(Type::unsigned(beside.width));
            let declaration = format!("wire {range}");
            lines.push(Line::Net([
                declaration,
                beside.name,
                beside.expression,
                String::new(),
            ]));
        }
        match text.body {
            Body::Expression(value) => {
                let declaration = if declared {
                    "assign ".into()
                } else {
                    format!("wire {ty}")
                };
                lines.push(Line::Net([declaration, name.to_owned(), value, note]));
            }
            Body::Statements(statements) => {
                if !declared {
                    lines.push(Line::Text(format!("reg {ty}{name};{note}")));
                }
                lines.push(Line::Text("always @* begin".into()));
                let indented = statements
                    .iter()
                    .map(|line| Line::Text(format!("  {line}")));
                lines.extend(indented);
                lines.push(Line::Text("end".into()));
            }
        }
        lines
    }
}

/// The declarations, names and values of a section's nets under each other.
fn in_columns(lines: Vec<Line>) -> Vec<String> {
    let column = |place: usize| {
        width(lines.iter().filter_map(|line| match line {
            Line::Net(columns) => columns.get(place).map(String::as_str),
            Line::Text(_) => None,
        }))
    };
    let (declarations, names) = (column(0), column(1));
    lines
        .iter()
        .map(|line| match line {
            Line::Net([declaration, name, value, note]) => {
                format!("{declaration:<declarations$}{name:<names$} = {value};{note}")
            }
            Line::Text(text) => text.clone(),
        })
        .collect()
}
