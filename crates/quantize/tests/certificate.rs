//! Certificates of the gallery and of random programs, and what becomes of tampered ones.

#[path = "../../program/tests/samples/mod.rs"]
mod samples;

use std::path::{Path, PathBuf};

use network::noise::SplitMix64;
use network::{Description, Kind, Network, starter};
use program::range::analyse;
use program::{Format, Program, Role};
use proptest::prelude::*;
use quantize::range::certificate;
use quantize::{Options, QuantizeError, quantize};
use samples::choices;
use serde_json::Value;

fn gallery() -> Vec<(PathBuf, Program)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut folders = vec![folder];
    let mut found = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    let made = found.into_iter().map(|path| {
        let description = Description::load(&path).unwrap();
        let network = Network::from_description(&description).unwrap();
        let quantized = quantize(&description, &network, &Options::default()).unwrap();
        (path, quantized.program)
    });
    made.collect()
}

/// A delayed network: pasts of every kind, averages, leaky states, increments, tables.
const DELAYED: &str = r#"
[network]
kind = "continuous_hopfield"
name = "delayed"
units = 3
[weights]
w = [[0.0, 0.25, 0.0], [0.25, 0.0, -0.5], [0.0, -0.5, 0.0]]
[dynamics]
form = "generalised"
step = 0.25
activation = "tanh"
[delays.constant]
sparse = [[0, 1, 0.25]]
delay = 0.5
[delays.varying]
sparse = [[1, 2, 0.25]]
table = [[0, 0.25], [0.5, 0.75]]
[delays.kernel]
sparse = [[2, 0, 0.25]]
kernel = [0.5, 0.25]
spacing = 0.25
[delays.leaky]
sparse = [[0, 0, -0.25]]
rate = 1.0
[delays.neutral]
sparse = [[1, 1, 0.0625]]
delay = 0.25
neutral = true
[data]
probes = [[0.5, -0.5, 0.25]]
"#;

/// The starters of all kinds, and a delayed network: tables, signals, outputs, schedules, noise, pasts.
fn starters() -> Vec<(PathBuf, Program)> {
    let texts = Kind::ALL
        .into_iter()
        .map(|kind| (kind.name(), starter(kind)));
    let made = texts.chain([("delayed", DELAYED)]).map(|(name, text)| {
        let description = Description::parse(text, name, Path::new(".")).unwrap();
        let network = Network::from_description(&description).unwrap();
        let quantized = quantize(&description, &network, &Options::default()).unwrap();
        (PathBuf::from(name), quantized.program)
    });
    let made: Vec<_> = made.collect();
    let vectors = || made.iter().flat_map(|(_, program)| &program.vectors);
    let some = |of: &dyn Fn(&Role) -> bool| vectors().any(|vector| of(&vector.role));
    assert!(made.iter().any(|(_, program)| !program.tables.is_empty()));
    assert!(some(&|role| matches!(role, Role::Signal)));
    assert!(some(&|role| matches!(role, Role::Output)));
    assert!(some(&|role| matches!(role, Role::Schedule(_))));
    assert!(some(&|role| matches!(role, Role::Noise { .. })));
    assert!(some(&|role| matches!(role, Role::Past(_))));
    made
}

fn all() -> Vec<(PathBuf, Program)> {
    [gallery(), starters()].concat()
}

fn text(program: &Program) -> String {
    serde_json::to_string(program).unwrap()
}

#[test]
fn the_gallery_is_certified() {
    let gallery = all();
    assert!(gallery.len() > 25 + Kind::ALL.len(), "{}", gallery.len());
    for (path, program) in gallery {
        let claimed = certificate(&program).unwrap().to_string();
        let held = ::certificate::verify(&text(&program), &claimed);
        let held = held.unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        assert!(held > program.vectors.len(), "{}", path.display());
        // As the command line writes it.
        let file = format!("{{\"program\": {}}}\n", text(&program));
        assert_eq!(
            ::certificate::verify(&file, &format!("{claimed}\n")),
            Ok(held)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Two independent derivations of every range agree, or both say that something overflows.
    #[test]
    fn random_programs_are_certified_or_refused_by_both(mut choices in choices(), kind in 0..3) {
        let program = match kind {
            0 => samples::hopfield(&mut choices),
            1 => samples::units(&mut choices),
            _ => samples::cells(&mut choices),
        };
        match certificate(&program) {
            Ok(claimed) => {
                let held = ::certificate::verify(&text(&program), &claimed.to_string());
                prop_assert!(held.is_ok(), "{held:?}");
            }
            Err(QuantizeError::Uncertified { .. }) => {
                let held = ::certificate::verify(&text(&program), "{}");
                prop_assert!(held.unwrap_err().to_string().contains("can leave its format"));
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

/// Every number and string of a tree, and every place from which something can be taken.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(all) => all
            .iter()
            .for_each(|(key, value)| places(value, &format!("{at}/{key}"), found)),
        Value::Array(all) => {
            found.push(at.into());
            let all = all.iter().enumerate();
            all.for_each(|(place, value)| places(value, &format!("{at}/{place}"), found));
        }
        _ => found.push(at.into()),
    }
}

fn tamper(value: &mut Value, random: &mut SplitMix64) {
    *value = match value.take() {
        Value::Number(number) => {
            let by = 1 + random.below(3) as i64;
            let sign = if random.below(2) == 0 { 1 } else { -1 };
            (number.as_i64().unwrap().wrapping_add(by * sign)).into()
        }
        Value::String(text) => format!("{text}{}", random.below(10)).into(),
        Value::Array(mut all) if random.below(2) == 0 => {
            all.pop();
            all.into()
        }
        Value::Array(mut all) => {
            all.push(Value::Null);
            all.into()
        }
        _ => 1.into(),
    };
}

#[test]
fn a_thousand_tamperings_are_rejected() {
    tampered_are_rejected(&gallery());
}

/// As many of certificates with all that programs can have, whatever the gallery holds.
#[test]
fn a_thousand_tamperings_of_every_kind_are_rejected() {
    tampered_are_rejected(&starters());
}

fn tampered_are_rejected(gallery: &[(PathBuf, Program)]) {
    let mut random = SplitMix64::new(9);
    let mut tampered = 0;
    while tampered < 1000 {
        let (path, program) = &gallery[random.below(gallery.len())];
        let right = certificate(program).unwrap();
        let mut wrong = right.clone();
        let mut all = vec![];
        places(&wrong, "", &mut all);
        let place = &all[random.below(all.len())];
        tamper(wrong.pointer_mut(place).unwrap(), &mut random);
        if wrong == right {
            continue; // An empty list stays one.
        }
        let found = ::certificate::verify(&text(program), &wrong.to_string());
        assert!(found.is_err(), "{}: {place}", path.display());
        tampered += 1;
    }
}

/// Whatever is done to a program, its certificate is no longer one, and the checker says so.
#[test]
fn a_thousand_programs_that_were_tampered_with_are_rejected() {
    let gallery: Vec<(Value, String)> = all()
        .iter()
        .map(|(_, program)| {
            let claimed = certificate(program).unwrap().to_string();
            (serde_json::to_value(program).unwrap(), claimed)
        })
        .collect();
    let all: Vec<Vec<String>> = gallery
        .iter()
        .map(|(program, _)| {
            let mut all = vec![];
            places(program, "", &mut all);
            all
        })
        .collect();
    let mut random = SplitMix64::new(23);
    for _ in 0..1000 {
        let of = random.below(gallery.len());
        let (program, claimed) = &gallery[of];
        let mut wrong = program.clone();
        let place = &all[of][random.below(all[of].len())];
        tamper(wrong.pointer_mut(place).unwrap(), &mut random);
        if wrong != *program {
            let found = ::certificate::verify(&wrong.to_string(), claimed);
            assert!(found.is_err(), "{place}");
        }
    }
}

/// A program with a narrower word, whose certificate is made to fit in all but the claim that
/// cannot be made true.
#[test]
fn a_word_that_is_too_narrow_is_found_out() {
    let mut narrowed = 0;
    for (path, program) in gallery() {
        for stage in 0..program.stages.len() {
            let mut narrow = program.clone();
            let Some(gather) = narrow.stages[stage].gathers.first_mut() else {
                continue;
            };
            let range = &analyse(&program).unwrap().stages[stage].gathers[0];
            let width = gather.accumulator.width();
            assert_eq!(
                width,
                range.minimal_width,
                "{}: not the smallest",
                path.display()
            );
            let Ok(format) = Format::signed(width - 1, gather.accumulator.fraction()) else {
                continue;
            };
            gather.accumulator = format;
            assert!(analyse(&narrow).is_err(), "{}", path.display());
            let mut claimed = certificate(&program).unwrap();
            let right = certificate(&program).unwrap();
            claimed["program_sha256"] = right["program_sha256"].clone();
            let fault = ::certificate::verify(&text(&narrow), &claimed.to_string()).unwrap_err();
            assert!(fault.to_string().contains("leave their word"), "{fault}");
            narrowed += 1;
        }
    }
    assert!(narrowed > 30, "{narrowed}");
}

#[test]
fn faults_are_named() {
    let (_, program) = gallery().into_iter().next().unwrap();
    let claimed = certificate(&program).unwrap();
    let verify = |program: &str, claimed: &str| {
        ::certificate::verify(program, claimed)
            .unwrap_err()
            .to_string()
    };
    let text = text(&program);
    let mut wider = claimed.clone();
    wider["stages"][0]["nodes"][0]["high"] = 1_000_000.into();
    insta::assert_snapshot!(verify(&text, &wider.to_string()), @"HW1201: the certificate does not hold: its stages are not what follows");
    insta::assert_snapshot!(verify(&text, &format!(" {claimed}")), @"HW1201: the certificate does not hold: its text is not canonical");
    insta::assert_snapshot!(verify("{}", "{}"), @"HW1201: the certificate does not hold: the program is not as it should be");
    insta::assert_snapshot!(verify(&"[".repeat(100_000), "{}"), @"HW1201: the certificate does not hold: a text is no JSON: recursion limit exceeded at line 1 column 128");
    insta::assert_snapshot!(verify("", "{}"), @"HW1201: the certificate does not hold: a text is no JSON: EOF while parsing a value at line 1 column 0");
}
