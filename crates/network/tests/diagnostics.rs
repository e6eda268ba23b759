//! Bad input: the whole text of each error under snapshot. Reading it as a newcomer is the review.

use std::path::Path;

use network::tensor::{Tensor, npy_bytes};
use network::{Description, GreyImage, Network, NetworkError};

const HOPFIELD: &str = "\
[network]
kind = \"hopfield\"
name = \"net\"
units = 3

[weights]
w = \"w.npy\"
";

const CELLULAR: &str = "\
[network]
kind = \"cellular\"
name = \"net\"
rows = 4
columns = 6

[template]
library = \"edge\"
";

/// The error of a description whose data files lie in `folder`.
fn error_in(folder: &Path, text: &str) -> NetworkError {
    let description = match Description::parse(text, "net.toml", folder) {
        Ok(description) => description,
        Err(error) => return error,
    };
    Network::from_description(&description).expect_err("the description should be refused")
}

/// The text of the error, the folder written as DIR.
fn refused(files: &[(&str, &[u8])], text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let error = error_in(folder.path(), text);
    format!("{error}\n").replace(&folder.path().display().to_string(), "DIR")
}

/// Several refused descriptions in one snapshot, each under its title.
fn all(cases: &[(&str, String)]) -> String {
    cases
        .iter()
        .map(|(title, text)| format!("--- {title}\n{text}\n"))
        .collect()
}

/// The snapshot without the expression that made it.
macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($text) })
    };
}

fn npy(shape: &[usize], values: &[f64]) -> Vec<u8> {
    npy_bytes(&Tensor {
        shape: shape.to_vec(),
        values: values.to_vec(),
    })
}

fn npy_with_header(header: &str) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16 + 1).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.push(b'\n');
    bytes
}

#[test]
fn syntax_and_keys() {
    let hopfield = |from: &str, to: &str| refused(&[], &HOPFIELD.replace(from, to));
    snapshot!(all(&[
        ("not TOML", hopfield("units = 3", "units = = 3")),
        ("unknown key", hopfield("units = 3", "unit = 3")),
        (
            "unknown key of a section",
            refused(&[], &format!("{HOPFIELD}[hardware]\nlane = 2\n"))
        ),
        (
            "unknown section",
            refused(&[], &format!("{HOPFIELD}[hardwear]\nlanes = 2\n"))
        ),
        ("missing key", hopfield("units = 3\n", "")),
        (
            "missing section",
            refused(
                &[],
                "[network]\nkind = \"cellular\"\nname = \"n\"\nrows = 4\ncolumns = 4\n"
            )
        ),
        ("no network", refused(&[], "units = 3\n")),
        ("unknown kind", hopfield("\"hopfield\"", "\"hopfeild\"")),
        ("kind of the wrong type", hopfield("\"hopfield\"", "7")),
        (
            "text for a number",
            hopfield("units = 3", "units = \"three\"")
        ),
        ("negative number", hopfield("units = 3", "units = -3")),
        (
            "unknown word",
            refused(
                &[],
                &format!("{HOPFIELD}[update]\norder = \"sequentiel\"\n")
            )
        ),
        (
            "unknown key in a table",
            hopfield(
                "w = \"w.npy\"",
                "learn = { rule = \"hebb\", pattern = \"p.npy\" }"
            )
        ),
        (
            "numbers and rows mixed",
            hopfield("w = \"w.npy\"", "w = [1, [2]]")
        ),
        (
            "key given twice",
            hopfield("units = 3", "units = 3\nunits = 4")
        ),
    ]));
}

#[test]
fn names() {
    let named = |name: &str| refused(&[], &HOPFIELD.replace("\"net\"", name));
    snapshot!(all(&[
        ("keyword of Verilog", named("\"module\"")),
        ("keyword of SystemVerilog in capitals", named("\"LOGIC\"")),
        ("slash", named("\"a/b\"")),
        ("dots", named("\"..\"")),
        ("quote", named("'a\"b'")),
        ("dollar", named("\"a$b\"")),
        ("newline", named("\"a\\nb\"")),
        ("escape sequence", named("\"a\\u001b[31mb\"")),
        ("not ASCII", named("\"nétwork\"")),
        ("empty", named("\"\"")),
        ("digit first", named("\"8net\"")),
        ("verilator", named("\"Verilator_net\"")),
        ("too long", named(&format!("\"{}\"", "a".repeat(64)))),
    ]));
}

#[test]
fn numbers_and_formats() {
    let with = |section: &str| refused(&[], &format!("{HOPFIELD}{section}\n"));
    snapshot!(all(&[
        ("width 0", with("[format]\nweights = \"s0f0\"")),
        ("width 65", with("[format]\nweights = \"s65f0\"")),
        ("no format", with("[format]\nweights = \"int8\"")),
        ("format that is no text", with("[format]\nweights = 8")),
        ("unsigned weights", with("[format]\nweights = \"u8f0\"")),
        (
            "no units",
            refused(&[], &HOPFIELD.replace("units = 3", "units = 0"))
        ),
        (
            "too many units",
            refused(&[], &HOPFIELD.replace("units = 3", "units = 4097"))
        ),
        ("more lanes than units", with("[hardware]\nlanes = 4")),
        ("no taps", with("[hardware]\ntaps = 0")),
        ("no steps", with("[update]\nmax_steps = 0")),
        ("seed 0", with("[update]\norder = \"permuted\"\nseed = 0")),
        ("block without its order", with("[update]\nblock = 2")),
        ("too many flips", with("[data]\nnoise = { flips = 0.6 }")),
        (
            "flips that are no number",
            with("[data]\nnoise = { flips = nan }")
        ),
    ]));
}

#[test]
fn words_that_contradict_each_other() {
    let hopfield = |keys: &str| refused(&[], &format!("{HOPFIELD}[format]\n{keys}\n"));
    let cellular = |keys: &str| refused(&[], &format!("{CELLULAR}[format]\n{keys}\n"));
    let ram = HOPFIELD.replace("w = ", "storage = \"ram\"\nw = ");
    snapshot!(all(&[
        (
            "ternary weights of a byte",
            hopfield("weights = \"s8f0\"\ncoding = \"ternary\"")
        ),
        (
            "bipolar weights of two bits",
            hopfield("weights = \"s2f0\"\ncoding = \"bipolar\"")
        ),
        (
            "one bit for powers of two",
            hopfield("weights = \"b1\"\ncoding = \"power_of_two\"")
        ),
        (
            "one bit in two's complement",
            hopfield("weights = \"b1\"\ncoding = \"twos_complement\"")
        ),
        ("unknown coding", hopfield("coding = \"trinary\"")),
        (
            "powers of two from a stream",
            refused(&[], &format!("{ram}[format]\ncoding = \"power_of_two\"\n"))
        ),
        (
            "signs that wrap",
            hopfield("coding = \"bipolar\"\noverflow = \"wrap\"")
        ),
        ("unknown scale", hopfield("scale = \"bets\"")),
        ("scale 0", hopfield("scale = 0")),
        ("negative scale", hopfield("scale = -2.5")),
        ("scale that is a list", hopfield("scale = [1, 2]")),
        (
            "one factor for each row",
            hopfield("scale = 3\nper_row = true")
        ),
        (
            "clip and scale",
            hopfield("weights = \"s4f0\"\nclip = 3\nscale = \"best\"")
        ),
        ("clip of signs", hopfield("coding = \"bipolar\"\nclip = 2")),
        ("clip of nothing fixed", hopfield("clip = 2")),
        ("sums in one bit", hopfield("accumulator = \"b1\"")),
        ("unsigned threshold", cellular("threshold = \"u4f0\"")),
        ("unsigned sums", cellular("control_accumulator = \"u12f0\"")),
    ]));
}

#[test]
fn sections_that_do_not_fit() {
    let hopfield = |from: &str, to: &str| refused(&[], &HOPFIELD.replace(from, to));
    let cellular = |section: &str| refused(&[], &format!("{CELLULAR}{section}\n"));
    snapshot!(all(&[
        ("no weights", hopfield("w = \"w.npy\"\n", "")),
        (
            "weights twice",
            hopfield("w = \"w.npy\"", "w = \"w.npy\"\nsparse = \"s.csv\"")
        ),
        (
            "margin of another rule",
            hopfield(
                "w = \"w.npy\"",
                "learn = { rule = \"hebb\", patterns = \"p.npy\", margin = 1 }"
            )
        ),
        (
            "grid of another size",
            hopfield(
                "w = \"w.npy\"",
                "w = \"w.npy\"\nneighbourhood = { rows = 2, columns = 2, radius = 1 }"
            )
        ),
        (
            "unknown template",
            refused(&[], &CELLULAR.replace("\"edge\"", "\"edges\""))
        ),
        (
            "template twice",
            refused(&[], &CELLULAR.replace("library", "z = 1\nlibrary"))
        ),
        (
            "no template",
            refused(&[], &CELLULAR.replace("library = \"edge\"", ""))
        ),
        (
            "template of a wrong shape",
            refused(
                &[],
                &CELLULAR.replace("library = \"edge\"", "a = [[1, 2], [3, 4]]")
            )
        ),
        (
            "ragged template",
            refused(
                &[],
                &CELLULAR.replace("library = \"edge\"", "b = [[1, 2, 3], [4, 5], [6, 7, 8]]")
            )
        ),
        (
            "template with infinity",
            refused(
                &[],
                &CELLULAR.replace(
                    "library = \"edge\"",
                    "a = [[0, 0, 0], [0, inf, 0], [0, 0, 0]]"
                )
            )
        ),
        (
            "array smaller than the template",
            refused(&[], &CELLULAR.replace("rows = 4", "rows = 2"))
        ),
        ("step of another model", cellular("[dynamics]\nstep = 0.5")),
        (
            "step of nothing",
            cellular("[dynamics]\nmodel = \"chua_yang\"\nstep = 0.0")
        ),
        (
            "value of another rule",
            cellular("[boundary]\nrule = \"periodic\"\nvalue = 1.0")
        ),
        ("boundary out of range", cellular("[boundary]\nvalue = 2.0")),
        (
            "grey start of a discrete model",
            cellular("[dynamics]\nmodel = \"discrete\"\n[state]\nstart = 0.5")
        ),
        (
            "start that is no word",
            cellular("[state]\nstart = \"inputs\"")
        ),
        (
            "lanes that do not divide",
            cellular("[hardware]\nlanes = 4")
        ),
        (
            "iterations without a stream",
            cellular("[hardware]\niterations = 4")
        ),
        (
            "stream that waits",
            cellular("[update]\nuntil = \"stable\"\n[hardware]\nform = \"streaming\"")
        ),
        (
            "more steps than chained",
            cellular("[update]\nmax_steps = 3\n[hardware]\nform = \"streaming\"\niterations = 2")
        ),
        (
            "one bit for a grey state",
            cellular("[format]\nstate = \"b1\"")
        ),
        (
            "threshold of an array",
            cellular("[data]\ninput = \"u.npy\"\nthreshold = 100")
        ),
    ]));
}

#[test]
fn weights_from_files() {
    let one = |bytes: &[u8]| refused(&[("w.npy", bytes)], HOPFIELD);
    let named = |file: &str, bytes: &[u8], name: &str| {
        refused(&[(file, bytes)], &HOPFIELD.replace("w.npy", name))
    };
    let mut nan = [0.0; 9];
    nan[5] = f64::NAN;
    let mut infinite = [0.0; 9];
    infinite[0] = f64::NEG_INFINITY;
    let claim = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }";
    let overflow = "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 3), }";
    let deep = format!("{}{}", "(".repeat(5000), ")".repeat(5000));
    let object = "{'descr': '|O', 'fortran_order': False, 'shape': (3, 3), }";
    let complex = "{'descr': '<c16', 'fortran_order': False, 'shape': (3, 3), }";
    snapshot!(all(&[
        ("missing file", refused(&[], HOPFIELD)),
        ("wrong shape", one(&npy(&[4, 4], &[0.0; 16]))),
        ("not square", one(&npy(&[3, 2], &[0.0; 6]))),
        ("three axes", one(&npy(&[3, 3, 1], &[0.0; 9]))),
        ("NaN", one(&npy(&[3, 3], &nan))),
        ("infinity", one(&npy(&[3, 3], &infinite))),
        ("objects", one(&npy_with_header(object))),
        ("complex numbers", one(&npy_with_header(complex))),
        ("10^12 elements", one(&npy_with_header(claim))),
        (
            "more elements than a number can say",
            one(&npy_with_header(overflow))
        ),
        ("a header nested deeply", one(&npy_with_header(&deep))),
        (
            "a header of its own making",
            one(&npy_with_header("{'shape': (0xffff, 3)}"))
        ),
        ("cut off", one(&npy(&[3, 3], &[0.0; 9])[..150])),
        ("empty", one(b"")),
        ("not npy", one(b"PK\x03\x04 and so on, long enough")),
        ("unknown ending", named("w.txt", b"", "w.txt")),
        ("a folder", named("x", b"", ".npy")),
        (
            "csv with a word",
            named("w.csv", b"0,1,2\n1,zero,3\n2,3,0\n", "w.csv")
        ),
        (
            "csv with NaN",
            named("w.csv", b"0,1,2\n1,nan,3\n2,3,0\n", "w.csv")
        ),
        (
            "csv with a short row",
            named("w.csv", b"0,1,2\n1,0\n2,3,0\n", "w.csv")
        ),
        ("not an archive", named("w.npz", b"no archive", "w.npz:w")),
        (
            "not safetensors",
            named("w.safetensors", &[255; 16], "w.safetensors:w")
        ),
    ]));
}

#[test]
fn other_data() {
    let weights = npy(&[3, 3], &[0.0; 9]);
    let hopfield = |files: &[(&str, &[u8])], to: &str| {
        let files = [&[("w.npy", weights.as_slice())], files].concat();
        refused(&files, &HOPFIELD.replace("w = \"w.npy\"", to))
    };
    let image = |image: &GreyImage| network::image::png_bytes(image).unwrap();
    let small = image(&GreyImage {
        rows: 2,
        columns: 3,
        pixels: vec![0; 6],
    });
    let cellular = |files: &[(&str, &[u8])], data: &str| {
        refused(files, &format!("{CELLULAR}[data]\n{data}\n"))
    };
    snapshot!(all(&[
        (
            "bias of a wrong length",
            hopfield(&[], "w = \"w.npy\"\nbias = [1, 2]")
        ),
        (
            "bias with NaN",
            hopfield(&[], "w = \"w.npy\"\nbias = [1, 2, nan]")
        ),
        (
            "sparse row outside",
            hopfield(&[("s.csv", b"0,1,1\n3,0,1\n")], "sparse = \"s.csv\"")
        ),
        (
            "sparse place twice",
            hopfield(&[("s.csv", b"0,1,1\n0,1,2\n")], "sparse = \"s.csv\"")
        ),
        (
            "sparse pairs",
            hopfield(&[("s.csv", b"0,1\n")], "sparse = \"s.csv\"")
        ),
        (
            "pattern of a wrong length",
            hopfield(&[], "learn = { rule = \"hebb\", patterns = [[1, -1]] }")
        ),
        (
            "pattern with 0",
            hopfield(&[], "learn = { rule = \"hebb\", patterns = [[1, -1, 0]] }")
        ),
        (
            "ragged patterns",
            hopfield(
                &[],
                "learn = { rule = \"hebb\", patterns = [[1, -1, 1], [1]] }"
            )
        ),
        (
            "labels that are none",
            hopfield(
                &[("d.csv", b"1,2,3,0\n1,2,3,0.5\n")],
                "learn = { rule = \"hebb\", patterns = { labelled_images = \"d.csv\", threshold = 1 } }"
            )
        ),
        (
            "image of the wrong size",
            cellular(&[("u.png", &small)], "input = \"u.png\"")
        ),
        (
            "image that is none",
            cellular(&[("u.png", b"GIF89a")], "input = \"u.png\"")
        ),
        (
            "image cut off",
            cellular(&[("u.png", &small[..40])], "input = \"u.png\"")
        ),
        (
            "grey start of a discrete model",
            refused(
                &[],
                &CELLULAR.replace(
                    "library = \"edge\"",
                    "library = \"dt_grow\"\n[data]\ninput = [[1,1,1,1,1,1],[1,1,1,0,1,1],[1,1,1,1,1,1],[1,1,1,1,1,1]]"
                ),
            ),
        ),
        (
            "array of the wrong size",
            cellular(&[], "input = [[1, -1], [1, -1]]")
        ),
        (
            "array out of range",
            cellular(
                &[],
                "input = [[0,0,0,0,0,0],[0,0,0,2,0,0],[0,0,0,0,0,0],[0,0,0,0,0,0]]"
            )
        ),
    ]));
}

#[test]
fn description_files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = |name: &str| {
        let error = Description::load(folder.path().join(name)).unwrap_err();
        format!("{error}\n").replace(&folder.path().display().to_string(), "DIR")
    };
    std::fs::write(folder.path().join("latin.toml"), b"name = \"\xe9\"").unwrap();
    snapshot!(all(&[
        ("missing", text("missing.toml")),
        ("not UTF-8", text("latin.toml")),
    ]));
}

#[test]
fn an_error_as_json_has_its_place() {
    let error = error_in(Path::new(""), &HOPFIELD.replace("units = 3", "units = 0"));
    insta::assert_json_snapshot!(error.to_json());
}
