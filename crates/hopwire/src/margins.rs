//! How firmly the integers hold the stored patterns, said in words.

use network::Network;
use program::Program;
use quantize::margin::{Margin, margins};

/// The most patterns that a table shows.
const MOST_SHOWN: usize = 12;

/// The margins of the patterns that a network has learned; none for one that learns none.
pub fn of(network: &Network, program: &Program) -> Vec<Margin> {
    let patterns = match network {
        Network::Hopfield(network) => &network.patterns,
        _ => return vec![],
    };
    margins(program, patterns).unwrap_or_default()
}

/// What holds of all patterns together: whether all are fixed points, the smallest error that the
/// weakest survives, and both in words; `None` where there are no patterns.
pub fn summary(margins: &[Margin]) -> Option<(bool, Option<i64>, String)> {
    let all = margins.len();
    let weakest = margins.iter().min_by_key(|margin| margin.margin)?;
    let fixed = margins.iter().filter(|margin| margin.fixed_point).count();
    let Margin {
        pattern,
        margin,
        unit,
        ..
    } = weakest;
    let mut text = format!(
        "{fixed} of {all} patterns are fixed points; the smallest s_i h_i is {margin}, of pattern \
         {pattern} at unit {unit}"
    );
    let survived = margins.iter().filter(|margin| margin.fixed_point);
    let survived = survived
        .filter_map(|margin| margin.survives_weight_lsb)
        .min();
    if let Some(error) = survived {
        text.push_str(&format!(
            "; each that is one stays one when all weights are off by up to {error} in their last \
             place"
        ));
    }
    Some((fixed == all, survived, text))
}

/// The margins, one pattern a line.
pub fn table(margins: &[Margin]) -> String {
    let Some((_, _, summary)) = summary(margins) else {
        return String::new();
    };
    let mut text = format!("{summary}\n");
    text.push_str(
        "pattern  fixed point  smallest s_i h_i  at unit  survives errors of weights up to\n",
    );
    for margin in margins.iter().take(MOST_SHOWN) {
        let fixed = if margin.fixed_point { "yes" } else { "no" };
        let survives = match (margin.fixed_point, margin.survives_weight_lsb) {
            (false, _) => "-".to_owned(),
            (true, None) => "any".to_owned(),
            (true, Some(error)) => error.to_string(),
        };
        text.push_str(&format!(
            "{:>7}  {fixed:>11}  {:>16}  {:>7}  {survives:>33}\n",
            margin.pattern, margin.margin, margin.unit
        ));
    }
    if margins.len() > MOST_SHOWN {
        let more = margins.len() - MOST_SHOWN;
        text.push_str(&format!("and {more} more, which --json lists\n"));
    }
    text
}
