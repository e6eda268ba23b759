//! The parameters and ports of a module, and what its outputs carry.

use super::ModuleText;
use crate::columns::{aligned, comma_separated, comment, range};

/// A port before it is put into columns.
struct PortLine<'a> {
    group: Option<&'a str>,
    declaration: String,
    name: String,
}

impl ModuleText<'_> {
    pub(super) fn file_parameter(&self, memory: usize) -> String {
        format!("{}_FILE", self.names.memory(memory).to_ascii_uppercase())
    }

    pub(super) fn parameters(&self) -> Vec<String> {
        let with_image = self
            .module
            .memories
            .iter()
            .enumerate()
            .filter_map(|(place, memory)| {
                Some(format!(
                    "parameter {} = \"{}\"",
                    self.file_parameter(place),
                    self.views.names.image_path(memory.image?)
                ))
            });
        comma_separated(with_image.collect())
    }

    pub(super) fn ports(&self) -> Vec<String> {
        let lines = self.port_lines();
        let widths = lines.iter().map(|line| line.declaration.len());
        let widest = widths.max().unwrap_or(0);
        let last = lines.len().saturating_sub(1);
        let mut text = vec![];
        for (place, line) in lines.into_iter().enumerate() {
            text.extend(line.group.map(comment));
            let comma = if place < last { "," } else { "" };
            text.push(format!("{:<widest$}{}{comma}", line.declaration, line.name));
        }
        text
    }

    fn port_lines(&self) -> Vec<PortLine<'_>> {
        let implied = self.views.implied.get(self.id.0 as usize);
        let implied = implied.copied().unwrap_or_default();
        let implied = [("clk", implied.clock), ("rst_n", implied.reset)];
        let mut lines: Vec<PortLine<'_>> = vec![];
        let present = implied.iter().filter(|(_, present)| *present);
        lines.extend(present.map(|(name, _)| PortLine {
            group: None,
            declaration: "input  wire ".into(),
            name: (*name).into(),
        }));
        lines.extend(self.module.inputs.iter().map(|port| PortLine {
            group: port.group.as_deref(),
            declaration: format!("input  wire {}", range(self.module.ty(port.net))),
            name: self.name(port.net).to_owned(),
        }));
        let outputs = self.module.outputs.iter().enumerate();
        lines.extend(outputs.map(|(place, port)| PortLine {
            group: port.group.as_deref(),
            declaration: format!("output wire {}", range(self.module.ty(port.net))),
            name: self.names.output(place).to_owned(),
        }));
        lines
    }

    pub(super) fn assigns(&self) -> Vec<String> {
        let ports = self.module.outputs.iter().enumerate();
        let rows: Vec<(String, String)> = ports
            .map(|(place, port)| {
                let output = self.names.output(place);
                (format!("assign {output}"), self.name(port.net).to_owned())
            })
            .collect();
        aligned("=", &rows)
    }
}
