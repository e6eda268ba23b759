//! The command line as it is written: plain structs made by clap. What they say is checked by the
//! verbs, which turn them into values that make sense.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Compiles recurrent networks to Verilog, bit for bit.
#[derive(Debug, Parser)]
#[command(name = "hopwire", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 fine, 1 the thing checked does not hold, 2 bad input or \
                        usage, 3 a tool is missing or failed."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Print the whole result as one JSON object.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a commented description to start from.
    New(NewArguments),
    /// Check a description; print shapes, formats and what can be said about the network.
    Check(CheckArguments),
    /// Turn float weights into words; print errors and ranges.
    Quantize(QuantizeArguments),
    /// Check a certificate that no value of a program can leave its format.
    Certify(CertifyArguments),
    /// Read a trained model: ONNX, or safetensors with PyTorch's names.
    Import(ImportArguments),
    /// Map a combinatorial problem to a network that minimises an Ising model.
    Map(MapArguments),
    /// Run the network: in integers, in real numbers, or cycle by cycle.
    Simulate(SimulateArguments),
    /// Write Verilog, memories, testbenches and a Makefile: a directory that stands alone.
    Emit(EmitArguments),
    /// Run the emitted Verilog against the simulator, every register in every cycle.
    Verify(VerifyArguments),
    /// Synthesise, and place and route, for a target.
    Synth(SynthArguments),
    /// Write everything that is known about the network as one HTML page.
    Report(Box<ReportArguments>),
    /// Measure what a memory recalls from how much noise, in real numbers and in integers.
    Basin(BasinArguments),
    /// Make an activation function in words; print what it costs and loses, and the alternatives.
    Table(TableArguments),
    /// Print the JSON Schema of the description file.
    Schema(SchemaArguments),
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The kind of network; see --list.
    #[arg(required_unless_present = "list")]
    pub kind: Option<String>,
    /// List the kinds of network.
    #[arg(long, conflicts_with_all = ["kind", "output", "force"])]
    pub list: bool,
    /// The file to write; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite the file.
    #[arg(long, requires = "output")]
    pub force: bool,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The model: a file ending in .onnx or .safetensors.
    pub model: PathBuf,
    /// The description to write; the weights stand beside it, in NAME_weights.npz.
    #[arg(short, long, value_name = "FILE", required_unless_present = "check")]
    pub output: Option<PathBuf>,
    /// Overwrite the files.
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Safetensors: a text (TOML) that says which layers the tensors are; see docs/import.md.
    #[arg(long, value_name = "FILE")]
    pub layers: Option<PathBuf>,
    /// ONNX: the output of the model that is built, by default its first.
    #[arg(long, value_name = "NAME")]
    pub model_output: Option<String>,
    /// ONNX: read tensors from other files inside the model's folder.
    #[arg(long)]
    pub external_data: bool,
    /// ONNX: take initial states for 0 that are inputs of the model.
    #[arg(long)]
    pub zero_states: bool,
    /// Run the network in real numbers on inputs X, and compare with the outputs Y that the model
    /// gave: arrays in the model's own axes, as .npy, .npz:KEY or .csv.
    #[arg(long, num_args = 2, value_names = ["X", "Y"])]
    pub check: Option<Vec<String>>,
    /// The steps of each sequence of X, where they are fewer than it holds.
    #[arg(long, value_name = "FILE", requires = "check")]
    pub lengths: Option<String>,
    /// The largest difference that --check allows.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1e-5,
        requires = "check"
    )]
    pub tolerance: f64,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Print it as a page in Markdown.
    #[arg(long)]
    pub markdown: bool,
}

/// The kinds of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TableArgument {
    /// An entry for every argument, or for every argument of fewer bits.
    Full,
    /// Entries for arguments from 0 on, mirrored for those below.
    Half,
    /// Segments of equal length, each with an offset and a slope.
    Linear,
}

/// The slopes of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SlopesArgument {
    /// Any, with a multiplier.
    Free,
    /// Powers of two, which only move the point.
    PowersOfTwo,
}

/// Arguments of `table`.
#[derive(Debug, Args)]
pub struct TableArguments {
    /// The function, as `tanh`, or a file of points x, y: .csv, .npy, .npz:KEY.
    pub function: String,
    /// Word format of the argument, as `s8f4`; at most 24 bits.
    #[arg(long, value_name = "FORMAT")]
    pub input: String,
    /// Word format of the result, as `s8f7`; at most 32 bits.
    #[arg(long, value_name = "FORMAT")]
    pub output: String,
    /// Multiplies the argument.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1.0,
        allow_negative_numbers = true
    )]
    pub gain: f64,
    /// The slope of `leaky_relu` below 0, of `affine`, `hard_sigmoid` or `scaled_tanh`.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub slope: Option<f64>,
    /// The value at 0 of `affine` or `hard_sigmoid`.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub offset: Option<f64>,
    /// What multiplies `scaled_tanh`, or `elu` below 0.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub scale: Option<f64>,
    /// The threshold of `thresholded_relu`.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// The kind of table, instead of the cheapest.
    #[arg(long)]
    pub kind: Option<TableArgument>,
    /// Entries or segments, a power of two.
    #[arg(long, value_name = "NUMBER")]
    pub entries: Option<usize>,
    /// The slopes of segments.
    #[arg(long, requires = "kind")]
    pub slopes: Option<SlopesArgument>,
    /// The largest error, instead of half a unit of the result more than rounding alone.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub error: Option<f64>,
}

/// Arguments of `basin`.
#[derive(Debug, Args)]
pub struct BasinArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// Shares of units that are flipped, from 0 to 1, rising. Default: 0 to 0.5 in steps of 0.05.
    #[arg(long, value_name = "SHARES", value_delimiter = ',')]
    pub noise: Vec<f64>,
    /// Noisy copies of each stored state at each share of flips, 1 to 10000.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub trials: usize,
    /// Seed of the noise.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Write a plot of the shares recalled to this file (SVG).
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
}

/// Arguments of `quantize`.
#[derive(Debug, Args)]
pub struct QuantizeArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// Word format of the weights, as `s5f0`, instead of the description's.
    #[arg(long, value_name = "FORMAT")]
    pub weights: Option<String>,
    /// Write the integer program to this file (JSON).
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the ranges of every value, for `certify`, to this file (JSON).
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Run the program on calibration data and print what every value was beside what it can be.
    #[arg(long)]
    pub ranges: bool,
    /// What to run it on.
    #[command(flatten)]
    pub calibration: CalibrationArguments,
    /// What to search for.
    #[command(flatten)]
    pub search: SearchArguments,
}

/// Data on which values are watched.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Calibration data, instead of the description's own")]
pub struct CalibrationArguments {
    /// Start states, one a row, or the input image: .npy, .npz:KEY, .csv, .mat:NAME or .png.
    #[arg(long, value_name = "FILE")]
    pub input: Option<String>,
    /// The second image, for templates that start from one.
    #[arg(long, value_name = "FILE")]
    pub second: Option<String>,
    /// The initial states that sequences bring, a row for each sequence.
    #[arg(long, value_name = "FILE")]
    pub starts: Option<String>,
}

impl CalibrationArguments {
    /// Whether there is any.
    pub fn is_given(&self) -> bool {
        let files = [&self.input, &self.second, &self.starts];
        files.into_iter().any(Option::is_some)
    }
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// The page to write.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub output: PathBuf,
    /// Word format of the weights, as `s5f0`, instead of the description's.
    #[arg(long, value_name = "FORMAT")]
    pub weights: Option<String>,
    /// Measure resources for this target of `synth`, beside the estimate.
    #[arg(long, value_name = "TARGET")]
    pub synth: Option<String>,
    /// What the network is run on.
    #[command(flatten)]
    pub calibration: CalibrationArguments,
    /// What to search for; small networks are searched anyway.
    #[command(flatten)]
    pub search: SearchArguments,
}

/// What a search for words is to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum KeepArgument {
    /// The share of noisy patterns that a memory recalls.
    Recall,
    /// The stored patterns that are fixed points of a memory.
    Stability,
    /// The labels of ends: the nearest pattern of a memory, the side of zero of an array's cells.
    Labels,
    /// The energy of final states, in the weights in real numbers: the quality of an optimum.
    Argmin,
}

/// Which numbers have the error that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ErrorArgument {
    /// The last ones; the weights of a memory.
    End,
    /// Those after each step.
    Trajectory,
}

/// Arguments of a search for words.
#[derive(Debug, Args)]
#[command(next_help_heading = "Search for the cheapest words")]
pub struct SearchArguments {
    /// Search for the cheapest words that keep this.
    #[arg(long, value_name = "WHAT", conflicts_with = "weights")]
    pub keep: Option<KeepArgument>,
    /// The share of it that may be lost.
    #[arg(long, value_name = "SHARE", requires = "keep")]
    pub within: Option<f64>,
    /// Search for the cheapest words with at most this error: of a memory's weights, in their
    /// unit, or of an array's output.
    #[arg(long, value_name = "ERROR", conflicts_with_all = ["keep", "weights"])]
    pub target_error: Option<f64>,
    /// What has that error: where runs end (or a memory's weights), or every step of them.
    #[arg(
        long,
        value_name = "WHERE",
        requires = "target_error",
        default_value = "end"
    )]
    pub error_of: ErrorArgument,
    /// Search for what loses least within so many look-up tables (estimated, ECP5).
    #[arg(long, value_name = "NUMBER", conflicts_with = "weights")]
    pub budget_lut: Option<u64>,
    /// The share of units that is flipped in a trial of recall.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub noise: f64,
    /// Trials of recall.
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    pub trials: usize,
    /// Seed of the trials.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Keep what was found in this file, and go on from it after a search that was stopped.
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Draw cost against error to this file (SVG).
    #[arg(long, value_name = "FILE")]
    pub pareto: Option<PathBuf>,
}

/// Arguments of `certify`.
#[derive(Debug, Args)]
pub struct CertifyArguments {
    /// The integer program, as `quantize --output` writes it.
    pub program: PathBuf,
    /// Its certificate, as `quantize --certificate` writes it.
    pub certificate: PathBuf,
}

/// Arguments of `map`.
#[derive(Debug, Args)]
pub struct MapArguments {
    /// The problem.
    #[command(subcommand)]
    pub problem: MapProblem,
}

/// A combinatorial problem.
#[derive(Debug, Subcommand)]
pub enum MapProblem {
    /// The heaviest cut of a graph.
    MaxCut(MapGraph),
    /// The heaviest cut of a toroidal grid with random weights of -1 and +1, as the G-set's G11.
    Torus(MapTorus),
    /// The smallest value of a quadratic function of bits.
    Qubo(MapQubo),
    /// The shortest round tour of cities.
    Tsp(MapTour),
    /// Queens on a board that do not attack each other.
    Queens(MapQueens),
    /// Colours for the vertices of a graph, neighbours with different ones.
    Colouring(MapColouring),
}

/// The kinds of network that minimise an Ising model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MinimiserArgument {
    /// Simulated bifurcation.
    #[value(name = "simulated_bifurcation")]
    SimulatedBifurcation,
    /// An annealed (stochastic) Hopfield network.
    #[value(name = "annealed_hopfield")]
    AnnealedHopfield,
    /// A transiently chaotic network.
    #[value(name = "chaotic")]
    Chaotic,
}

/// What every mapped problem is given.
#[derive(Debug, Args)]
pub struct MapTarget {
    /// The description to write; the file of the problem is copied beside it.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The kind of network; one that suits the problem without it.
    #[arg(long, value_name = "KIND")]
    pub network: Option<MinimiserArgument>,
    /// Steps of a run.
    #[arg(long, default_value_t = 1000)]
    pub steps: u64,
    /// Replicas side by side in one design.
    #[arg(long, default_value_t = 1)]
    pub replicas: usize,
    /// Overwrite files.
    #[arg(long)]
    pub force: bool,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum GraphArgument {
    /// `vertices edges`, then `i j weight` for each edge, from 1.
    Gset,
    /// `a b` or `a b weight` for each edge, where a and b are names.
    Edges,
    /// `p edge vertices edges`, then `e i j` for each edge.
    Dimacs,
}

/// Arguments of `map max-cut`.
#[derive(Debug, Args)]
pub struct MapGraph {
    /// The graph.
    pub file: PathBuf,
    /// How it is written; what it looks like without it.
    #[arg(long)]
    pub format: Option<GraphArgument>,
    /// The network.
    #[command(flatten)]
    pub target: MapTarget,
}

/// Arguments of `map torus`.
#[derive(Debug, Args)]
pub struct MapTorus {
    /// Rows and columns of the grid, as `8x16`; G11 is 100x8.
    pub size: String,
    /// Seed of the weights.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The network.
    #[command(flatten)]
    pub target: MapTarget,
}

/// Arguments of `map qubo`.
#[derive(Debug, Args)]
pub struct MapQubo {
    /// The function: lines `i j q`, i and j from 0, or a file of qbsolv.
    pub file: PathBuf,
    /// The network.
    #[command(flatten)]
    pub target: MapTarget,
}

/// How cities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CitiesArgument {
    /// `x y` or `name x y` for each city.
    Coordinates,
    /// A row of distances for each city.
    Matrix,
}

/// How tours are written in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TourArgument {
    /// Squares of "exactly one" for cities and positions; the first city stands.
    #[value(name = "one_hot")]
    OneHot,
    /// The energy of Hopfield and Tank.
    #[value(name = "hopfield_tank")]
    HopfieldTank,
}

/// Arguments of `map tsp`.
#[derive(Debug, Args)]
pub struct MapTour {
    /// The cities.
    pub file: PathBuf,
    /// How they are written; what they look like without it.
    #[arg(long)]
    pub format: Option<CitiesArgument>,
    /// How tours are written in bits.
    #[arg(long)]
    pub mapping: Option<TourArgument>,
    /// The unit in which distances are counted, rounded to whole numbers.
    #[arg(long, value_name = "DISTANCE")]
    pub unit: Option<f64>,
    /// The penalty of what is no tour, in units; enough for every ground state to be one without
    /// it.
    #[arg(long, value_name = "WEIGHT")]
    pub penalty: Option<f64>,
    /// The network.
    #[command(flatten)]
    pub target: MapTarget,
}

/// Arguments of `map queens`.
#[derive(Debug, Args)]
pub struct MapQueens {
    /// Rows of the board.
    pub size: usize,
    /// The penalty of a row or column without exactly one queen.
    #[arg(long, value_name = "WEIGHT")]
    pub penalty: Option<f64>,
    /// The penalty of two queens on a diagonal.
    #[arg(long, value_name = "WEIGHT")]
    pub conflict: Option<f64>,
    /// The network.
    #[command(flatten)]
    pub target: MapTarget,
}

/// Arguments of `map colouring`.
#[derive(Debug, Args)]
pub struct MapColouring {
    /// The graph.
    pub file: PathBuf,
    /// How it is written; what it looks like without it.
    #[arg(long)]
    pub format: Option<GraphArgument>,
    /// The number of colours.
    #[arg(long, default_value_t = 4)]
    pub colours: usize,
    /// The penalty of a vertex without exactly one colour; enough without it.
    #[arg(long, value_name = "WEIGHT")]
    pub penalty: Option<f64>,
    /// The penalty of neighbours with one colour.
    #[arg(long, value_name = "WEIGHT")]
    pub conflict: Option<f64>,
    /// The network.
    #[command(flatten)]
    pub target: MapTarget,
}

/// Arguments of `simulate`.
#[derive(Debug, Default, Args)]
pub struct SimulateArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// Run in real numbers (level 0) instead of integers.
    #[arg(long, conflicts_with_all = ["ticks", "trace"])]
    pub float: bool,
    /// Run the hardware cycle by cycle (level 2), and compare the result with the integers.
    #[arg(long)]
    pub ticks: bool,
    /// The start state (Hopfield) or input image (cellular): .npy, .npz:KEY, .csv, .mat:NAME or
    /// .png.
    #[arg(long, value_name = "FILE")]
    pub input: Option<String>,
    /// The second image, for templates that start from one.
    #[arg(long, value_name = "FILE")]
    pub second: Option<String>,
    /// The initial states that sequences bring, a row for each sequence.
    #[arg(long, value_name = "FILE")]
    pub starts: Option<String>,
    /// Start from this start state of the description or row of the input, counted from 0.
    #[arg(long, value_name = "NUMBER")]
    pub probe: Option<usize>,
    /// Start from this learned pattern, counted from 0.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["input", "probe"])]
    pub pattern: Option<usize>,
    /// Run from every start state; the keys of the result are those of the first.
    #[arg(long, conflicts_with_all = ["probe", "pattern", "ticks", "trace"])]
    pub all: bool,
    /// Search from so many random starts at the same time, each with noise of its own, and keep the
    /// run of the lowest energy.
    #[arg(long, value_name = "NUMBER",
          conflicts_with_all = ["all", "probe", "pattern", "input", "noise", "ticks", "trace"])]
    pub replicas: Option<usize>,
    /// Flip this share of the start state (of the pixels of the input image).
    #[arg(long, value_name = "SHARE")]
    pub noise: Option<f64>,
    /// Seed of the noise.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write the final state to this file: .npy, .csv or .png.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write a waveform of all registers and nets: .fst or .vcd; runs the hardware.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
}

/// Arguments of `emit`.
#[derive(Debug, Args)]
pub struct EmitArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// The directory to write.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Write into a directory that is not empty; other files in it stay.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// Cycles to run under Verilator.
    #[arg(long)]
    pub cycles: Option<u64>,
    /// Cycles to run under Icarus, which is slow.
    #[arg(long)]
    pub icarus_cycles: Option<u64>,
    /// Seed of data, gaps, back-pressure and resets.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Arguments of `synth`.
#[derive(Debug, Args)]
pub struct SynthArguments {
    /// The description, or a directory made by `emit`.
    pub file: PathBuf,
    /// ecp5-85k, ecp5-25k, ice40-hx8k, xilinx or ulx3s-85k.
    #[arg(long)]
    pub target: String,
    /// Keep netlists, reports and the bitstream in this directory.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write into a directory that is not empty; other files in it stay.
    #[arg(long, requires = "out")]
    pub force: bool,
}
