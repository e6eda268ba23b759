//! The one clocked block of a module's registers.

use hw_ir::{Register, Reset, text::literal};

use super::ModuleText;
use crate::columns::aligned;

impl ModuleText<'_> {
    fn reset_value(&self, register: &Register) -> String {
        let ty = self.module.ty(register.net);
        match &register.reset {
            Reset::All(0) if !ty.is_scalar() => format!("{{{}{{1'b0}}}}", ty.bits()),
            Reset::All(value) => literal(ty, &vec![*value; ty.count as usize]),
            Reset::Elements(values) => literal(ty, values),
        }
    }

    pub(super) fn resets(&self) -> Vec<String> {
        let row = |register: &Register| {
            (
                self.name(register.net).to_owned(),
                self.reset_value(register),
            )
        };
        let rows: Vec<(String, String)> = self.module.registers.iter().map(row).collect();
        aligned("<=", &rows)
    }

    /// What each register takes; neighbours without an enable stand in columns.
    pub(super) fn updates(&self) -> Vec<String> {
        let mut lines = vec![];
        let same_kind = |a: &Register, b: &Register| a.enable.is_some() == b.enable.is_some();
        for group in self.module.registers.chunk_by(same_kind) {
            let row = |register: &Register| {
                let target = self.name(register.net);
                let enable = register.enable.map(|enable| self.name(enable));
                let target = match enable {
                    Some(enable) => format!("if ({enable}) {target}"),
                    None => target.to_owned(),
                };
                (target, self.name(register.next).to_owned())
            };
            let rows: Vec<(String, String)> = group.iter().map(row).collect();
            match group.first().and_then(|register| register.enable) {
                None => lines.extend(aligned("<=", &rows)),
                Some(_) => lines.extend(rows.iter().map(|(to, from)| format!("{to} <= {from};"))),
            }
        }
        lines
    }
}
