//! Graphs with weighted edges, and the files that hold them.

use std::collections::HashMap;
use std::path::Path;

use super::text::{Line, ProblemText, short};
use super::{MAX_COUPLINGS, MAX_UNITS, within};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// The format of the G-set and of rudy: `vertices edges`, then `i j weight` for each edge;
    /// vertices are numbers from 1.
    Gset,
    /// `a b` or `a b weight` for each edge, where a and b name vertices; a name by itself is a
    /// vertex without edges. `#` begins a comment.
    Edges,
    /// DIMACS: `p edge vertices edges`, then `e i j` for each edge; `c` begins a comment.
    Dimacs,
}

impl GraphFormat {
    /// The format that a text looks like.
    fn of(text: &ProblemText) -> GraphFormat {
        let mut lines = text.lines();
        let is_header = |line: &Line<'_>| matches!(line.words[..], ["p", "edge" | "col", ..]);
        if text.lines().any(|line| is_header(&line)) {
            return GraphFormat::Dimacs;
        }
        let whole = |line: &Line<'_>| line.words.iter().all(|word| word.parse::<u64>().is_ok());
        let (first, second) = (lines.next(), lines.next());
        let counts = first.is_some_and(|line| line.words.len() == 2 && whole(&line));
        if counts && second.is_some_and(|line| line.words.len() == 3) {
            return GraphFormat::Gset;
        }
        GraphFormat::Edges
    }
}

/// An edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The vertices that it joins, by their places.
    pub ends: [usize; 2],
    /// Its weight.
    pub weight: f64,
}

/// A graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    labels: Vec<String>,
    edges: Vec<Edge>,
}

impl Graph {
    /// So many vertices, named by their numbers from 1, and no edge.
    pub fn numbered(vertices: usize) -> Graph {
        Graph {
            labels: (1..=vertices).map(|number| number.to_string()).collect(),
            edges: vec![],
        }
    }

    /// Adds an edge.
    pub fn join(&mut self, a: usize, b: usize, weight: f64) {
        let ends = [a, b];
        self.edges.push(Edge { ends, weight });
    }

    /// The number of vertices.
    pub fn vertices(&self) -> usize {
        self.labels.len()
    }

    /// The names of the vertices.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The edges.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The largest number of edges at a vertex.
    pub fn largest_degree(&self) -> usize {
        let mut degrees = vec![0usize; self.vertices()];
        for end in self.edges.iter().flat_map(|edge| edge.ends) {
            if let Some(degree) = degrees.get_mut(end) {
                *degree += 1;
            }
        }
        degrees.into_iter().max().unwrap_or(0)
    }

    /// The number of parts that no edge joins.
    pub fn parts(&self) -> usize {
        let mut above: Vec<usize> = (0..self.vertices()).collect();
        let mut parts = self.vertices();
        for edge in &self.edges {
            let [a, b] = edge.ends.map(|end| root(&mut above, end));
            if a != b
                && let Some(place) = above.get_mut(a)
            {
                *place = b;
                parts -= 1;
            }
        }
        parts
    }

    /// What one should know of the graph.
    pub fn notes(&self) -> Vec<String> {
        match self.parts() {
            0 | 1 => vec![],
            parts => vec![format!(
                "the graph falls into {parts} parts that no edge joins: each is solved by itself"
            )],
        }
    }

    /// Its size in words.
    pub fn title(&self) -> String {
        let (vertices, edges) = (self.vertices(), self.edges.len());
        format!("a graph of {vertices} vertices and {edges} edges")
    }

    /// The graph in the format of the G-set.
    pub fn gset_text(&self) -> String {
        let mut text = format!("{} {}\n", self.vertices(), self.edges.len());
        for edge in &self.edges {
            let [a, b] = edge.ends;
            text.push_str(&format!("{} {} {}\n", a + 1, b + 1, edge.weight));
        }
        text
    }

    /// Reads a graph; one with no edge is refused.
    ///
    /// # Errors
    /// What is wrong with the file, at its line.
    pub fn read(
        path: &Path,
        format: Option<GraphFormat>,
        weighted: bool,
    ) -> Result<Graph, NetworkError> {
        Graph::parse(&ProblemText::read(path)?, format, weighted)
    }

    /// Reads a graph from a text in a format, or in the one that it looks like.
    ///
    /// # Errors
    /// What is wrong with the text, at its line.
    pub fn parse(
        text: &ProblemText,
        format: Option<GraphFormat>,
        weighted: bool,
    ) -> Result<Graph, NetworkError> {
        let mut reader = Reader {
            text,
            weighted,
            lines: HashMap::new(),
            names: HashMap::new(),
            graph: Graph::numbered(0),
        };
        match format.unwrap_or_else(|| GraphFormat::of(text)) {
            GraphFormat::Gset => reader.gset()?,
            GraphFormat::Dimacs => reader.dimacs()?,
            GraphFormat::Edges => reader.edges()?,
        }
        if reader.graph.edges.is_empty() {
            let message = format!("{} vertices and no edge", reader.graph.vertices());
            let expected = "a graph with an edge at least".into();
            return Err(text.whole(Problem::EmptyProblem { message, expected }));
        }
        Ok(reader.graph)
    }
}

/// The representative of a part, with the way to it made shorter.
fn root(above: &mut [usize], mut at: usize) -> usize {
    while let Some(&up) = above.get(at).filter(|&&up| up != at) {
        let over = above.get(up).copied().unwrap_or(up);
        if let Some(place) = above.get_mut(at) {
            *place = over;
        }
        at = over;
    }
    at
}

/// A graph in the making.
struct Reader<'t> {
    text: &'t ProblemText,
    weighted: bool,
    /// The line of each edge, by its ends, the smaller first.
    lines: HashMap<(usize, usize), usize>,
    names: HashMap<&'t str, usize>,
    graph: Graph,
}

impl<'t> Reader<'t> {
    fn gset(&mut self) -> Result<(), NetworkError> {
        let mut lines = self.text.lines();
        let expected = "`vertices edges`, then a line `i j weight` for each edge";
        let Some(header) = lines.next() else {
            let message = "nothing in it".into();
            let expected = expected.into();
            return Err(self.text.whole(Problem::EmptyProblem { message, expected }));
        };
        let [vertices, edges] = header.words[..] else {
            return Err(self.text.broken(&header, words(&header), expected));
        };
        let edges = self.sized(&header, vertices, edges)?;
        for line in lines {
            let (ends, weight) = match line.words[..] {
                [a, b] => ([a, b], None),
                [a, b, weight] => ([a, b], Some(weight)),
                _ => return Err(self.text.broken(&line, words(&line), "`i j weight`")),
            };
            let ends = self.numbered(&line, ends)?;
            self.join(&line, ends, weight)?;
        }
        self.counted(&header, edges)
    }

    fn dimacs(&mut self) -> Result<(), NetworkError> {
        let mut header = None;
        for line in self.text.lines() {
            match (line.words[..].as_ref(), &header) {
                (["c", ..], _) => {}
                (["p", "edge" | "col", vertices, edges], None) => {
                    let edges = self.sized(&line, vertices, edges)?;
                    header = Some((line, edges));
                }
                (["e", a, b], Some(_)) => {
                    let ends = self.numbered(&line, [a, b])?;
                    self.join(&line, ends, None)?;
                }
                _ => {
                    let expected = "`p edge vertices edges` once, then `e i j` for each edge";
                    return Err(self.text.broken(&line, words(&line), expected));
                }
            }
        }
        match header {
            Some((line, edges)) => self.counted(&line, edges),
            None => Err(self.text.whole(Problem::EmptyProblem {
                message: "no line `p edge vertices edges`".into(),
                expected: "that line before the edges".into(),
            })),
        }
    }

    fn edges(&mut self) -> Result<(), NetworkError> {
        for line in self.text.lines() {
            let (a, b, weight) = match line.words[..] {
                [name] => {
                    self.named(&line, name)?;
                    continue;
                }
                [a, b] => (a, b, None),
                [a, b, weight] => (a, b, Some(weight)),
                _ => {
                    let expected = "two vertices, and a weight where there is one";
                    return Err(self.text.broken(&line, words(&line), expected));
                }
            };
            let ends = [self.named(&line, a)?, self.named(&line, b)?];
            self.join(&line, ends, weight)?;
        }
        Ok(())
    }

    /// Takes the counts of a header; the number of edges.
    fn sized(
        &mut self,
        line: &Line<'_>,
        vertices: &str,
        edges: &str,
    ) -> Result<usize, NetworkError> {
        let vertices = self.text.count(line, vertices)?;
        let edges = self.text.count(line, edges)?;
        let sizes = within("vertices", Some(vertices), MAX_UNITS)
            .and_then(|_| within("edges", Some(edges), MAX_COUPLINGS));
        sizes.map_err(|problem| self.text.error(line, problem))?;
        self.graph = Graph::numbered(vertices);
        Ok(edges)
    }

    fn counted(&self, header: &Line<'_>, announced: usize) -> Result<(), NetworkError> {
        let found = self.graph.edges.len();
        if found == announced {
            return Ok(());
        }
        let problem = Problem::HeaderCount {
            what: "edges",
            announced,
            found,
        };
        Err(self.text.error(header, problem))
    }

    /// The places of vertices that are numbers from 1.
    fn numbered(&self, line: &Line<'_>, ends: [&str; 2]) -> Result<[usize; 2], NetworkError> {
        let vertices = self.graph.vertices();
        let place = |word: &str| {
            let number = self.text.count(line, word)?;
            number
                .checked_sub(1)
                .filter(|&place| place < vertices)
                .ok_or_else(|| {
                    let vertex = short(word);
                    let problem = Problem::VertexOutside { vertex, vertices };
                    self.text.error(line, problem)
                })
        };
        let [a, b] = ends;
        Ok([place(a)?, place(b)?])
    }

    /// The place of a vertex that has a name: a new one where it is named first.
    fn named(&mut self, line: &Line<'_>, name: &'t str) -> Result<usize, NetworkError> {
        if let Some(&place) = self.names.get(name) {
            return Ok(place);
        }
        let place = self.graph.labels.len();
        let most = within("vertices", Some(place + 1), MAX_UNITS);
        most.map_err(|problem| self.text.error(line, problem))?;
        self.names.insert(name, place);
        self.graph.labels.push(name.into());
        Ok(place)
    }

    fn join(
        &mut self,
        line: &Line<'_>,
        [a, b]: [usize; 2],
        weight: Option<&str>,
    ) -> Result<(), NetworkError> {
        let label = |place: usize| self.graph.labels.get(place).cloned().unwrap_or_default();
        if a == b {
            let vertex = label(a);
            return Err(self.text.error(line, Problem::SelfLoop { vertex }));
        }
        if let Some(&first) = self.lines.get(&(a.min(b), a.max(b))) {
            let problem = Problem::DuplicateEdge {
                ends: format!("{} and {}", label(a), label(b)),
                first,
            };
            return Err(self.text.error(line, problem));
        }
        let most = within("edges", Some(self.graph.edges.len() + 1), MAX_COUPLINGS);
        most.map_err(|problem| self.text.error(line, problem))?;
        let weight = match weight {
            Some(_) if !self.weighted => {
                let reason = "a weight, which means nothing here";
                return Err(self.text.broken(line, reason, "two vertices"));
            }
            Some(word) => self.text.number(line, word)?,
            None => 1.0,
        };
        self.lines.insert((a.min(b), a.max(b)), line.number);
        self.graph.join(a, b, weight);
        Ok(())
    }
}

fn words(line: &Line<'_>) -> String {
    match line.words.len() {
        1 => "a line of one word".into(),
        count => format!("a line of {count} words"),
    }
}
