//! L0 of hopwire: what the user meant.
//!
//! A [`Description`] is read from a TOML file, with errors that name file, line and field; from it
//! comes a [`Network`], in real numbers: [`Hopfield`] or [`Cellular`], each with a reference in
//! `f64` that says what the hardware should compute.
//!
//! ```
//! use network::{Description, Kind, Network, starter};
//!
//! let text = starter(Kind::Hopfield);
//! let description = Description::parse(text, "letters.toml", std::path::Path::new("."))?;
//! let Network::Hopfield(network) = Network::from_description(&description)? else { return Ok(()) };
//! let run = network.run(&network.probes[0]);
//! assert_eq!(run.state, network.patterns[0]);
//! # Ok::<(), network::NetworkError>(())
//! ```

pub mod activation;
pub mod annealed;
pub mod bidirectional;
pub mod bifurcation;
pub mod brain_state;
pub mod cellular;
pub mod chaotic;
pub mod cohen_grossberg;
pub mod combinatorial;
pub mod continuous;
pub mod delay;
pub mod dense_memory;
pub mod description;
mod diagnostic;
pub mod dynamics;
mod fact;
pub mod given;
pub mod hopfield;
pub mod image;
pub mod ising;
mod kind;
pub mod learning;
pub mod matrix;
mod network;
pub mod noise;
pub mod oscillator;
mod problem;
pub mod projection;
pub mod sequence;
pub mod spectrum;
pub mod tensor;

pub use activation::Activation;
pub use annealed::Annealed;
pub use bidirectional::Bidirectional;
pub use bifurcation::SimulatedBifurcation;
pub use brain_state::BrainState;
pub use cellular::Cellular;
pub use chaotic::Chaotic;
pub use cohen_grossberg::CohenGrossberg;
pub use continuous::Continuous;
pub use dense_memory::DenseMemory;
pub use description::{Description, Sections, schema, starter};
pub use diagnostic::{Diagnostic, NetworkError, Place};
pub use dynamics::Dynamics;
pub use fact::{Fact, Level};
pub use hopfield::Hopfield;
pub use image::GreyImage;
pub use ising::Ising;
pub use kind::Kind;
pub use matrix::Matrix;
pub use network::Network;
pub use oscillator::Oscillator;
pub use problem::Problem;
pub use projection::Projection;
pub use sequence::SequenceNetwork;
pub use tensor::Tensor;
