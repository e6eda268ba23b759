//! States as pictures, where the elements of the network form a grid.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use network::image::png_bytes;
use network::{GreyImage, Network, NetworkError};

use super::view::{Block, Group, Picture, Section};
use super::{Material, Pair, numbers};
use crate::error::HopwireError;
use crate::simulation::picture::grid;
use crate::simulation::start::Starts;

/// Stored patterns that are shown.
const PATTERNS: usize = 24;
/// Runs that are shown.
const RUNS: usize = 4;
/// The most pixels of a picture.
const PIXELS: usize = 1 << 20;

/// The patterns of a memory, and where runs began and ended; none where there is no grid.
///
/// # Errors
/// Only where a picture cannot be packed.
pub fn section(material: &Material<'_>) -> Result<Option<Section>, HopwireError> {
    let Some((rows, columns)) = grid(&material.built.project) else {
        return Ok(None);
    };
    if rows * columns > PIXELS {
        return Ok(None);
    }
    let frame = Frame { rows, columns };
    let mut blocks = vec![];
    let patterns = patterns(&material.built.project.network);
    if !patterns.is_empty() {
        let pictures = patterns.iter().take(PATTERNS).enumerate();
        let pictures = pictures.map(|(at, pattern)| frame.picture(&format!("{at}"), pattern));
        let more = match patterns.len() > PATTERNS {
            true => format!(" The first {PATTERNS} are shown."),
            false => String::new(),
        };
        let group = Group {
            pictures: pictures.collect::<Result<_, _>>()?,
            caption: format!(
                "The {} that the memory learned, black for +1.{more}",
                numbers::plural(patterns.len() as u64, "pattern")
            ),
        };
        blocks.push(Block::Pictures {
            groups: vec![group],
        });
    }
    let runs = material.pairs.iter().take(RUNS);
    let groups = runs.map(|pair| run(&frame, &material.built.project.network, pair));
    let groups = groups.collect::<Result<Vec<_>, _>>()?;
    if !groups.is_empty() {
        blocks.push(Block::Pictures { groups });
    }
    Ok((!blocks.is_empty()).then_some(Section {
        id: "pictures",
        title: "Pictures",
        lead: format!(
            "The state as {rows} rows of {columns}, black for +1 and white for \u{2212}1."
        ),
        blocks,
    }))
}

/// How values lie.
struct Frame {
    rows: usize,
    columns: usize,
}

impl Frame {
    fn picture(&self, title: &str, values: &[f64]) -> Result<Picture, HopwireError> {
        let image = GreyImage::from_values(self.rows, self.columns, values);
        let bytes =
            png_bytes(&image).map_err(|problem| NetworkError::at(problem, None, "report"))?;
        // Small pictures are enlarged by whole factors, so that their pixels stay square.
        let longest = self.rows.max(self.columns).max(1);
        let factor = (88 / longest).max(1);
        Ok(Picture {
            title: title.into(),
            data: format!("data:image/png;base64,{}", STANDARD.encode(bytes)),
            width: self.columns * factor,
        })
    }
}

fn patterns(network: &Network) -> Vec<Vec<f64>> {
    match network {
        Network::Hopfield(network) => {
            let real = |pattern: &Vec<i8>| pattern.iter().map(|&spin| f64::from(spin)).collect();
            network.patterns.iter().map(real).collect()
        }
        other => {
            let patterns = other.dynamics().map(|network| network.patterns().to_vec());
            patterns.unwrap_or_default()
        }
    }
}

/// Where a run began and where it ended at each level.
fn run(frame: &Frame, network: &Network, pair: &Pair) -> Result<Group, HopwireError> {
    let mut pictures = vec![];
    let mut show = |title: &str, values: &[f64]| -> Result<(), HopwireError> {
        if values.len() == frame.rows * frame.columns {
            pictures.push(frame.picture(title, values)?);
        }
        Ok(())
    };
    match &pair.start {
        Some(Starts::Images { input, second }) => {
            show("input", input)?;
            show("second image", second)?;
        }
        Some(starts) => show("start", &starts.shown(network))?,
        None => {}
    }
    if let Some(float) = &pair.float {
        show("end, real", &float.state)?;
    }
    show("end, integers", &pair.integer.run.state)?;
    let differ = pair.float.as_ref().map(|float| {
        let states = float.state.iter().zip(&pair.integer.run.state);
        states.filter(|(a, b)| a != b).count()
    });
    let differ = match differ {
        None => String::new(),
        Some(0) => " Both ends are the same.".into(),
        Some(count) => format!(
            " The ends differ in {}.",
            numbers::plural(count as u64, "element")
        ),
    };
    Ok(Group {
        pictures,
        caption: format!("In integers: {}.{differ}", pair.integer.run.ending()),
    })
}
