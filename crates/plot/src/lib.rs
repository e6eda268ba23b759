//! Plots of hopwire's reports, as SVG text that stands alone.
//!
//! Every plot has a title, axes with their units, and a caption that tells what to see. The same
//! data give the same bytes. Colours are those of Okabe and Ito (2008), which people with a colour
//! vision deficiency tell apart.

mod curves;
mod frame;
mod front;
mod histogram;
mod timing;

pub use curves::{Curve, curves};
pub use frame::{Axis, Labels, PlotError};
pub use front::{Trade, front};
pub use histogram::{Bar, histogram};
pub use timing::{Wave, WaveKind, timing};
