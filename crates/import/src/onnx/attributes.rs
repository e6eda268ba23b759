//! The attributes of a node.

use super::model::{Node, Setting};
use crate::error::one_line;

/// Why something cannot be built.
pub type Reason = String;

/// The attributes of a node, each of which is known.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a> {
    node: &'a Node<'a>,
}

impl<'a> Attributes<'a> {
    /// Those of a node that may have these.
    ///
    /// # Errors
    /// One that it may not have.
    pub fn of(node: &'a Node<'a>, known: &[&str]) -> Result<Attributes<'a>, Reason> {
        let mut names = node.attributes.iter().map(|attribute| attribute.name);
        match names.find(|name| !known.contains(name)) {
            None => Ok(Attributes { node }),
            Some(other) => Err(format!("the attribute `{}` is not known", one_line(other))),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Setting<'a>> {
        let mut all = self.node.attributes.iter();
        all.find(|attribute| attribute.name == name)
            .map(|attribute| &attribute.value)
    }

    /// A whole number.
    pub fn int(&self, name: &str, default: i64) -> Result<i64, Reason> {
        match self.get(name) {
            None => Ok(default),
            Some(Setting::Int(value)) => Ok(*value),
            Some(_) => Err(wrong(name, "a whole number")),
        }
    }

    /// 0 or 1.
    pub fn flag(&self, name: &str) -> Result<bool, Reason> {
        match self.int(name, 0)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("`{name}` is {other}, neither 0 nor 1")),
        }
    }

    /// A number.
    pub fn float(&self, name: &str) -> Result<Option<f64>, Reason> {
        match self.get(name) {
            None => Ok(None),
            Some(Setting::Float(value)) => Ok(Some(f64::from(*value))),
            Some(_) => Err(wrong(name, "a number")),
        }
    }

    /// Numbers; none where they are not given.
    pub fn floats(&self, name: &str) -> Result<Vec<f64>, Reason> {
        match self.get(name) {
            None => Ok(vec![]),
            Some(Setting::Floats(values)) => Ok(values.iter().map(|&it| f64::from(it)).collect()),
            Some(_) => Err(wrong(name, "a list of numbers")),
        }
    }

    /// Whole numbers.
    pub fn ints(&self, name: &str) -> Result<Option<Vec<i64>>, Reason> {
        match self.get(name) {
            None => Ok(None),
            Some(Setting::Ints(values)) => Ok(Some(values.clone())),
            Some(_) => Err(wrong(name, "a list of whole numbers")),
        }
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Reason> {
        match self.get(name) {
            None => Ok(None),
            Some(Setting::Text(value)) => Ok(Some(value)),
            Some(_) => Err(wrong(name, "a text")),
        }
    }

    /// Texts; none where they are not given.
    pub fn texts(&self, name: &str) -> Result<&'a [&'a str], Reason> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Setting::Texts(values)) => Ok(values),
            Some(_) => Err(wrong(name, "a list of texts")),
        }
    }
}

fn wrong(name: &str, wanted: &str) -> Reason {
    format!("`{name}` is not {wanted}")
}
