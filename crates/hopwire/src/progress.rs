//! Progress on standard error, where that is a terminal and the work takes longer than a second.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether and where progress is shown.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    shown: bool,
}

/// After how long something is shown.
const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// Progress on standard error, if it is a terminal.
    pub fn on_terminal() -> Progress {
        let shown = std::io::stderr().is_terminal();
        Progress { shown }
    }

    /// No progress.
    pub fn silent() -> Progress {
        Progress { shown: false }
    }

    /// A bar over so many cycles.
    pub fn cycles(self, what: &str, cycles: u64) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(cycles), ProgressDrawTarget::hidden());
        let style = "{msg} {wide_bar} {human_pos} of at most {human_len} cycles, {elapsed}";
        Bar::new(bar, style, what, self.shown)
    }

    /// A line for a stage of unknown length.
    pub fn stage(self, what: &str) -> Bar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let bar = Bar::new(bar, "{spinner} {msg} {elapsed}", what, self.shown);
        // A tool runs in between and nobody moves the bar: it moves itself, and shows at once.
        if bar.shown {
            bar.bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.bar.enable_steady_tick(Duration::from_millis(200));
        }
        bar
    }
}

/// Progress of one stage; gone when it is dropped.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    shown: bool,
    started: Instant,
    visible: Cell<bool>,
}

impl Bar {
    fn new(bar: ProgressBar, style: &str, what: &str, shown: bool) -> Bar {
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Bar {
            bar,
            shown,
            started: Instant::now(),
            visible: Cell::new(false),
        }
    }

    /// Says how far it is.
    pub fn at(&self, position: u64) {
        if !self.shown || self.started.elapsed() < PATIENCE {
            return;
        }
        if !self.visible.replace(true) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(position);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
