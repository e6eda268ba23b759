//! What the network is, and what is known about it before it runs.

use network::{Fact, Level};
use program::{Arrangement, Order, Program, Role, Shape, Stage};

use super::view::{Block, Cell, Section, Table, Term, columns};
use super::{Material, numbers, spaced};

/// The longest description that is shown whole, in characters.
const DESCRIPTION: usize = 20_000;

/// The network, its parts, and where they come from.
pub fn network(material: &Material<'_>) -> Section {
    let (built, program) = (material.built, material.program());
    let network = &built.project.network;
    let words = |stage: &Stage| stage.gathers.iter().map(weights).sum::<usize>();
    let weights: usize = program.stages.iter().map(words).sum();
    let stop = program.stop;
    let ends = [
        stop.when_stable.then_some("at rest".to_owned()),
        stop.on_period_two.then_some("in a cycle of two".to_owned()),
        Some(format!("after {}", numbers::plural(stop.max_steps, "step"))),
    ];
    let ends: Vec<String> = ends.into_iter().flatten().collect();
    let terms = vec![
        Term::new("Kind", spaced(network.kind().name())),
        Term::new("Units or cells", numbers::count(network.units() as u64)),
        Term::new("Weights", numbers::count(weights as u64)),
        Term::new("Memory", numbers::plural(built.report.bits_total, "bit")),
        Term::new("Order of updates", order(program.order)),
        Term::new("A run ends", ends.join(", or ")),
    ];
    let text = built.project.description.source.text();
    let mut shown: String = text.chars().take(DESCRIPTION).collect();
    if shown.len() < text.len() {
        shown.push_str("\n... (the rest is left out)");
    }
    Section {
        id: "network",
        title: "Network",
        lead:
            "What was described, and the vectors and stages that it became. A stage sums weighted \
               elements of a vector and computes one small expression for every element."
                .into(),
        blocks: vec![
            Block::Terms { rows: terms },
            Block::Table(vectors(program)),
            Block::Table(stages(program)),
            Block::Source {
                title: format!("The description, {}", file_name(material)),
                text: shown,
            },
        ],
    }
}

fn file_name(material: &Material<'_>) -> String {
    let file = material.built.project.description.source.file();
    let name = file.rsplit(['/', '\\']).next();
    name.unwrap_or_default().into()
}

/// Weight words of a gather.
pub fn weights(gather: &program::Gather) -> usize {
    match &gather.weights.arrangement {
        Arrangement::Dense { values, .. } => values.len(),
        Arrangement::Sparse { rows, .. } => rows.iter().map(Vec::len).sum(),
        Arrangement::Stencil { coefficients, .. } => coefficients.len(),
    }
}

fn order(order: Order) -> String {
    match order {
        Order::Synchronous => "all at the same time".into(),
        Order::Sequential => "one after another".into(),
        Order::Permuted { .. } => "one after another, in a new order each step".into(),
        Order::Block { size } => format!("in blocks of {size}"),
    }
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Units(units) => numbers::count(units as u64),
        Shape::Grid { rows, columns } => format!("{rows} \u{d7} {columns}"),
    }
}

/// What a vector is for.
fn role(role: &Role) -> &'static str {
    match role {
        Role::State => "state: loaded, moved by each step, unloaded",
        Role::Input => "input: loaded, then fixed",
        Role::Derived => "computed once, before the first step",
        Role::Parameter(_) => "fixed in the hardware",
        Role::Signal => "computed anew in each step",
        Role::Output => "computed in each step, unloaded at the end",
        Role::Emitted => "computed and unloaded in each step",
        Role::Sequence => "given anew for each step",
        Role::Kept(kept) if kept.begins == program::Begins::Loaded => "loaded, moved by each step",
        Role::Kept(_) => "moved by each step",
        Role::Joined(_) => "elements of other vectors side by side",
        Role::Schedule(_) => "a value for each step",
        Role::Noise { .. } => "noise, new in each step",
        Role::Past(_) => "the past of another vector",
        Role::Last => "whether the last vectors of the sequences were given",
        Role::Recalled(_) => "another vector, recalled from a memory",
    }
}

fn source(program: &Program, of: &str) -> Cell {
    Cell::code(program.source(of).unwrap_or_default())
}

fn vectors(program: &Program) -> Table {
    let rows = program.vectors.iter().map(|vector| {
        vec![
            Cell::code(vector.name.as_str()),
            Cell::toned(shape(vector.shape), "number"),
            Cell::code(vector.format.to_string()),
            Cell::toned(role(&vector.role), "text"),
        ]
    });
    Table {
        caption: "Vectors".into(),
        columns: columns(&["Name", "#Elements", "Format", "What it is for"]),
        rows: rows.collect(),
    }
}

/// When a stage runs.
fn when(program: &Program, when: program::When) -> String {
    let phases = program.phases.as_ref();
    match when {
        program::When::Once => "once".into(),
        program::When::EveryStep => "every step".into(),
        program::When::Phase(number) => {
            let phase = phases.and_then(|phases| phases.phases.get(number));
            let name = phase.map_or("", |phase| phase.name.as_str());
            format!("every step of phase {name}")
        }
    }
}

fn stages(program: &Program) -> Table {
    let name = |id| program.vector(id).map_or("", |vector| vector.name.as_str());
    let rows = program.stages.iter().map(|stage| {
        let sums = stage.gathers.iter().map(|gather| {
            let (count, format) = (weights(gather), gather.weights.format);
            let of = name(gather.source);
            format!(
                "{} of {of}, {format}",
                numbers::plural(count as u64, "weight")
            )
        });
        let sums: Vec<String> = sums.collect();
        let writes = stage.writes.iter().map(|(target, _)| name(*target));
        let writes: Vec<&str> = writes.collect();
        vec![
            Cell::code(stage.name.as_str()),
            when(program, stage.when).into(),
            Cell::toned(sums.join("; "), "text"),
            Cell::code(writes.join(", ")),
            source(program, &stage.name),
        ]
    });
    Table {
        caption: "Stages, in the order in which they run".into(),
        columns: columns(&["Name", "Runs", "Sums", "Writes", "Described in"]),
        rows: rows.collect(),
    }
}

/// What is known before a run, of the network as described and as built.
pub fn facts(material: &Material<'_>) -> Section {
    let of = |level: Level| {
        let facts = material.facts.iter().filter(|fact| fact.level == level);
        facts.map(fact).collect::<Vec<_>>()
    };
    let table = |caption: &str, level| {
        Block::Table(Table {
            caption: caption.into(),
            columns: columns(&["Fact", "Holds", "In words"]),
            rows: of(level),
        })
    };
    Section {
        id: "facts",
        title: "Facts",
        lead:
            "What can be said before the network runs. Rounding can make false what was true, so \
               everything is looked at again in the integers."
                .into(),
        blocks: vec![
            table("The network as described, in real numbers", Level::Float),
            table("The network as built, in integers", Level::Integer),
        ],
    }
}

fn fact(fact: &Fact) -> Vec<Cell> {
    let holds = match fact.holds {
        Some(true) => Cell::toned("yes", "yes"),
        Some(false) => Cell::toned("no", "no"),
        None => Cell::toned("not assured", "open"),
    };
    let holds = match (fact.holds, fact.value) {
        (None, Some(value)) => Cell::toned(numbers::real(value), "number"),
        _ => holds,
    };
    vec![
        Cell::toned(spaced(fact.name), "strong"),
        holds,
        Cell::toned(fact.text.as_str(), "text"),
    ]
}
