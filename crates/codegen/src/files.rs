//! The files of an emitted design.

use std::collections::BTreeMap;

use hw_ir::{Design, ImageId, ModuleId};
use serde::Serialize;

use crate::error::EmitError;
use crate::memory::memory_file;
use crate::module::{Views, implied_ports};
use crate::names::DesignNames;
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
    let names = DesignNames::new(design);
    let views = Views {
        design,
        hash: &hash,
        implied: &implied,
        names: &names,
    };
    let mut files = Files::new();
    let modules = (0u32..).map(ModuleId).take(design.modules.len());
    for id in modules.clone() {
        if let Some(view) = views.module(id) {
            let text = renderer.render("module.v", &view)?;
            files.insert(names.source_path(id), text.into_bytes());
        }
    }
    let images = (0u32..).map(ImageId).zip(&design.images);
    for (id, image) in images.clone() {
        files.insert(names.image_path(id), memory_file(image).into_bytes());
    }
    let bench = Testbench {
        design,
        hash: &hash,
        names: &names,
        implied: &implied,
    }
    .view();
    let name = names.top().to_owned();
    for (layout, path) in [
        ("testbench.v", format!("tb/{name}_tb.v")),
        ("icarus.v", format!("tb/{name}_icarus.v")),
        ("main.cpp", "tb/main.cpp".to_owned()),
    ] {
        files.insert(path, renderer.render(layout, &bench)?.into_bytes());
    }
    files.extend(options.extra.clone());
    let directory = DirectoryView {
        sources: modules.map(|id| names.source_path(id)).collect(),
        memories: images.map(|(id, _)| names.image_path(id)).collect(),
        remarks: options.remarks.clone(),
        has_stimulus: files.contains_key("tb/stimulus.txt"),
        has_expected: files.contains_key("tb/expected.txt"),
        hash,
        name,
    };
    let core = format!("{}.core", directory.name);
    for (layout, path) in [
        ("Makefile", "Makefile"),
        ("README.md", "README.md"),
        ("core", &core),
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
