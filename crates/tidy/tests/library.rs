//! The hand-written Verilog in `hdl-templates/lib`: clean in every tool, and the serial port against itself.
//!
//! The tools are looked for in the directory of the variable `HOPWIRE_TOOLS`, then on the path. Where one is
//! missing, a test says so and passes, unless `HOPWIRE_REQUIRE_TOOLS` is set.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The modules, and the values of their parameter.
const SYNTHESISED: [(&str, &[&str]); 3] = [
    (
        "uart_rx",
        &[
            "-GCLOCKS_PER_BIT=4",
            "-GCLOCKS_PER_BIT=217",
            "-GCLOCKS_PER_BIT=65535",
        ],
    ),
    (
        "uart_tx",
        &[
            "-GCLOCKS_PER_BIT=2",
            "-GCLOCKS_PER_BIT=217",
            "-GCLOCKS_PER_BIT=65535",
        ],
    ),
    ("board_reset", &["-Wall"]),
];
const LOOP: [&str; 3] = ["uart_loop_tb.v", "uart_rx.v", "uart_tx.v"];

fn library() -> PathBuf {
    tidy::root().join("hdl-templates").join("lib")
}

fn tool(name: &str) -> Option<PathBuf> {
    let own = std::env::var_os("HOPWIRE_TOOLS").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(std::env::split_paths(&path));
    let found = folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    let required = std::env::var_os("HOPWIRE_REQUIRE_TOOLS").is_some();
    assert!(
        found.is_some() || !required,
        "{name} is missing: run setup/tools.sh"
    );
    if found.is_none() {
        eprintln!("{name} is missing (setup/tools.sh installs it): not checked");
    }
    found
}

/// What the tool printed, run in the library; it must succeed.
fn run(tool: &Path, arguments: &[&str]) -> String {
    let output: Output = Command::new(tool)
        .args(arguments)
        .current_dir(library())
        .output()
        .expect("runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(
        output.status.success(),
        "{} {arguments:?}:\n{text}",
        tool.display()
    );
    text
}

#[test]
fn verilator_has_no_warning() {
    let Some(verilator) = tool("verilator") else {
        return;
    };
    for (module, parameters) in SYNTHESISED {
        for parameter in parameters {
            let file = format!("{module}.v");
            let text = run(&verilator, &["--lint-only", "-Wall", parameter, &file]);
            assert!(!text.contains("%Warning"), "{module}: {text}");
        }
    }
}

#[test]
fn every_module_of_the_library_is_checked() {
    let entries = std::fs::read_dir(library()).expect("the library");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut found: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    found.retain(|name| name.ends_with(".v") && !name.ends_with("_tb.v"));
    found.sort();
    let mut checked: Vec<String> = SYNTHESISED
        .iter()
        .map(|(name, _)| format!("{name}.v"))
        .collect();
    checked.sort();
    assert_eq!(found, checked);
}

#[test]
fn icarus_has_no_warning() {
    let Some(iverilog) = tool("iverilog") else {
        return;
    };
    for (module, _) in SYNTHESISED {
        let text = run(
            &iverilog,
            &["-g2005", "-Wall", "-t", "null", &format!("{module}.v")],
        );
        assert_eq!(text, "", "{module}");
    }
}

#[test]
fn yosys_finds_no_problem() {
    let Some(yosys) = tool("yosys") else { return };
    for (module, _) in SYNTHESISED {
        let script = format!(
            "read_verilog {module}.v; hierarchy -check -top {module}; proc; opt_clean; check -assert"
        );
        let text = run(&yosys, &["-q", "-p", &script]);
        assert!(!text.contains("Warning"), "{module}: {text}");
    }
}

#[test]
fn the_serial_port_hears_what_it_says_in_icarus() {
    let (Some(iverilog), Some(vvp)) = (tool("iverilog"), tool("vvp")) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a scratch directory");
    let program = folder.path().join("loop.vvp");
    let program = program.to_str().expect("a path in UTF-8");
    let mut arguments = vec!["-g2005", "-Wall", "-o", program];
    arguments.extend(LOOP);
    assert_eq!(run(&iverilog, &arguments), "", "Icarus warns");
    let text = run(&vvp, &["-n", program]);
    assert!(text.starts_with("PASS "), "{text}");
}

#[test]
fn the_serial_port_hears_what_it_says_in_verilator() {
    let Some(verilator) = tool("verilator") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a scratch directory");
    let objects = folder.path().to_str().expect("a path in UTF-8");
    let mut arguments = vec![
        "--binary",
        "--timing",
        "-Wall",
        "--top-module",
        "uart_loop_tb",
    ];
    arguments.extend(["-Mdir", objects]);
    arguments.extend(LOOP);
    let text = run(&verilator, &arguments);
    assert!(!text.contains("%Warning"), "{text}");
    let text = run(&folder.path().join("Vuart_loop_tb"), &[]);
    assert!(text.contains("PASS ") && !text.contains("FAIL"), "{text}");
}
