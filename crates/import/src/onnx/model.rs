//! The parts of an ONNX model that are read, by the field numbers of `onnx.proto`.
//!
//! Every message that is gone into is written down here, none contains itself, and graphs within
//! attributes are not gone into: no file can make the reader recurse.

use super::wire::{Field, Message};
use crate::error::ImportError;

/// The most nodes, tensors and attributes, each.
const MOST: usize = 1 << 16;

/// A model.
#[derive(Debug, Clone, Default)]
pub struct Model<'a> {
    /// What wrote it, like `pytorch`.
    pub producer: &'a str,
    /// The version of the standard operators.
    pub operators: i64,
    /// The graph.
    pub graph: Graph<'a>,
}

/// A graph.
#[derive(Debug, Clone, Default)]
pub struct Graph<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its nodes.
    pub nodes: Vec<Node<'a>>,
    /// The tensors that are given.
    pub tensors: Vec<RawTensor<'a>>,
    /// What it takes, given tensors included where old exporters list them.
    pub inputs: Vec<Declared<'a>>,
    /// What it gives.
    pub outputs: Vec<Declared<'a>>,
    /// Names of sparse tensors, which are not read.
    pub sparse: usize,
}

/// A name with its type.
#[derive(Debug, Clone, Default)]
pub struct Declared<'a> {
    /// The name.
    pub name: &'a str,
    /// The length of each axis, where it is known; none where no shape is given.
    pub shape: Option<Vec<Option<usize>>>,
}

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node<'a> {
    /// Its name; often empty.
    pub name: &'a str,
    /// Its operator.
    pub operator: &'a str,
    /// Where the operator is defined; empty for the standard.
    pub domain: &'a str,
    /// The names of what it takes; an empty one stands for nothing.
    pub inputs: Vec<&'a str>,
    /// The names of what it gives.
    pub outputs: Vec<&'a str>,
    /// Its attributes.
    pub attributes: Vec<Attribute<'a>>,
}

/// An attribute of a node.
#[derive(Debug, Clone)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: Setting<'a>,
}

/// The value of an attribute.
#[derive(Debug, Clone)]
pub enum Setting<'a> {
    /// A number.
    Float(f32),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Numbers.
    Floats(Vec<f32>),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Texts.
    Texts(Vec<&'a str>),
    /// A tensor.
    Tensor(Box<RawTensor<'a>>),
    /// Something that is not read.
    Other,
}

/// A tensor as the file holds it.
#[derive(Debug, Clone, Default)]
pub struct RawTensor<'a> {
    /// Its name.
    pub name: &'a str,
    /// The length of each axis.
    pub shape: Vec<i64>,
    /// The number of its element type.
    pub element: i64,
    /// Its bytes, where it is given by bytes.
    pub raw: Option<&'a [u8]>,
    /// Numbers of 32 bits.
    pub floats: Vec<f32>,
    /// Numbers of 64 bits.
    pub doubles: Vec<f64>,
    /// Whole numbers.
    pub integers: Vec<i64>,
    /// Whether its numbers stand in another file, and what is said of that.
    pub external: Option<Vec<(&'a str, &'a str)>>,
}

/// Goes through the fields of a message.
fn each<'a>(
    mut message: Message<'a>,
    mut take: impl FnMut(Field<'a>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    while let Some(field) = message.next()? {
        take(field)?;
    }
    Ok(())
}

fn push<T>(list: &mut Vec<T>, item: T, field: &Field<'_>) -> Result<(), ImportError> {
    if list.len() >= MOST {
        return Err(ImportError::Broken {
            kind: "ONNX",
            offset: field.offset,
            reason: format!("there are more than {MOST} parts of a kind"),
        });
    }
    list.push(item);
    Ok(())
}

impl<'a> Model<'a> {
    /// Reads a model.
    ///
    /// # Errors
    /// The first thing that is no ONNX.
    pub fn read(bytes: &'a [u8]) -> Result<Model<'a>, ImportError> {
        let mut model = Model::default();
        let mut found = false;
        each(Message::new(bytes, 0), |field| {
            match field.number {
                2 => model.producer = field.text()?,
                7 => {
                    model.graph = graph(field.message()?)?;
                    found = true;
                }
                8 => {
                    let (domain, version) = operator_set(field.message()?)?;
                    if matches!(domain, "" | "ai.onnx") {
                        model.operators = version;
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        if found {
            return Ok(model);
        }
        Err(ImportError::Broken {
            kind: "ONNX",
            offset: bytes.len(),
            reason: "it ends without a graph".into(),
        })
    }
}

fn operator_set(message: Message<'_>) -> Result<(&str, i64), ImportError> {
    let (mut domain, mut version) = ("", 0);
    each(message, |field| {
        match field.number {
            1 => domain = field.text()?,
            2 => version = field.integer()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((domain, version))
}

fn graph(message: Message<'_>) -> Result<Graph<'_>, ImportError> {
    let mut graph = Graph::default();
    each(message, |field| {
        match field.number {
            1 => push(&mut graph.nodes, node(field.message()?)?, &field)?,
            2 => graph.name = field.text()?,
            5 => push(&mut graph.tensors, tensor(field.message()?)?, &field)?,
            11 => push(&mut graph.inputs, declared(field.message()?)?, &field)?,
            12 => push(&mut graph.outputs, declared(field.message()?)?, &field)?,
            15 => graph.sparse += 1,
            _ => {}
        }
        Ok(())
    })?;
    Ok(graph)
}

fn node(message: Message<'_>) -> Result<Node<'_>, ImportError> {
    let mut node = Node::default();
    each(message, |field| {
        match field.number {
            1 => push(&mut node.inputs, field.text()?, &field)?,
            2 => push(&mut node.outputs, field.text()?, &field)?,
            3 => node.name = field.text()?,
            4 => node.operator = field.text()?,
            5 => push(&mut node.attributes, attribute(field.message()?)?, &field)?,
            7 => node.domain = field.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(node)
}

fn attribute(message: Message<'_>) -> Result<Attribute<'_>, ImportError> {
    let (mut name, mut kind) = ("", None);
    let (mut float, mut int, mut text) = (0.0, 0, "");
    let (mut floats, mut ints, mut texts) = (vec![], vec![], vec![]);
    let mut given = None;
    // The field that holds the value stands for its type in files without one.
    let mut seen = 0;
    each(message, |field| {
        match field.number {
            1 => name = field.text()?,
            2 => float = field.float()?,
            3 => int = field.integer()?,
            // Some texts of attributes are bytes that are none.
            4 => text = field.text().unwrap_or_default(),
            5 => given = Some(tensor(field.message()?)?),
            7 => field.floats(&mut floats)?,
            8 => field.integers(&mut ints)?,
            9 => push(&mut texts, field.text().unwrap_or_default(), &field)?,
            20 => kind = Some(field.integer()?),
            _ => {}
        }
        if (2..=9).contains(&field.number) {
            seen = field.number;
        }
        Ok(())
    })?;
    let kind = kind.unwrap_or(match seen {
        2 => 1,
        3 => 2,
        4 => 3,
        5 => 4,
        7 => 6,
        8 => 7,
        9 => 8,
        _ => 0,
    });
    let value = match (kind, given) {
        (1, _) => Setting::Float(float),
        (2, _) => Setting::Int(int),
        (3, _) => Setting::Text(text),
        (4, Some(tensor)) => Setting::Tensor(Box::new(tensor)),
        (6, _) => Setting::Floats(floats),
        (7, _) => Setting::Ints(ints),
        (8, _) => Setting::Texts(texts),
        _ => Setting::Other,
    };
    Ok(Attribute { name, value })
}

fn tensor(message: Message<'_>) -> Result<RawTensor<'_>, ImportError> {
    let mut tensor = RawTensor::default();
    let (mut entries, mut is_external) = (vec![], false);
    each(message, |field| {
        match field.number {
            1 => field.integers(&mut tensor.shape)?,
            2 => tensor.element = field.integer()?,
            4 => field.floats(&mut tensor.floats)?,
            5 | 7 | 11 => field.integers(&mut tensor.integers)?,
            8 => tensor.name = field.text()?,
            9 => tensor.raw = Some(field.bytes()?),
            10 => field.doubles(&mut tensor.doubles)?,
            13 => push(&mut entries, entry(field.message()?)?, &field)?,
            14 => is_external = field.integer()? != 0,
            _ => {}
        }
        Ok(())
    })?;
    if is_external || !entries.is_empty() {
        tensor.external = Some(entries);
    }
    Ok(tensor)
}

fn entry(message: Message<'_>) -> Result<(&str, &str), ImportError> {
    let (mut key, mut value) = ("", "");
    each(message, |field| {
        match field.number {
            1 => key = field.text()?,
            2 => value = field.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((key, value))
}

fn declared(message: Message<'_>) -> Result<Declared<'_>, ImportError> {
    let mut declared = Declared::default();
    each(message, |field| {
        match field.number {
            1 => declared.name = field.text()?,
            2 => declared.shape = of_type(field.message()?)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(declared)
}

/// The shape of a type, where it is that of a tensor.
fn of_type(message: Message<'_>) -> Result<Option<Vec<Option<usize>>>, ImportError> {
    let mut found = None;
    each(message, |field| {
        if field.number == 1 {
            each(field.message()?, |field| {
                if field.number == 2 {
                    found = Some(lengths(field.message()?)?);
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(found)
}

fn lengths(message: Message<'_>) -> Result<Vec<Option<usize>>, ImportError> {
    let mut shape = vec![];
    each(message, |field| {
        if field.number == 1 {
            let mut length = None;
            each(field.message()?, |field| {
                if field.number == 1 {
                    // Exporters write 0 and -1 for what is not known.
                    length = usize::try_from(field.integer()?).ok().filter(|&it| it > 0);
                }
                Ok(())
            })?;
            push(&mut shape, length, &field)?;
        }
        Ok(())
    })?;
    Ok(shape)
}
