//! Descriptions of networks that solve a mapped problem, as text.

mod settings;

use network::combinatorial::{Instance, Penalty};
use network::description::{ProblemFormat, ProblemSection, check_name};

use crate::arguments::MinimiserArgument;
pub use settings::{Settings, suited};

/// What a description is made of.
pub struct Mapped<'a> {
    /// The problem.
    pub instance: &'a Instance,
    /// Its section, with the name of its file beside the description.
    pub section: &'a ProblemSection,
    /// The kind of network.
    pub network: MinimiserArgument,
    /// The name of the description's file without its ending.
    pub stem: &'a str,
    /// Steps of a run.
    pub steps: u64,
    /// Replicas side by side.
    pub replicas: usize,
}

impl Mapped<'_> {
    /// The description.
    pub fn text(&self) -> String {
        let settings = Settings::of(self.instance, self.network);
        let replicas = match self.replicas {
            1 => String::new(),
            replicas => format!("replicas = {replicas}\n"),
        };
        format!(
            "# {title}, solved by {what}.\n\
             # hopwire simulate --replicas 20 THIS searches from twenty random starts.\n\n\
             [network]\nkind = \"{kind}\"\nname = \"{name}\"\n{replicas}\n\
             [problem]\n{problem}\n\
             [dynamics]\n{dynamics}\n\
             [update]\n{order}max_steps = {steps}\n\n\
             [hardware]\nlanes = {lanes}\ntaps = {taps}\n\n\
             [data]\ncopies = 8\nseed = 1\n",
            title = self.instance.title(),
            what = settings.what,
            kind = settings.kind,
            name = name(self.stem),
            problem = self.problem(),
            dynamics = settings.dynamics,
            order = settings.order,
            steps = self.steps,
            lanes = settings.lanes,
            taps = settings.taps,
        )
    }

    /// The section of the problem, with the reasons of its penalties.
    fn problem(&self) -> String {
        let section = self.section;
        let mut lines = vec![format!("kind = \"{}\"", section.kind.name())];
        let text = |key: &str, value: &str| format!("{key} = {}", toml_text(value));
        lines.extend(section.file.as_deref().map(|file| text("file", file)));
        lines.extend(section.format.map(|of| text("format", format_word(of))));
        lines.extend(section.size.map(|size| format!("size = {size}")));
        lines.extend(section.colours.map(|count| format!("colours = {count}")));
        if let Instance::Tour(tour) = self.instance {
            lines.push(text("mapping", tour.mapping.word()));
            lines.push(format!("unit = {}", number(tour.unit)));
        }
        for penalty in self.instance.penalties() {
            lines.extend(reason(&penalty));
            lines.push(format!("{} = {}", penalty.name, number(penalty.value)));
        }
        lines.join("\n") + "\n"
    }
}

/// Columns of a comment.
const COLUMNS: usize = 96;

/// Why a penalty is enough, as comments.
fn reason(penalty: &Penalty) -> Vec<String> {
    let text = format!("enough above {}: {}", number(penalty.above), penalty.reason);
    let mut lines = vec![String::from("#")];
    for word in text.split(' ') {
        let line = lines
            .last_mut()
            .filter(|line| line.len() + word.len() < COLUMNS);
        match line {
            Some(line) => *line += &format!(" {word}"),
            None => lines.push(format!("# {word}")),
        }
    }
    lines
}

fn format_word(format: ProblemFormat) -> &'static str {
    match format {
        ProblemFormat::Gset => "gset",
        ProblemFormat::Edges => "edges",
        ProblemFormat::Dimacs => "dimacs",
        ProblemFormat::Coordinates => "coordinates",
        ProblemFormat::Matrix => "matrix",
    }
}

/// A number that TOML reads as one with a fraction.
fn number(value: f64) -> String {
    format!("{value:?}")
}

fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A name for the network and its top module, made of a file name.
fn name(stem: &str) -> String {
    let legal = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = stem.chars().map(legal).take(50).collect();
    match check_name(&name) {
        Ok(()) => name,
        Err(_) => format!("net_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_name_gives_a_name() {
        for stem in [
            "g11",
            "8-queens",
            "always",
            "",
            "a b/c",
            "größe",
            "verilator_x",
        ] {
            assert!(check_name(&name(stem)).is_ok(), "{stem}: {}", name(stem));
        }
        assert_eq!(name("g11"), "g11");
        assert_eq!(name("8-queens"), "net_8_queens");
    }
}
