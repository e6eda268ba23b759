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
            file: Some("problem.txt".into()),
            colours: (kind == ProblemWord::Colouring).then_some(3),
            ..ProblemSection::of(kind)
        };
        match Instance::from_section(&section, folder.path()) {
            Ok(problem) if problem.units() <= 256 => drop(problem.mapped()),
            _ => {}
        }
    }
});
