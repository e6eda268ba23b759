//! Progress on standard error, where that is a terminal and the work takes longer than a second.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
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

    /// A bar over candidates of a search, whose number is told later.
    pub fn candidates(self, what: &str) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style =
            "{msg} {wide_bar} {human_pos} of {human_len} candidates, {elapsed} of {duration}";
        Bar::new(bar, style, what, self.shown)
    }

    /// A bar over so many runs.
    pub fn runs(self, what: &str, runs: u64) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::hidden());
        let style = "{msg} {wide_bar} {human_pos} of {human_len} runs, {elapsed}";
        Bar::new(bar, style, what, self.shown)
    }

    /// A line for a stage of unknown length.
    pub fn stage(self, what: &str) -> Bar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let mut bar = Bar::new(bar, "{spinner} {msg} {elapsed}", what, self.shown);
        if self.shown {
            bar.done = Some(show_later(bar.bar.clone()));
        }
        bar
    }
}

/// Shows a bar that moves by itself once it has lasted; the sender that is given back ends that
/// when it is dropped.
fn show_later(bar: ProgressBar) -> Sender<()> {
    let (done, ended) = channel();
    std::thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    });
    done
}

/// Progress of one stage; gone when it is dropped.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    shown: bool,
    started: Instant,
    visible: AtomicBool,
    /// Dropped with the bar, which tells [`show_later`].
    done: Option<Sender<()>>,
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
            visible: AtomicBool::new(false),
            done: None,
        }
    }

    /// Says how far it is.
    pub fn at(&self, position: u64) {
        self.bar.set_position(position);
        self.show_when_due();
    }

    /// Says how far it goes.
    pub fn up_to(&self, length: u64) {
        self.bar.set_length(length);
    }

    /// Says that it is one further; from any thread.
    pub fn advance(&self) {
        self.bar.inc(1);
        self.show_when_due();
    }

    /// Says that it is so much further; from any thread.
    pub fn advance_by(&self, more: u64) {
        self.bar.inc(more);
        self.show_when_due();
    }

    fn show_when_due(&self) {
        let due = self.shown && self.started.elapsed() >= PATIENCE;
        if due && !self.visible.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.done = None;
        self.bar.finish_and_clear();
    }
}
