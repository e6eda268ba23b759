//! A module as a view for its layout.

mod instances;
mod logic;
mod memories;
mod ports;
mod registers;

use hw_ir::{Design, Module, ModuleId, NetId};
use serde::Serialize;

use crate::columns::{banner, comment};
use crate::names::{DesignNames, ModuleNames};

/// Everything that the layout of a module prints.
#[derive(Debug, Serialize)]
pub struct ModuleView {
    name: String,
    header: Vec<String>,
    parameters: Vec<String>,
    ports: Vec<String>,
    declarations: Vec<String>,
    sections: Vec<Section>,
    resets: Vec<String>,
    updates: Vec<String>,
    register_banner: String,
    assigns: Vec<String>,
}

/// Lines under a banner.
#[derive(Debug, Serialize)]
pub struct Section {
    banner: Option<String>,
    lines: Vec<String>,
}

impl Section {
    fn of(title: &str, lines: Vec<String>) -> Section {
        let banner = Some(banner(title));
        Section { banner, lines }
    }
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
    /// Its names.
    pub names: &'a DesignNames,
}

impl Views<'_> {
    /// The view of a module; none where the design has no such module.
    pub fn module(&self, id: ModuleId) -> Option<ModuleView> {
        let module = self.design.modules.get(id.0 as usize)?;
        let text = ModuleText {
            views: self,
            module,
            names: self.names.inside(id)?,
            id,
        };
        let mut sections = text.sections();
        sections.push(Section::of("memories", text.memories()));
        sections.push(Section::of("instances", text.instances()));
        sections.retain(|section| !section.lines.is_empty());
        Some(ModuleView {
            name: self.names.module(id).to_owned(),
            header: text.header(),
            parameters: text.parameters(),
            ports: text.ports(),
            declarations: text.declarations(),
            sections,
            resets: text.resets(),
            updates: text.updates(),
            register_banner: banner("registers"),
            assigns: text.assigns(),
        })
    }
}

/// A module and what its text needs to know around it.
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

    /// What is specific to this module; the top speaks for the design as well.
    fn header(&self) -> Vec<String> {
        let module = self.module;
        let name = self.views.names.module(self.id);
        let mut lines = vec![comment(&format!("{name}: {}", module.purpose))];
        let of_design: &[(String, String)] = if self.id == top_id(self.views.design) {
            &self.views.design.header
        } else {
            &[]
        };
        let facts = of_design.iter().chain(&module.header);
        lines.extend(facts.map(|(title, text)| comment(&format!("{title:<9} {text}"))));
        let hash = self.views.hash;
        lines.push(match &module.source {
            Some(source) => comment(&format!("source    @[{source}], design {hash}")),
            None => comment(&format!("design    {hash}")),
        });
        lines
    }
}

/// The top module of a design.
pub fn top_id(design: &Design) -> ModuleId {
    ModuleId(design.modules.len().saturating_sub(1) as u32)
}
