//! Programs read from JSON, sound and spoilt: none makes the executor panic.

mod samples;

use program::{Executor, Program, check};
use proptest::prelude::*;
use samples::choices;
use serde_json::Value;

/// Every number and text of a JSON value, by its path.
fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Array(all) => {
            for (place, inner) in all.iter().enumerate() {
                leaves(inner, format!("{path}/{place}"), found);
            }
        }
        Value::Object(all) => {
            for (key, inner) in all {
                leaves(inner, format!("{path}/{key}"), found);
            }
        }
        Value::Number(_) | Value::String(_) => found.push(path),
        Value::Null | Value::Bool(_) => {}
    }
}

fn spoilt() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec![0i64, 1, 2, 3, 7, -1, 63, 1 << 40, i64::MAX, i64::MIN])
            .prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        prop::sample::select(vec![
            "b1", "s64f0", "u63f256", "s1f-256", "u1f0", "s2f1", "state"
        ])
        .prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn samples_pass_and_survive_json(mut choices in choices()) {
        for program in [
            samples::hopfield(&mut choices),
            samples::units(&mut choices),
            samples::moving(&mut choices),
            samples::cells(&mut choices),
        ] {
            prop_assert_eq!(check(&program), Ok(()));
            let text = serde_json::to_string(&program).unwrap();
            prop_assert_eq!(serde_json::from_str::<Program>(&text).unwrap(), program);
        }
    }

    #[test]
    fn nothing_read_from_json_panics(
        mut choices in choices(), kind in 0..4,
        spoils in prop::collection::vec((any::<prop::sample::Index>(), spoilt()), 1..4),
    ) {
        let program = match kind {
            0 => samples::hopfield(&mut choices),
            1 => samples::units(&mut choices),
            2 => samples::moving(&mut choices),
            _ => samples::cells(&mut choices),
        };
        let mut json = serde_json::to_value(&program).unwrap();
        let mut paths = vec![];
        leaves(&json, String::new(), &mut paths);
        for (place, value) in spoils {
            if let Some(slot) = json.pointer_mut(&paths[place.index(paths.len())]) {
                *slot = value;
            }
        }
        let Ok(program) = serde_json::from_value::<Program>(json) else { return Ok(()) };
        for made in [Executor::new(&program), Executor::interpreting(&program)] {
            let Ok(mut executor) = made else { continue };
            for (vector, values) in samples::values(&mut choices, &program) {
                executor.load(vector, &values).unwrap();
            }
            let _ = executor.start().is_ok() && (0..3).all(|_| executor.step().is_ok());
        }
    }
}
