//! Instances of other modules, and generate loops of them.

use hw_ir::{Connection, NetId, Type};

use super::ModuleText;
use crate::columns::comma_separated;

impl ModuleText<'_> {
    pub(super) fn instances(&self) -> Vec<String> {
        let instances = self.module.instances.iter().enumerate();
        instances
            .flat_map(|(place, instance)| self.instance(place, instance))
            .collect()
    }

    fn instance(&self, place: usize, instance: &hw_ir::Instance) -> Vec<String> {
        let of = self.views.design.module(instance.module);
        let Some(of_names) = self.views.names.inside(instance.module) else {
            return vec![];
        };
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
        for (place, (&net, port)) in instance.outputs.iter().zip(&of.outputs).enumerate() {
            pins.push((
                of_names.output(place).to_owned(),
                part(net, of.ty(port.net)),
            ));
        }
        let body = instance_text(self.views.names.module(instance.module), name, pins);
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
