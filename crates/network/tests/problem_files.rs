//! Problem files and sections that are refused: the whole text of each error under snapshot.

use std::path::Path;

use network::{Description, Network};

/// The text of the error of a problem of a kind in a file.
fn refused(section: &str, file: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("problem.txt"), file).unwrap();
    let text = format!(
        "[network]\nkind = \"simulated_bifurcation\"\nname = \"net\"\n\n[problem]\n{section}\n"
    );
    let found = Description::parse(&text, "net.toml", folder.path())
        .and_then(|description| Network::from_description(&description));
    let error = found.expect_err("the problem should be refused");
    format!("{error}\n").replace(&folder.path().display().to_string(), "DIR")
}

fn all(section: &str, cases: &[(&str, &str)]) -> String {
    let case = |(title, file): &(&str, &str)| format!("--- {title}\n{}\n", refused(section, file));
    cases.iter().map(case).collect()
}

macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($text) })
    };
}

#[test]
fn graphs() {
    let cases = [
        ("nothing", ""),
        ("a header alone", "3 0\n"),
        ("a header of one word", "3\n1 2 1\n"),
        ("fewer edges than announced", "3 3\n1 2 1\n2 3 1\n"),
        ("more edges than announced", "3 1\n1 2 1\n2 3 1\n"),
        ("vertices from 0", "3 2\n0 1 1\n1 2 1\n"),
        ("a vertex outside", "3 2\n1 2 1\n2 4 1\n"),
        ("an edge to itself", "3 2\n1 2 1\n2 2 1\n"),
        ("an edge twice", "3 3\n1 2 1\n2 3 1\n2 1 -1\n"),
        ("a weight that is no number", "3 2\n1 2 one\n2 3 1\n"),
        ("an infinite weight", "3 2\n1 2 inf\n2 3 1\n"),
        ("a negative vertex", "3 2\n1 -2 1\n2 3 1\n"),
        ("too many words", "3 2\n1 2 1 1\n2 3 1\n"),
        ("too many vertices", "1000000000 2\n1 2 1\n2 3 1\n"),
        ("too many edges", "4 1000000000000\n1 2 1\n2 3 1\n"),
        (
            "a number beyond any",
            "99999999999999999999999 2\n1 2 1\n2 3 1\n",
        ),
    ];
    snapshot!(all(
        "kind = \"max_cut\"\nfile = \"problem.txt\"\nformat = \"gset\"",
        &cases
    ));
}

#[test]
fn graphs_of_names() {
    let edges = [
        ("vertices alone", "a\nb\n"),
        ("an edge to itself", "a b\nb b\n"),
        ("an edge twice", "a b\n# again\nb a\n"),
        ("four words", "a b 1 2\n"),
        ("control characters", "a \u{1b}[2J\u{1b}[2J\na a\n"),
    ];
    let mut text = all("kind = \"max_cut\"\nfile = \"problem.txt\"", &edges);
    let dimacs = [
        ("no header", "c a graph\ne 1 2\n"),
        ("two headers", "p edge 2 1\np edge 2 1\ne 1 2\n"),
        ("an edge before the header", "e 1 2\np edge 2 1\n"),
        ("another count", "p edge 2 2\ne 1 2\n"),
        ("another line", "p edge 2 1\nn 1 2\n"),
    ];
    let section = "kind = \"colouring\"\ncolours = 3\nfile = \"problem.txt\"\nformat = \"dimacs\"";
    text += &all(section, &dimacs);
    let weights = [("a weight for a colouring", "a b 3\n")];
    let section = "kind = \"colouring\"\ncolours = 3\nfile = \"problem.txt\"";
    text += &all(section, &weights);
    let section = "kind = \"colouring\"\ncolours = 64\nfile = \"problem.txt\"";
    let long: String = (1..=64).map(|i| format!("v0 v{i}\n")).collect();
    text += &all(section, &[("too many colours for so many vertices", &long)]);
    snapshot!(text);
}

#[test]
fn functions_of_bits() {
    let cases = [
        ("no coefficient", "c nothing\np qubo 0 3 0 0\n"),
        ("a bit outside", "p qubo 0 2 1 1\n0 0 1\n0 2 1\n"),
        (
            "another count of linear ones",
            "p qubo 0 2 2 1\n0 0 1\n0 1 1\n",
        ),
        (
            "another count of quadratic ones",
            "p qubo 0 2 1 2\n0 0 1\n0 1 1\n",
        ),
        ("a pair twice", "0 1 1\n1 0 2\n"),
        ("too many bits", "0 99999 1\n"),
        (
            "a header that announces too much",
            "p qubo 0 4000 4000 99999999\n0 0 1\n",
        ),
        ("no number", "0 1 x\n"),
        ("two words", "0 1\n"),
    ];
    snapshot!(all("kind = \"qubo\"\nfile = \"problem.txt\"", &cases));
}

#[test]
fn tours() {
    let far: String = (0..70).map(|i| format!("{i} 0\n")).collect();
    let cases = [
        ("two cities", "0 0\n1 1\n"),
        ("a ragged matrix", "0 1 2\n1 0\n2 1 0\n"),
        ("a negative distance", "0 1 2\n1 0 -3\n2 1 0\n"),
        ("a way from a city to itself", "0 1 2\n1 5 3\n2 1 0\n"),
        ("a city twice", "a 0 0\nb 1 1\na 2 2\n"),
        ("a place that is no number", "a 0 0\nb 1 y\nc 2 2\n"),
        ("a place beyond the world", "a 0 0\nb 1e300 0\nc 2 2\n"),
        ("too many cities", &far),
    ];
    snapshot!(all("kind = \"tsp\"\nfile = \"problem.txt\"", &cases));
}

#[test]
fn sections() {
    let cases = [
        "kind = \"queens\"\nsize = 3",
        "kind = \"queens\"\nsize = 0",
        "kind = \"queens\"\nsize = 65",
        "kind = \"queens\"\nsize = 18446744073709551615",
        "kind = \"queens\"",
        "kind = \"queens\"\nsize = 4\nfile = \"problem.txt\"",
        "kind = \"queens\"\nsize = 4\npenalty = 0.0",
        "kind = \"colouring\"\nfile = \"problem.txt\"",
        "kind = \"colouring\"\nfile = \"problem.txt\"\ncolours = 0",
        "kind = \"max_cut\"",
        "kind = \"max_cut\"\nfile = \"none.txt\"",
        "kind = \"max_cut\"\nfile = \"problem.txt\"\nformat = \"matrix\"",
        "kind = \"max_cut\"\nfile = \"problem.txt\"\npenalty = 3",
        "kind = \"tsp\"\nfile = \"problem.txt\"\nunit = -1",
        "kind = \"tsp\"\nfile = \"problem.txt\"\nmapping = \"onehot\"",
        "kind = \"maxcut\"\nfile = \"problem.txt\"",
    ];
    let case = |section: &&str| format!("--- {section}\n{}\n", refused(section, "a b\nb c\n"));
    snapshot!(cases.iter().map(case).collect::<String>());
}

/// The text of the error of a description.
fn description(kind: &str, network: &str, rest: &str) -> String {
    let text = format!("[network]\nkind = \"{kind}\"\nname = \"net\"\n{network}\n{rest}\n");
    let found = Description::parse(&text, "net.toml", Path::new(""))
        .and_then(|description| Network::from_description(&description));
    let error = found.expect_err("the description should be refused");
    format!("--- {kind}\n{error}\n\n")
}

#[test]
fn descriptions() {
    let w = "[weights]\nw = [[0, 1], [1, 0]]";
    let queens = "[problem]\nkind = \"queens\"\nsize = 4";
    let (sb, annealed, chaotic) = ("simulated_bifurcation", "annealed_hopfield", "chaotic");
    let with = |rest: &str| format!("{w}\n{rest}");
    let cases = [
        description(sb, "", w),
        description(sb, "", ""),
        description(sb, "units = 2", queens),
        description(sb, "", &format!("{queens}\n{w}")),
        description(sb, "units = 2", ""),
        description(sb, "units = 2", "[weights]\nw = [[1, 1], [1, 0]]"),
        description(sb, "units = 2", "[weights]\nw = [[0, 1], [1, nan]]"),
        description(sb, "units = 3", w),
        description(sb, "units = 5000", w),
        description(sb, "units = 2\nreplicas = 4000", w),
        description(sb, "replicas = 300", queens),
        description(sb, "units = 2", &with("[hardware]\nlanes = 3")),
        description(sb, "", &format!("{queens}\n[hardware]\nlanes = 17")),
        description(sb, "units = 2", &with("[dynamics]\nstep = 0.0")),
        description(sb, "units = 2", &with("[dynamics]\nstep = \"big\"")),
        description(
            sb,
            "units = 2",
            &with("[dynamics]\npump = { from = 0.0, to = nan }"),
        ),
        description(sb, "units = 2", &with("[dynamics]\npump = []")),
        description(
            sb,
            "units = 2",
            &with("[dynamics]\npump = [[1, 2], [3, 4]]"),
        ),
        description(sb, "units = 2", &with("[update]\ntolerance = 0.1")),
        description(sb, "units = 2", &with("[data]\nstarts = [[0.5, 2.0]]")),
        description(
            sb,
            "units = 2",
            &with("[data]\nstarts = [[0.5, 0.0]]\nseed = 3"),
        ),
        description(
            annealed,
            "units = 2",
            &with("[dynamics]\ntemperature = [1.0, -1.0]"),
        ),
        description(
            annealed,
            "units = 2",
            &with("[dynamics]\ntemperature = { from = 4.0, to = 0.0, shape = \"geometric\" }"),
        ),
        description(annealed, "units = 2", &with("[dynamics]\nnoise_bits = 20")),
        description(annealed, "units = 2", &with("[dynamics]\nseed = 0")),
        description(annealed, "units = 2", &with("[update]\nblock = 2")),
        description(annealed, "units = 2", &with("[format]\nnoise = \"b1\"")),
        description(chaotic, "units = 2", &with("[dynamics]\ndamping = 1.0")),
        description(chaotic, "units = 2", &with("[dynamics]\nepsilon = 0.0")),
        description(chaotic, "units = 2", &with("[dynamics]\ncentre = 1.5")),
    ];
    snapshot!(cases.concat());
}
