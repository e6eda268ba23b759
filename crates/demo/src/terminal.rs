//! Pictures and progress in a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Lines that show binary pictures (of -1 and +1, one row of 8 a row) beside each other.
pub fn pictures(columns: usize, pictures: &[(&str, &[i8])]) -> String {
    let rows = pictures
        .iter()
        .map(|(_, cells)| cells.len() / columns)
        .max()
        .unwrap_or(0);
    let width = 2 * columns;
    let mut text = String::from("  ");
    for (title, _) in pictures {
        text.push_str(&format!("{title:<width$}   "));
    }
    for row in 0..rows {
        text.push_str("\n  ");
        for (_, cells) in pictures {
            for cell in cells.iter().skip(row * columns).take(columns) {
                text.push_str(if *cell > 0 { "██" } else { "··" });
            }
            text.push_str("   ");
        }
    }
    text
}

/// A bar for work that takes longer than a second; hidden where no terminal watches.
pub fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("  {msg:<34} [{bar:28}] {percent:>3} %") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what.to_owned());
    bar
}

/// A spinner for work whose length is not known.
pub fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
