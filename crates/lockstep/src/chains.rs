//! Descriptions of random sequence networks: layers of every kind with every attribute.

use std::fmt::Write;

use hw_sim::stimulus::random::Random;

/// The most elements of a vector between layers.
const MAX_WIDTH: usize = 16;

/// A kind of layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Elman's, with a leak or without.
    Elman,
    /// A reservoir.
    Reservoir,
    /// Jordan's.
    Jordan,
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent units.
    Gru,
    /// Dense.
    Dense,
    /// A convolution.
    Convolution,
    /// A transposed convolution.
    Transposed,
    /// Means of windows.
    AveragePool,
    /// Largest elements of windows.
    MaxPool,
    /// A function of each element.
    Activation,
    /// Shares.
    Softmax,
    /// The number of the largest element.
    ArgMax,
    /// The row of a table for a token.
    Embedding,
    /// Counts of tokens.
    Count,
    /// A Markov chain.
    Markov,
    /// A draw from scores.
    Sample,
    /// A tree network over programs.
    Tree,
}

impl Kind {
    /// All of them that take vectors.
    pub const ALL: [Kind; 13] = [
        Kind::Elman,
        Kind::Reservoir,
        Kind::Jordan,
        Kind::Lstm,
        Kind::Gru,
        Kind::Dense,
        Kind::Convolution,
        Kind::Transposed,
        Kind::AveragePool,
        Kind::MaxPool,
        Kind::Activation,
        Kind::Softmax,
        Kind::ArgMax,
    ];

    /// Those that take any tokens, first in their chain.
    pub const OF_TOKENS: [Kind; 3] = [Kind::Embedding, Kind::Count, Kind::Markov];

    /// Those that go over a window.
    pub const WINDOWED: [Kind; 4] = [
        Kind::Convolution,
        Kind::Transposed,
        Kind::AveragePool,
        Kind::MaxPool,
    ];
}

/// What a random network is made of.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Its layers.
    pub layers: Vec<Kind>,
    /// Whether a vector leaves after every step, or after the last.
    pub every_step: bool,
    /// Whether the network feeds itself, with a choice of a token at its end; its first layer takes
    /// tokens then.
    pub generates: bool,
    /// Whether states are carried from one sequence to the next.
    pub carry: bool,
    /// Whether some recurrent layers read from the end, or both ways, where no states are carried on.
    pub backward: bool,
    /// Whether activation functions are tables with an entry for every argument, instead of the
    /// cheapest form.
    pub full_tables: bool,
    /// The format of its states.
    pub state: &'static str,
    /// The activation functions to choose from.
    pub functions: &'static [&'static str],
}

/// Functions that every layer takes.
pub const FUNCTIONS: &[&str] = &[
    "\"tanh\"",
    "\"logistic\"",
    "\"relu\"",
    "\"identity\"",
    "{ function = \"leaky_relu\", slope = 0.25 }",
    "\"hard_sigmoid\"",
    "\"softsign\"",
];

impl Chain {
    /// The text of a description, with numbers from `random`.
    pub fn text(&self, random: &mut Random) -> String {
        let mut writer = Writer {
            functions: self.functions,
            loads: !self.carry || self.generates,
            random,
            text: String::new(),
            width: 0,
            vocabulary: 0,
        };
        let tokens = self.layers.first();
        let tree = tokens == Some(&Kind::Tree);
        let tokens = tree || tokens.is_some_and(|kind| Kind::OF_TOKENS.contains(kind));
        writer.width = if tokens { 1 } else { writer.pick(1, 8) };
        let inputs = writer.width;
        let carry = self.carry && !self.generates && !tree;
        let backward = self.backward && !carry && !self.generates;
        for &kind in &self.layers {
            let gives = match (backward && writer.chance(), self.every_step) {
                (false, _) => None,
                (true, false) if writer.chance() => Some("last_state"),
                (true, _) => Some("every_step"),
            };
            writer.layer(kind, gives);
        }
        let generate = match self.generates {
            true => writer.chooses(),
            false => String::new(),
        };
        let output = if self.every_step {
            "every_step"
        } else {
            "last"
        };
        let table = match self.full_tables {
            true => "table = { kind = \"full\" }\n",
            false => "",
        };
        let (state, layers) = (self.state, writer.text);
        format!(
            "[network]\nkind = \"sequence\"\nname = \"random\"\ninputs = {inputs}\n\
             output = \"{output}\"\ncarry = {carry}\n{table}{generate}{layers}[format]\nstate = \"{state}\"\n"
        )
    }
}

/// A description on its way.
struct Writer<'a> {
    functions: &'static [&'static str],
    /// Whether initial states may come with each sequence.
    loads: bool,
    random: &'a mut Random,
    text: String,
    /// Elements of the vector so far.
    width: usize,
    /// Tokens that the first layer takes.
    vocabulary: usize,
}

/// One dimension of a window.
#[derive(Debug, Clone, Copy)]
struct Axis {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    padding: (usize, usize),
    output_padding: usize,
}

impl Axis {
    fn reach(self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }

    /// Places of the output; 0 where the window does not fit.
    fn output(self, transposed: bool) -> usize {
        let around = self.padding.0 + self.padding.1;
        match transposed {
            true => ((self.input - 1) * self.stride + self.reach() + self.output_padding)
                .saturating_sub(around),
            false => (self.input + around)
                .checked_sub(self.reach())
                .map_or(0, |left| left / self.stride + 1),
        }
    }
}

impl Writer<'_> {
    fn pick(&mut self, low: usize, high: usize) -> usize {
        low + self.random.below((high - low + 1) as u64) as usize
    }

    fn chance(&mut self) -> bool {
        self.random.chance(400)
    }

    /// A number between -1 and 1, in sixteenths.
    fn number(&mut self) -> String {
        ((self.random.below(33) as f64 - 16.0) / 16.0).to_string()
    }

    fn list(&mut self, length: usize) -> String {
        let numbers: Vec<String> = (0..length).map(|_| self.number()).collect();
        format!("[{}]", numbers.join(", "))
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> String {
        let rows: Vec<String> = (0..rows).map(|_| self.list(columns)).collect();
        format!("[{}]", rows.join(", "))
    }

    fn function(&mut self) -> &'static str {
        let at = self.random.below(self.functions.len().max(1) as u64);
        self.functions.get(at as usize).unwrap_or(&"\"identity\"")
    }

    fn line(&mut self, key: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.text, "{key} = {value}");
    }

    fn layer(&mut self, kind: Kind, backward: Option<&str>) {
        self.text.push_str("[[layer]]\n");
        match kind {
            Kind::Elman => self.recurrent("elman", 1, backward),
            Kind::Reservoir => self.reservoir(backward),
            Kind::Jordan => self.recurrent("jordan", 1, backward),
            Kind::Lstm => self.recurrent("lstm", 4, backward),
            Kind::Gru => self.recurrent("gru", 3, backward),
            Kind::Dense => {
                let units = self.pick(1, 5);
                let w = self.matrix(units, self.width);
                self.line("kind", "\"dense\"");
                self.weighted(units, w, units);
                self.width = units;
            }
            Kind::Convolution => self.windowed("convolution"),
            Kind::Transposed => self.windowed("transposed_convolution"),
            Kind::AveragePool => self.windowed("average_pool"),
            Kind::MaxPool => self.windowed("max_pool"),
            Kind::Activation => {
                let function = self.function();
                self.line("kind", "\"activation\"");
                self.line("activation", function);
            }
            Kind::Embedding => {
                let (vocabulary, units) = (self.pick(2, 9), self.pick(1, 5));
                self.vocabulary = vocabulary;
                self.line("kind", "\"embedding\"");
                self.line("vocabulary", vocabulary);
                self.line("units", units);
                let w = self.matrix(vocabulary, units);
                self.line("w", w);
                self.width = units;
            }
            Kind::Count => self.count(),
            Kind::Markov => self.markov(),
            Kind::Sample => self.sample(),
            Kind::Tree => self.tree(),
            Kind::Softmax => self.line("kind", "\"softmax\""),
            Kind::ArgMax => {
                self.line("kind", "\"argmax\"");
                self.width = 1;
            }
        }
    }

    fn tree(&mut self) {
        let (units, depth) = (self.pick(1, 4), self.pick(2, 5));
        let (leaves, unary, binary) = (self.pick(1, 3), self.pick(0, 2), self.pick(1, 3));
        let names = |word: &str, count: usize| -> Vec<String> {
            (0..count).map(|at| format!("{word}{at}")).collect()
        };
        self.line("kind", "\"tree\"");
        self.line("units", units);
        let (w, bias) = (
            self.matrix(binary * units, 2 * units),
            self.list(binary * units),
        );
        self.line("w", w);
        self.line("bias", bias);
        let function = self.function();
        self.line("activations", format!("[{function}]"));
        self.text.push_str("[layer.tree]\n");
        self.line("depth", depth);
        self.line("leaves", format!("{:?}", names("leaf", leaves)));
        self.line("unary", format!("{:?}", names("unary", unary)));
        self.line("binary", format!("{:?}", names("binary", binary)));
        let embedding = self.matrix(leaves, units);
        self.line("embedding", embedding);
        if unary > 0 {
            let (u, bias) = (self.matrix(unary * units, units), self.list(unary * units));
            self.line("u", u);
            self.line("u_bias", bias);
        }
        self.width = units;
    }

    fn count(&mut self) {
        let vocabulary = self.pick(2, 9);
        self.vocabulary = vocabulary;
        self.line("kind", "\"count\"");
        self.line("vocabulary", vocabulary);
        let largest = self.pick(1, 3);
        self.line("largest", largest);
        self.width = vocabulary;
        if self.chance() {
            self.width = self.pick(1, 6);
            let (buckets, seed) = (self.width, self.pick(0, 1000));
            self.line("hash", format!("{{ buckets = {buckets}, seed = {seed} }}"));
        }
    }

    fn markov(&mut self) {
        let tokens = self.pick(2, 9);
        self.vocabulary = tokens;
        // Whole numbers, of which the first of each row is above 0; a row of zeros is no chain.
        let mut row = |_| -> String {
            let mut next = || self.random.below(5);
            let all: Vec<String> = (0..tokens)
                .map(|at| (next() + u64::from(at == 0)).to_string())
                .collect();
            format!("[{}]", all.join(", "))
        };
        let rows: Vec<String> = (0..tokens).map(&mut row).collect();
        self.line("kind", "\"markov\"");
        self.line("vocabulary", tokens);
        self.line("w", format!("[{}]", rows.join(", ")));
        self.line("normalise", true);
        let seed = self.pick(1, 1000);
        self.line("seed", seed);
        self.width = 1;
    }

    fn sample(&mut self) {
        self.line("kind", "\"sample\"");
        let temperature = ["0.5", "1", "2.5"][self.pick(0, 2)];
        self.line("temperature", temperature);
        let seed = self.pick(1, 1000);
        self.line("seed", seed);
        self.width = 1;
    }

    /// Layers that choose one of the tokens which the first layer takes, and how the network feeds
    /// itself.
    fn chooses(&mut self) -> String {
        let units = self.vocabulary;
        self.text.push_str("[[layer]]\n");
        self.line("kind", "\"dense\"");
        let w = self.matrix(units, self.width);
        self.weighted(units, w, units);
        self.text.push_str("[[layer]]\n");
        match self.chance() {
            true => self.line("kind", "\"argmax\""),
            false => self.sample(),
        }
        let start = self.pick(0, units - 1);
        format!("generate = {{ steps = 5, start = {start} }}\n")
    }

    fn weighted(&mut self, units: usize, w: String, biases: usize) {
        self.line("units", units);
        self.line("w", w);
        if self.chance() {
            let bias = self.list(biases);
            self.line("bias", bias);
        }
        let function = self.function();
        self.line("activation", function);
    }

    fn recurrent(&mut self, kind: &str, gates: usize, backward: Option<&str>) {
        let units = self.pick(1, 4);
        let jordan = kind == "jordan";
        let back = if jordan { self.pick(1, 3) } else { units };
        let both = backward.is_some() && self.chance();
        let cells = if both { 2 } else { 1 };
        let rows = gates * units * cells;
        self.line("kind", format!("\"{kind}\""));
        self.line("units", units);
        let w = self.matrix(rows, self.width);
        self.line("w", w);
        let r = self.matrix(rows, back);
        self.line("r", r);
        if self.chance() {
            let bias = self.list(2 * rows);
            self.line("bias", bias);
        }
        if self.chance() {
            self.line("clip", 1.5);
        }
        if self.chance() {
            let initial = self.list(back * cells);
            self.line("initial", initial);
        }
        if self.loads && self.chance() {
            self.line("loaded", true);
        }
        self.reading(backward, both);
        self.particular(kind, units, back, cells);
        self.width = back * cells;
    }

    /// How a layer reads that does not read from the start.
    fn reading(&mut self, backward: Option<&str>, both: bool) {
        if let Some(gives) = backward {
            let word = if both { "bidirectional" } else { "reverse" };
            self.line("direction", format!("\"{word}\""));
            self.line("gives", format!("\"{gives}\""));
        }
    }

    fn leak(&mut self) {
        let sixteenths = self.pick(1, 16);
        self.line("leak", sixteenths as f64 / 16.0);
    }

    fn reservoir(&mut self, backward: Option<&str>) {
        let units = self.pick(2, 6);
        let both = backward.is_some() && self.chance();
        self.line("kind", "\"reservoir\"");
        self.line("units", units);
        self.leak();
        let of = format!("[{}]", self.function());
        self.line("activations", of);
        self.reading(backward, both);
        let made = format!(
            "{{ density = {}, spectral_radius = 0.{}, input_scale = 0.{}, bias_scale = 0.{}, seed = {} }}",
            self.pick(3, 10) as f64 / 10.0,
            self.pick(1, 9),
            self.pick(0, 9),
            self.pick(0, 9),
            self.pick(0, 99),
        );
        self.line("reservoir", made);
        self.width = if both { 2 * units } else { units };
    }

    /// What only one kind of recurrent layers has.
    fn particular(&mut self, kind: &str, units: usize, back: usize, cells: usize) {
        match kind {
            "jordan" => {
                self.line("outputs", back);
                let v = self.matrix(back * cells, units);
                self.line("v", v);
                if self.chance() {
                    let bias = self.list(back * cells);
                    self.line("v_bias", bias);
                }
                let of = format!("[{}, {}]", self.function(), self.function());
                self.line("activations", of);
            }
            "lstm" => {
                if self.chance() {
                    let peepholes = self.list(3 * units * cells);
                    self.line("peepholes", peepholes);
                }
                if self.chance() {
                    let cell = self.list(units * cells);
                    self.line("initial_cell", cell);
                }
                let coupled = self.chance();
                self.line("coupled", coupled);
            }
            "gru" => {
                let reset = if self.chance() { "after" } else { "before" };
                self.line("reset", format!("\"{reset}\""));
            }
            _ => {
                if self.chance() {
                    self.leak();
                }
                let of = format!("[{}]", self.function());
                self.line("activations", of);
            }
        }
    }

    /// A divisor of a number.
    fn divisor(&mut self, of: usize) -> usize {
        let all: Vec<usize> = (1..=of).filter(|by| of.is_multiple_of(*by)).collect();
        let at = self.pick(0, all.len() - 1);
        all.get(at).copied().unwrap_or(1)
    }

    fn axis(&mut self, input: usize, kind: &str) -> Axis {
        let kernel = self.pick(1, 3.min(input + 1));
        let dilation = self.pick(1, 2);
        let transposed = kind == "transposed_convolution";
        let stride = self.pick(1, 2);
        // A window of a pool sees a place of the input wherever it stands.
        let most = match (kind.ends_with("pool"), dilation) {
            (true, 2) => 0,
            (true, _) => kernel - 1,
            _ => 2,
        };
        Axis {
            input,
            kernel,
            stride,
            dilation,
            padding: (self.pick(0, most), self.pick(0, most)),
            output_padding: if transposed {
                self.pick(0, stride - 1)
            } else {
                0
            },
        }
    }

    /// A layer with a window that fits and gives no more than [`MAX_WIDTH`] elements.
    fn windowed(&mut self, kind: &str) {
        let transposed = kind == "transposed_convolution";
        let pool = kind.ends_with("pool");
        let (channels, axes, groups, units) = loop {
            let channels = self.divisor(self.width);
            let rows = self.divisor(self.width / channels);
            let columns = self.width / channels / rows;
            let axes = match rows {
                1 if self.chance() => vec![self.axis(columns, kind)],
                _ => vec![self.axis(rows, kind), self.axis(columns, kind)],
            };
            let groups = if pool {
                channels
            } else {
                self.divisor(channels)
            };
            let units = if pool {
                channels
            } else {
                groups * self.pick(1, 2)
            };
            let places: usize = axes.iter().map(|axis| axis.output(transposed)).product();
            if (1..=MAX_WIDTH).contains(&(units * places)) {
                self.width = units * places;
                break (channels, axes, groups, units);
            }
        };
        self.line("kind", format!("\"{kind}\""));
        if !pool {
            let elements: usize = axes.iter().map(|axis| axis.kernel).product();
            let w = self.matrix(1, units * channels / groups * elements);
            self.weighted(units, w, units);
        }
        let of = |part: fn(&Axis) -> usize| axes.iter().map(part).collect::<Vec<_>>();
        let mut shape = vec![channels];
        shape.extend(of(|axis| axis.input));
        let mut padding = of(|axis| axis.padding.0);
        padding.extend(of(|axis| axis.padding.1));
        let mut window = format!(
            "shape = {shape:?}, kernel = {:?}, stride = {:?}, dilation = {:?}, padding = {padding:?}",
            of(|axis| axis.kernel),
            of(|axis| axis.stride),
            of(|axis| axis.dilation),
        );
        if !pool {
            let _ = write!(window, ", groups = {groups}");
        }
        if transposed {
            let _ = write!(window, ", output_padding = {:?}", of(|a| a.output_padding));
        }
        if kind == "average_pool" {
            let _ = write!(window, ", count_padding = {}", self.chance());
        }
        self.line("window", format!("{{ {window} }}"));
    }
}
