//! The hand-written Verilog in `hdl-templates/lib`: clean in every tool, and the serial port against itself.
//!
//! The tools are looked for in the directory of the variable `HOPWIRE_TOOLS`, then on the path. Where one is
//! missing, a test says so and passes, unless `HOPWIRE_REQUIRE_TOOLS` is set.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SYNTHESISED: [&str; 2] = ["uart_rx", "uart_tx"];

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
    for module in SYNTHESISED {
        for clocks in ["4", "217", "65535"] {
            let parameter = format!("-GCLOCKS_PER_BIT={clocks}");
            let text = run(
                &verilator,
                &["--lint-only", "-Wall", &parameter, &format!("{module}.v")],
            );
            assert!(!text.contains("%Warning"), "{module}: {text}");
        }
    }
}

#[test]
fn yosys_finds_no_problem() {
    let Some(yosys) = tool("yosys") else { return };
    for module in SYNTHESISED {
        let script = format!(
            "read_verilog {module}.v; hierarchy -check -top {module}; proc; opt_clean; check -assert"
        );
        let text = run(&yosys, &["-q", "-p", &script]);
        assert!(!text.contains("Warning"), "{module}: {text}");
    }
}

#[test]
fn the_serial_port_hears_what_it_says() {
    let (Some(iverilog), Some(vvp)) = (tool("iverilog"), tool("vvp")) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a scratch directory");
    let program = folder.path().join("loop.vvp");
    let program = program.to_str().expect("a path in UTF-8");
    let sources = ["uart_loop_tb.v", "uart_rx.v", "uart_tx.v"];
    let mut arguments = vec!["-g2005", "-Wall", "-o", program];
    arguments.extend(sources);
    assert_eq!(run(&iverilog, &arguments), "", "Icarus warns");
    let text = run(&vvp, &["-n", program]);
    assert!(text.starts_with("PASS "), "{text}");
}
