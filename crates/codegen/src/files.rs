//! The files of an emitted design.

use std::collections::BTreeMap;

use hw_ir::{Design, ModuleId};
use serde::Serialize;

use crate::error::EmitError;
use crate::memory::memory_file;
use crate::module::{Views, implied_ports, module_name};
use crate::names::{ModuleNames, legal};
use crate::render::Renderer;
use crate::testbench::Testbench;

/// Files by path relative to the emitted directory, with `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What is emitted beside the Verilog itself.
#[derive(Debug, Clone, Default)]
pub struct EmitOptions {
    /// More files to put in, among them `tb/stimulus.txt` and `tb/expected.txt`.
    pub extra: Files,
    /// How long a host waits and what it sees, for the README of the directory.
    pub remarks: Vec<String>,
}

#[derive(Serialize)]
struct DirectoryView {
    name: String,
    hash: String,
    sources: Vec<String>,
    memories: Vec<String>,
    remarks: Vec<String>,
    has_stimulus: bool,
    has_expected: bool,
}

/// Checks a design and prints all of its files. The same design gives the same bytes.
///
/// # Errors
/// When the design is invalid, or a layout fails.
pub fn emit(design: &Design, options: &EmitOptions) -> Result<Files, EmitError> {
    hw_ir::check(design)?;
    let renderer = Renderer::new()?;
    let hash = hw_ir::json::hash(design);
    let implied = implied_ports(design);
    let names: Vec<ModuleNames> = design.modules.iter().map(ModuleNames::new).collect();
    let views = Views {
        design,
        hash: &hash,
        implied: &implied,
        names: &names,
    };
    let mut files = Files::new();
    for (place, module) in design.modules.iter().enumerate() {
        let text = renderer.render("module.v", &views.module(ModuleId(place as u32)))?;
        files.insert(format!("rtl/{}.v", module_name(module)), text.into_bytes());
    }
    for image in &design.images {
        let path = format!("rtl/{}.hex", legal(&image.name));
        files.insert(path, memory_file(image).into_bytes());
    }
    let bench = Testbench {
        design,
        hash: &hash,
        names: &names,
        implied: &implied,
    }
    .view();
    let name = module_name(design.top());
    for (layout, path) in [
        ("testbench.v", format!("tb/{name}_tb.v")),
        ("icarus.v", format!("tb/{name}_icarus.v")),
        ("main.cpp", "tb/main.cpp".to_owned()),
    ] {
        files.insert(path, renderer.render(layout, &bench)?.into_bytes());
    }
    files.extend(options.extra.clone());
    let directory = DirectoryView {
        sources: design
            .modules
            .iter()
            .map(|m| format!("rtl/{}.v", module_name(m)))
            .collect(),
        memories: design
            .images
            .iter()
            .map(|i| format!("rtl/{}.hex", legal(&i.name)))
            .collect(),
        remarks: options.remarks.clone(),
        has_stimulus: files.contains_key("tb/stimulus.txt"),
        has_expected: files.contains_key("tb/expected.txt"),
        hash,
        name,
    };
    for (layout, path) in [
        ("Makefile", "Makefile"),
        ("README.md", "README.md"),
        ("core", "design.core"),
    ] {
        files.insert(
            path.to_owned(),
            renderer.render(layout, &directory)?.into_bytes(),
        );
    }
    let json = hw_ir::json::to_json(design).map_err(|error| EmitError::Layout {
        layout: "design.json",
        why: error.to_string(),
    })?;
    files.insert("design.json".into(), json.into_bytes());
    Ok(files)
}
