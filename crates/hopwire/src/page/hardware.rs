//! The hardware: how long it takes, what its signals do, and what it needs.

use schedule::{Stream, Timing};

use super::view::{Block, Cell, Figure, Part, Section, Table, Term, columns};
use super::waveform::Excerpt;
use super::{Material, numbers};
use crate::error::HopwireError;
use crate::estimate::{Estimate, estimate};
use crate::exit::Exit;
use crate::target::Family;

/// The cycles of a run.
pub fn timing(material: &Material<'_>) -> Section {
    let scheduled = &material.scheduled;
    let timing = &scheduled.timing;
    let steps = material
        .pairs
        .first()
        .map_or(1, |pair| pair.integer.run.steps);
    let first = material.pairs.first();
    let expected = first.and_then(|pair| pair.integer.run.cycles);
    let expected = expected.unwrap_or_else(|| timing.run(steps));
    let cycles = |of: u64| numbers::plural(of, "cycle");
    let mut terms = vec![
        Term::new(
            &format!("Run of {}", numbers::plural(steps, "step")),
            cycles(expected),
        ),
        Term::new(
            "Lanes and taps that work",
            format!("{} %", timing.utilisation_percent()),
        ),
        Term::new(
            "The same while weights are taken",
            format!("{} %", timing.fold_percent()),
        ),
        Term::new("Multiply-accumulates a step", numbers::count(timing.work)),
        Term::new("Done at the same time", numbers::count(timing.units)),
    ];
    match timing.interval {
        Some(interval) => terms.push(Term::new("A new frame every", cycles(interval))),
        None if timing.phases.is_empty() => terms.push(Term::new("A step", cycles(timing.step))),
        None => {
            let phases = material.program().phases.as_ref();
            let phases = phases.map_or(&[][..], |phases| phases.phases.as_slice());
            for (phase, &of) in phases.iter().zip(&timing.phases) {
                terms.push(Term::new(
                    &format!("A step of phase {}", phase.name),
                    cycles(of),
                ));
            }
        }
    }
    if let Some(run) = &material.watched.run {
        let each_step = material.scheduled.interface.unloads_each_step;
        let counted = match timing.fixed_steps {
            Some(_) => run.last_beat,
            None if each_step => run.last_beat,
            None => run.first_beat,
        };
        let agrees = match counted == expected {
            true => "as the closed form says",
            false => "and not as the closed form says",
        };
        terms.push(Term::new(
            "Counted on the simulated hardware",
            format!("{}, {agrees}", cycles(counted)),
        ));
    }
    Section {
        id: "timing",
        title: "Cycles",
        lead: closed_form(timing),
        blocks: vec![
            Block::Terms { rows: terms },
            parts(material, (steps, expected)),
            Block::Table(streams(material)),
        ],
    }
}

fn closed_form(timing: &Timing) -> String {
    let Timing {
        start,
        step,
        finish,
        ..
    } = timing;
    match timing.fixed_steps {
        Some(steps) => format!(
            "The design is a stream: the {} are done while a frame flows through. From the last \
             load beat to the last beat out it takes {} cycles.",
            numbers::plural(steps, "step"),
            timing.run(steps)
        ),
        None if !timing.phases.is_empty() => format!(
            "From the last load beat to the last beat out a run takes {start} cycles, and for each \
             step those of its phase."
        ),
        None => format!(
            "From the last load beat to the first beat out a run takes {start} + {step} \u{d7} \
             steps + {finish} cycles, whatever the data."
        ),
    }
}

/// Loading, computing and unloading as parts of a run.
fn parts(material: &Material<'_>, (steps, expected): (u64, u64)) -> Block {
    let (interface, timing) = (&material.scheduled.interface, &material.scheduled.timing);
    let counts = [
        ("Loading", interface.load.beats as u64),
        ("Before the first step", timing.start),
        (
            "Steps",
            expected.saturating_sub(timing.start + timing.finish),
        ),
        ("After the last step", timing.finish),
        (
            "Unloading",
            match interface.unloads_each_step {
                true => 0,
                false => interface.unload.beats as u64,
            },
        ),
    ];
    let total = counts.iter().map(|(_, cycles)| cycles).sum::<u64>().max(1);
    let part = |(name, cycles): (&str, u64)| {
        let percent = 100.0 * cycles as f64 / total as f64;
        Part {
            name: name.into(),
            text: format!("{} ({percent:.1} %)", numbers::plural(cycles, "cycle")),
            percent,
        }
    };
    Block::Parts {
        parts: counts.into_iter().map(part).collect(),
        caption: format!(
            "Where the cycles of a whole run go, streams without gaps. Steps: {} of {} {}.",
            numbers::count(steps),
            numbers::plural(timing.step, "cycle"),
            if timing.phases.is_empty() {
                "each"
            } else {
                "at most"
            }
        ),
    }
}

fn streams(material: &Material<'_>) -> Table {
    let interface = &material.scheduled.interface;
    let program = material.program();
    let row = |stream: &Stream, does: &str| {
        let fields = stream.fields.iter().map(|(id, format)| {
            let name = program
                .vector(*id)
                .map_or("", |vector| vector.name.as_str());
            format!("{name} ({format})")
        });
        vec![
            Cell::code(stream.prefix.as_str()),
            Cell::from(does),
            Cell::code(fields.collect::<Vec<_>>().join(", ")),
            Cell::toned(numbers::count(stream.elements as u64), "number"),
            Cell::toned(numbers::count(u64::from(stream.bits())), "number"),
            Cell::toned(numbers::count(stream.beats as u64), "number"),
        ]
    };
    Table {
        caption: "AXI4-Stream ports: a beat a cycle at most".into(),
        columns: columns(&[
            "Port",
            "Does",
            "Carries",
            "#Elements a beat",
            "#Bits a beat",
            "#Beats a run",
        ]),
        rows: {
            let loads = Some(&interface.load).filter(|load| load.beats > 0);
            let unloads = match interface.unloads_each_step {
                true => "unloads the outputs of a step",
                false => "unloads its result",
            };
            let feeds = interface.feed.as_ref();
            let all = loads.map(|load| row(load, "loads a run")).into_iter();
            all.chain(feeds.map(|feed| row(feed, "feeds a step")))
                .chain([row(&interface.unload, unloads)])
                .collect()
        },
    }
}

/// Signals around the beginning and the end of a run.
///
/// # Errors
/// Only where a diagram cannot be drawn.
pub fn waveform(material: &Material<'_>) -> Result<Section, HopwireError> {
    let watched = &material.watched;
    let mut figures = vec![excerpt(
        &watched.beginning,
        "The run begins",
        "The last beats of the load stream go in, and the first step begins.",
    )?];
    if let Some(end) = &watched.end {
        figures.push(excerpt(
            end,
            "The run ends",
            "The last step ends, the status is set, and the result goes out.",
        )?);
    }
    Ok(Section {
        id: "waveform",
        title: "Waveform",
        lead: "Ports and registers of the simulated hardware, cycle by cycle; the emitted Verilog \
               shows the same. Of arrays the first instance is shown; what keeps its value is left \
               out."
            .into(),
        blocks: vec![Block::Figures { figures }],
    })
}

fn excerpt(excerpt: &Excerpt, title: &str, caption: &str) -> Result<Figure, HopwireError> {
    let cycles = excerpt
        .waves
        .first()
        .map_or(0, |wave| wave.values.len() as u64);
    let caption = format!(
        "{caption} Cycles {} to {}; bits as levels, words as boxes with their value.",
        excerpt.first,
        (excerpt.first + cycles).saturating_sub(1)
    );
    let svg = plot::timing(title, &caption, excerpt.first, &excerpt.waves);
    let svg = svg.map_err(|error| HopwireError::level(&error, Exit::Tool))?;
    Ok(Figure {
        svg,
        caption,
        scrolled: true,
    })
}

/// Cells of a device, expected and measured.
pub fn resources(material: &Material<'_>) -> Section {
    let design = &material.scheduled.design;
    let of = |family| estimate(design, family);
    let (ecp5, ice40, xilinx) = (of(Family::Ecp5), of(Family::Ice40), of(Family::Xilinx));
    let mut titles = vec!["Cells", "#ECP5", "#iCE40", "#Xilinx 7"];
    let measured = material.synth.as_ref();
    let heading = measured.map(|synth| format!("#{}, measured", synth.target));
    titles.extend(heading.as_deref());
    let row = |name: &str, of: &dyn Fn(&Estimate) -> String, found: Option<String>| {
        let number = |text: String| Cell::toned(text, "number");
        let estimates = [&ecp5, &ice40, &xilinx].map(|estimate| number(of(estimate)));
        let name = std::iter::once(Cell::toned(name, "strong"));
        name.chain(estimates).chain(found.map(number)).collect()
    };
    let counts = measured.map(|synth| &synth.counts);
    let count = |number: u64| numbers::count(number);
    let clock = |mhz: Option<f64>| mhz.map_or("\u{2013}".into(), |mhz| format!("{mhz:.1} MHz"));
    let rows = vec![
        row(
            "Look-up tables",
            &|e| count(e.lut),
            counts.map(|c| count(c.lut)),
        ),
        row("Flip-flops", &|e| count(e.ff), counts.map(|c| count(c.ff))),
        row(
            "Block memories",
            &|e| count(e.bram),
            counts.map(|c| count(c.bram)),
        ),
        row(
            "Multiplier blocks",
            &|e| count(e.dsp),
            counts.map(|c| count(c.dsp)),
        ),
        row(
            "Carry cells",
            &|e| count(e.carry),
            counts.map(|c| count(c.carry)),
        ),
        row(
            "Clock",
            &|e| clock(e.fmax_mhz),
            measured.map(|synth| clock(synth.fmax_mhz)),
        ),
    ];
    let lead = match measured {
        Some(synth) => format!(
            "Estimated from the design alone, and measured for {} by {}.",
            synth.target, synth.tool
        ),
        None => {
            "Estimated from the design alone, before any synthesis: good enough to choose a fold \
                 by. With --synth TARGET it is measured beside the estimate."
                .into()
        }
    };
    let mut blocks = vec![Block::Table(Table {
        caption: "Cells of the whole design".into(),
        columns: columns(&titles),
        rows,
    })];
    if let (Some(mhz), Some(pair)) = (ecp5.fmax_mhz, material.pairs.first()) {
        let most = material.scheduled.timing.run(pair.integer.run.steps);
        let cycles = pair.integer.run.cycles.unwrap_or(most);
        let micro = cycles as f64 / mhz;
        blocks.push(Block::Note {
            text: format!(
                "At the estimated clock of an ECP5 the first run takes {} \u{b5}s.",
                numbers::real(micro)
            ),
        });
    }
    Section {
        id: "resources",
        title: "Resources",
        lead,
        blocks,
    }
}
