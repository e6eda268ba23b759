//! Any bytes are read as the file of each kind of problem, and what is read and not large becomes an
//! Ising model.
#![no_main]

use network::combinatorial::Instance;
use network::description::{ProblemSection, ProblemWord};

const KINDS: [ProblemWord; 4] = [
    ProblemWord::MaxCut,
    ProblemWord::Tsp,
    ProblemWord::Colouring,
    ProblemWord::Qubo,
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    if std::fs::write(folder.path().join("problem.txt"), bytes).is_err() {
        return;
    }
    for kind in KINDS {
        let section = ProblemSection {
            kind,
            file: Some("problem.txt".into()),
            format: None,
            size: None,
            colours: (kind == ProblemWord::Colouring).then_some(3),
            mapping: None,
            unit: None,
            penalty: None,
            conflict: None,
        };
        match Instance::from_section(&section, folder.path()) {
            Ok(problem) if problem.units() <= 256 => drop(problem.mapped()),
            _ => {}
        }
    }
});
