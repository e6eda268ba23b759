//! The plot of a basin.

use plot::{Axis, Curve, Labels, PlotError, curves};

use super::{Answers, Recalled};

/// How a level's counts are read.
type Level = fn(&Recalled) -> usize;

/// The share recalled against the share of units flipped: a curve for each cue and each level, as
/// SVG.
///
/// # Errors
/// When it cannot be drawn.
pub fn plot(name: &str, cues: &[&str], answers: &Answers) -> Result<String, PlotError> {
    let levels: [(&str, Level); 2] = [
        ("real numbers", |recalled| recalled.float),
        ("integers", |recalled| recalled.integers),
    ];
    let mut all = vec![];
    for (at, cue) in cues.iter().enumerate() {
        for (level, of) in levels {
            let label = match cues.len() {
                1 => level.to_owned(),
                _ => format!("from {cue}, {level}"),
            };
            let flipped = answers.questions.noise.iter().map(|share| 100.0 * share);
            let recalled = answers.shares(at, of).into_iter();
            let points = flipped.zip(recalled.map(|share| 100.0 * share));
            all.push((label, points.collect::<Vec<_>>()));
        }
    }
    let title = format!("Basin of {name}");
    let caption = format!(
        "How many of {} noisy copies of each of {} stored states end in exactly that state.",
        answers.questions.trials, answers.patterns
    );
    let labels = Labels {
        title: &title,
        caption: &caption,
        x: Axis {
            label: "units flipped",
            unit: "%",
            whole: false,
        },
        y: Axis {
            label: "recalled exactly",
            unit: "%",
            whole: false,
        },
    };
    let all = all.iter().map(|(name, points)| Curve {
        name,
        points: points.clone(),
    });
    curves(&labels, &all.collect::<Vec<_>>())
}
