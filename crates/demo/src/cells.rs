//! Pictures through cellular arrays, at full size: PNG in, PNG out.

use std::fs;
use std::path::Path;

use cosim::{Bench, Tools};
use hw_sim::stimulus::stream::StreamOptions;
use network::description::Form as DescribedForm;
use network::image::png_bytes;
use network::{Description, GreyImage, Network, Sections};
use program::Executor;
use quantize::{Options, cellular_output, cellular_start, quantize};
use schedule::{Form, Hardware, schedule};

use crate::Failure;
use crate::job::{self, Job};
use crate::terminal::bar;

/// A picture of the demo.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    name: &'static str,
    title: &'static str,
}

/// The pictures of the demo.
pub const PICTURES: [Picture; 3] = [
    Picture {
        name: "horse_edges",
        title: "Edges of a silhouette (A. Preuss, CC0)",
    },
    Picture {
        name: "camera_edges",
        title: "Edges of a thresholded photograph (L. Varshney, CC0)",
    },
    Picture {
        name: "coins_filled",
        title: "Holes of thresholded coins filled (Brooklyn Museum, no known copyright restrictions)",
    },
];

/// Runs the whole job on one picture.
///
/// # Errors
/// When the data cannot be read, or a tool is missing or fails.
pub fn run(tools: &Tools, examples: &Path, out: &Path, picture: Picture) -> Result<bool, Failure> {
    println!("\n{}\n", picture.title);
    let path = examples
        .join("cellular")
        .join(format!("{}.toml", picture.name));
    let description = Description::load(&path)?;
    let network_of_description = Network::from_description(&description)?;
    let (Network::Cellular(network), Sections::Cellular(sections)) =
        (&network_of_description, &description.sections)
    else {
        return Err(format!("{} is no cellular array", path.display()).into());
    };
    let quantized = quantize(&description, &network_of_description, &Options::default())?;
    let program = &quantized.program;
    let hardware = Hardware {
        lanes: sections.hardware.lanes.unwrap_or(1),
        taps: 1,
        form: match sections.hardware.form {
            DescribedForm::Frame => Form::Frame,
            DescribedForm::Streaming => Form::Streaming {
                iterations: sections.hardware.iterations.unwrap_or(1),
            },
        },
    };
    let scheduled = schedule(program, &hardware)?;
    let loads = cellular_start(program, network, &network.input, &network.second);
    let mut executor = Executor::new(program)?;
    for (vector, values) in &loads {
        executor.load(*vector, values)?;
    }
    executor.start()?;
    let run = executor.run()?;
    let state = program
        .find("state")
        .map_or(&[][..], |state| executor.values(state))
        .to_vec();
    let float = network.run(&network.input, &network.second).output;
    let output = cellular_output(program, &state);
    let equal = output
        .iter()
        .zip(&float)
        .filter(|(found, wanted)| found == wanted)
        .count();
    println!(
        "  {} x {} cells, state {}, {} steps; {equal} of {} outputs equal the float network",
        network.rows,
        network.columns,
        quantized.report.formats["state"],
        run.steps,
        float.len(),
    );

    let folder = out.join(picture.name);
    fs::create_dir_all(&folder)?;
    let fields: Vec<&[i64]> = scheduled
        .interface
        .load
        .fields
        .iter()
        .filter_map(|(id, _)| loads.iter().find(|(vector, _)| vector == id))
        .map(|(_, values)| values.as_slice())
        .collect();
    let load = scheduled.interface.load.pack(&fields);
    let unload = &scheduled.interface.unload;
    let interval = scheduled.timing.interval.unwrap_or(0);
    let expected = scheduled.timing.run(run.steps) + interval + 2 * load.len() as u64;
    let progress = bar(expected, "cycle by cycle");
    let options = StreamOptions {
        gap_per_mille: 20,
        stall_per_mille: 20,
        ..Default::default()
    };
    let (bench, received) = Bench::record_run(
        &scheduled.design,
        options,
        (&scheduled.interface.load.prefix, &load),
        (&unload.prefix, unload.beats),
        2 * expected + 10_000,
        |cycles| progress.set_position(cycles),
    )?;
    progress.finish_and_clear();
    let seen = unload.unpack(&received).swap_remove(0);
    let same = seen == state;
    println!(
        "  {} cycles in hw-sim ({} a step); the picture that came out {} the integer program's",
        bench.cycles,
        if scheduled.timing.step > 0 {
            scheduled.timing.step
        } else {
            interval
        },
        if same { "equals" } else { "DIFFERS FROM" },
    );
    let seen = cellular_output(program, &seen);
    for (what, values) in [("input", &network.input), ("output", &seen)] {
        let image = GreyImage::from_values(network.rows, network.columns, values);
        fs::write(folder.join(format!("{what}.png")), png_bytes(&image)?)?;
    }
    let job = Job {
        design: &scheduled.design,
        bench: &bench,
        icarus_cycles: 1500,
        route: false,
    };
    let result = job.run(tools, &folder)?;
    job::print(&result);
    Ok(result["holds"] == true && same)
}
