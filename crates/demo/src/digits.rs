//! The ten digit classes as memories of a Hopfield network.

use std::fs;
use std::path::Path;

use cosim::{Bench, Tools};
use hw_sim::stimulus::stream::StreamOptions;
use network::description::{FormatChoice, HopfieldFormat};
use network::hopfield::Weights;
use network::image::png_bytes;
use network::learning::Perceptron;
use network::learning::{
    LabelledImages, hebb, overlap, perceptron, projection, prototypes, storkey,
};
use network::noise::SplitMix64;
use network::{Description, GreyImage, Hopfield, Network, Sections, Tensor};
use program::{Executor, Program};
use quantize::{Options, hopfield_start, quantize};
use rayon::prelude::*;
use schedule::{Form, Hardware, schedule};

use crate::Failure;
use crate::job::{self, Job};
use crate::terminal::{bar, pictures};

/// Noisy copies of each prototype in the table.
const COPIES: usize = 100;

/// Noisy digits that the hardware recalls, cycle by cycle.
const HARDWARE_PROBES: usize = 100;

/// Pixels of a row.
const SIDE: usize = 8;

/// How much pictures are enlarged.
const SCALE: usize = 12;

/// A rule's name and its weights.
type Learned = (&'static str, Vec<f64>);

/// Runs the whole job.
///
/// # Errors
/// When the data cannot be read, or a tool is missing or fails.
pub fn run(tools: &Tools, examples: &Path, out: &Path) -> Result<bool, Failure> {
    println!(
        "Digits: UCI Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, CC BY 4.0)\n"
    );
    let description = Description::load(examples.join("digits/digits.toml"))?;
    let Network::Hopfield(network) = Network::from_description(&description)? else {
        return Err("examples/digits/digits.toml is no Hopfield network".into());
    };
    let table = Tensor::load(&examples.join("digits"), "digits.csv")?;
    let labelled = LabelledImages::from_tensor(&table)?;
    table_of_rules(&network, &labelled)?;

    let Sections::Hopfield(sections) = &description.sections else {
        return Err("examples/digits/digits.toml is no Hopfield network".into());
    };
    let hardware = Hardware {
        lanes: sections.hardware.lanes.unwrap_or(1),
        taps: sections.hardware.taps.unwrap_or(1),
        form: Form::Frame,
    };
    let network_of_description = Network::Hopfield(network.clone());
    let quantized = quantize(&description, &network_of_description, &Options::default())?;
    let scheduled = schedule(&quantized.program, &hardware)?;
    let weights = quantized.report.formats.get("sweep.weights");
    println!(
        "\nHardware: {} lanes x {} taps, {} cycles a sweep, lanes busy {} %, weights {}",
        hardware.lanes,
        hardware.taps,
        scheduled.timing.step,
        scheduled.timing.utilisation_percent(),
        weights.map_or(String::new(), ToString::to_string)
    );

    let folder = out.join("digits");
    fs::create_dir_all(&folder)?;
    let probes: Vec<&Vec<i8>> = network.probes.iter().take(HARDWARE_PROBES).collect();
    let mut load = vec![];
    for probe in &probes {
        let values: Vec<i64> = probe.iter().map(|&spin| i64::from(spin)).collect();
        load.extend(scheduled.interface.load.pack(&[&values]));
    }
    let unload = &scheduled.interface.unload;
    let wanted = unload.beats * probes.len();
    let most = (scheduled.timing.run(network.max_steps) + 100) * probes.len() as u64;
    let options = StreamOptions {
        gap_per_mille: 100,
        stall_per_mille: 100,
        ..Default::default()
    };
    let progress = bar(most, "cycle by cycle");
    let (bench, received) = Bench::record_run(
        &scheduled.design,
        options,
        (&scheduled.interface.load.prefix, &load),
        (&unload.prefix, wanted),
        most,
        |cycles| progress.set_position(cycles),
    )?;
    progress.finish_and_clear();
    let recalls: Vec<Vec<i8>> = received
        .chunks(unload.beats)
        .map(|beats| {
            unload
                .unpack(beats)
                .swap_remove(0)
                .into_iter()
                .map(sign)
                .collect()
        })
        .collect();
    let same = probes
        .iter()
        .zip(&recalls)
        .map(|(probe, recall)| Ok(usize::from(finish(&quantized.program, probe)? == *recall)));
    let same = same.sum::<Result<usize, Failure>>()?;
    println!(
        "Cycle by cycle: {} noisy digits recalled in {} cycles; {same} of {} equal the integer program",
        recalls.len(),
        bench.cycles,
        probes.len(),
    );
    show(&network, &probes, &recalls, &folder)?;
    let job = Job {
        design: &scheduled.design,
        bench: &bench,
        icarus_cycles: 4000,
        route: true,
    };
    let result = job.run(tools, &folder)?;
    job::print(&result);
    Ok(result["holds"] == true && same == probes.len())
}

/// A noisy digit and its recall in the terminal, and all of them as pictures.
fn show(
    network: &Hopfield,
    probes: &[&Vec<i8>],
    recalls: &[Vec<i8>],
    folder: &Path,
) -> Result<(), Failure> {
    // Start states go through the classes in order, again and again.
    for digit in [3, 8] {
        if let (Some(probe), Some(recall)) = (probes.get(digit), recalls.get(digit)) {
            let title = format!("memory {digit}");
            let shown = [
                ("noisy", probe.as_slice()),
                ("recalled", recall),
                (&title, &network.patterns[digit]),
            ];
            println!("\n{}", pictures(SIDE, &shown));
        }
    }
    println!();
    let classes = network.patterns.len();
    for (digit, (probe, recall)) in probes.iter().zip(recalls).take(classes).enumerate() {
        for (what, cells) in [("noisy", probe.as_slice()), ("recalled", recall)] {
            let values: Vec<f64> = cells.iter().map(|&cell| f64::from(cell)).collect();
            let image = GreyImage::from_values(SIDE, SIDE, &values).enlarged(SCALE);
            fs::write(
                folder.join(format!("digit{digit}_{what}.png")),
                png_bytes(&image)?,
            )?;
        }
    }
    Ok(())
}

fn sign(value: i64) -> i8 {
    if value > 0 { 1 } else { -1 }
}

fn finish(program: &Program, start: &[i8]) -> Result<Vec<i8>, Failure> {
    let mut executor = Executor::new(program)?;
    for (vector, values) in hopfield_start(program, start) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    executor.run()?;
    let state = program
        .find("state")
        .map_or(&[][..], |state| executor.values(state));
    Ok(state.iter().map(|&value| sign(value)).collect())
}

/// What each learning rule stores and recalls, in real numbers and in integers.
fn table_of_rules(network: &Hopfield, labelled: &LabelledImages) -> Result<(), Failure> {
    let patterns = prototypes(labelled, 8.0);
    let units = network.units();
    let images = labelled.patterns(8.0);
    let largest = (0..10).flat_map(|a| (0..a).map(move |b| (a, b)));
    let largest = largest.map(|(a, b)| overlap(&patterns[a], &patterns[b]).abs());
    println!(
        "Ten prototypes (pixel-wise majority of each class); overlap up to {:.2}",
        largest.fold(0.0, f64::max)
    );
    let nearest = images.iter().zip(&labelled.labels);
    let right = nearest
        .filter(|(image, label)| classify(&patterns, image) == Some(**label))
        .count();
    println!(
        "Nearest prototype alone: {:.1} % of the {} images\n",
        percent(right, images.len()),
        images.len()
    );
    println!("                                    recalled exactly with      real images");
    println!("rule        level            stored  10 % flips  20 % flips    to own class");
    let learned: [Learned; 4] = [
        ("hebb", hebb(units, &patterns)),
        ("storkey", storkey(units, &patterns)),
        ("projection", projection(units, &patterns)),
        (
            "perceptron",
            perceptron(units, &patterns, Perceptron::default_for(units)).weights,
        ),
    ];
    let mut noise = SplitMix64::new(7);
    let mut noisy = |share: f64| -> Vec<(usize, Vec<i8>)> {
        let copies = (0..patterns.len()).flat_map(|p| (0..COPIES).map(move |_| p));
        copies
            .map(|p| (p, noise.flipped(&patterns[p], share)))
            .collect()
    };
    let (ten, twenty) = (noisy(0.1), noisy(0.2));
    for (rule, weights) in learned {
        let weights = Weights::dense(units, weights)?;
        let network = Hopfield {
            weights,
            patterns: patterns.clone(),
            probes: vec![],
            ..network.clone()
        };
        let formats = HopfieldFormat {
            weights: FormatChoice::Auto,
            ..Default::default()
        };
        let quantized = quantize::hopfield::quantize(&network, &formats, &Options::default())?;
        let program = &quantized.program;
        let format = quantized.report.formats.get("sweep.weights");
        let level = format!(
            "integer {}",
            format.map_or(String::new(), ToString::to_string)
        );
        let float = |start: &[i8]| -> Result<Vec<i8>, Failure> { Ok(network.run(start).state) };
        let integer = |start: &[i8]| finish(program, start);
        row(
            rule,
            "float",
            &patterns,
            (&ten, &twenty),
            (&images, &labelled.labels),
            &float,
        )?;
        row(
            "",
            &level,
            &patterns,
            (&ten, &twenty),
            (&images, &labelled.labels),
            &integer,
        )?;
    }
    Ok(())
}

/// A start state with the number of the pattern where it should end.
type Start = (usize, Vec<i8>);

/// Where a network ends from a start state.
type Recall<'a> = dyn Fn(&[i8]) -> Result<Vec<i8>, Failure> + Sync + 'a;

fn row(
    rule: &str,
    level: &str,
    patterns: &[Vec<i8>],
    (ten, twenty): (&[Start], &[Start]),
    (images, labels): (&[Vec<i8>], &[usize]),
    end: &Recall<'_>,
) -> Result<(), Failure> {
    let recalled = |starts: &[Start]| -> Result<f64, Failure> {
        let hits = starts
            .par_iter()
            .map(|(p, start)| Ok(usize::from(end(start)? == patterns[*p])));
        Ok(percent(hits.sum::<Result<usize, Failure>>()?, starts.len()))
    };
    let stored = patterns.iter().map(|p| Ok(usize::from(end(p)? == *p)));
    let stored = stored.sum::<Result<usize, Failure>>()?;
    let own = images
        .par_iter()
        .zip(labels)
        .map(|(image, &label)| Ok(usize::from(end(image)? == patterns[label])));
    let own = percent(own.sum::<Result<usize, Failure>>()?, images.len());
    println!(
        "{rule:<11} {level:<15} {stored:>3}/{:<3} {:>9.1} % {:>9.1} % {own:>13.1} %",
        patterns.len(),
        recalled(ten)?,
        recalled(twenty)?,
    );
    Ok(())
}

fn classify(patterns: &[Vec<i8>], image: &[i8]) -> Option<usize> {
    let overlaps = patterns.iter().map(|pattern| overlap(pattern, image));
    overlaps
        .enumerate()
        .fold(
            None,
            |best: Option<(usize, f64)>, (place, overlap)| match best {
                Some((_, most)) if most >= overlap => best,
                _ => Some((place, overlap)),
            },
        )
        .map(|(place, _)| place)
}

fn percent(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}
