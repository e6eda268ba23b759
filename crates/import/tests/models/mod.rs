//! Models written by hand, and how they are refused.
#![allow(dead_code, reason = "each test takes a part of it")]

use std::path::Path;
use std::time::{Duration, Instant};

use import::{ImportError, OnnxOptions, parse_onnx};

/// Protocol buffers, written by hand.
#[derive(Default, Clone)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn varint(mut self, mut value: u64) -> Writer {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    pub fn int(self, field: u64, value: i64) -> Writer {
        self.varint(field << 3).varint(value as u64)
    }

    pub fn bytes(self, field: u64, bytes: &[u8]) -> Writer {
        let mut writer = self.varint(field << 3 | 2).varint(bytes.len() as u64);
        writer.0.extend_from_slice(bytes);
        writer
    }

    pub fn text(self, field: u64, text: &str) -> Writer {
        self.bytes(field, text.as_bytes())
    }

    pub fn message(self, field: u64, message: Writer) -> Writer {
        self.bytes(field, &message.0)
    }

    pub fn float(self, field: u64, value: f32) -> Writer {
        let mut writer = self.varint(field << 3 | 5);
        writer.0.extend(value.to_le_bytes());
        writer
    }
}

pub fn new() -> Writer {
    Writer::default()
}

/// A tensor of 32-bit numbers, all of them a quarter.
pub fn tensor(name: &str, shape: &[i64]) -> Writer {
    let count: i64 = shape.iter().product();
    let raw: Vec<u8> = (0..count).flat_map(|_| 0.25f32.to_le_bytes()).collect();
    let shaped = shape
        .iter()
        .fold(new(), |writer, &length| writer.int(1, length));
    shaped.int(2, 1).text(8, name).bytes(9, &raw)
}

pub fn declared(name: &str, shape: &[i64]) -> Writer {
    let dimension = |writer: Writer, &length: &i64| writer.message(1, new().int(1, length));
    let shape = shape.iter().fold(new(), dimension);
    let of = new().message(1, new().int(1, 1).message(2, shape));
    new().text(1, name).message(2, of)
}

pub fn node(operator: &str, inputs: &[&str], outputs: &[&str], attributes: &[Writer]) -> Writer {
    let node = inputs.iter().fold(new(), |node, name| node.text(1, name));
    let node = outputs.iter().fold(node, |node, name| node.text(2, name));
    let node = node.text(4, operator);
    attributes
        .iter()
        .fold(node, |node, attribute| node.message(5, attribute.clone()))
}

pub fn text_attribute(name: &str, value: &str) -> Writer {
    new().text(1, name).text(4, value).int(20, 3)
}

pub fn ints_attribute(name: &str, values: &[i64]) -> Writer {
    let all = values
        .iter()
        .fold(new().text(1, name), |it, &value| it.int(8, value));
    all.int(20, 7)
}

pub fn int_attribute(name: &str, value: i64) -> Writer {
    new().text(1, name).int(3, value).int(20, 2)
}

pub fn float_attribute(name: &str, value: f32) -> Writer {
    new().text(1, name).float(2, value).int(20, 1)
}

pub fn texts_attribute(name: &str, values: &[&str]) -> Writer {
    let all = values
        .iter()
        .fold(new().text(1, name), |it, value| it.text(9, value));
    all.int(20, 8)
}

pub fn model(
    nodes: &[Writer],
    tensors: &[Writer],
    inputs: &[Writer],
    outputs: &[Writer],
) -> Vec<u8> {
    let graph = nodes
        .iter()
        .fold(new(), |graph, node| graph.message(1, node.clone()));
    let graph = tensors
        .iter()
        .fold(graph, |graph, it| graph.message(5, it.clone()));
    let graph = inputs
        .iter()
        .fold(graph, |graph, it| graph.message(11, it.clone()));
    let graph = outputs
        .iter()
        .fold(graph, |graph, it| graph.message(12, it.clone()));
    let operators = new().text(1, "").int(2, 22);
    new().int(1, 10).message(7, graph).message(8, operators).0
}

pub fn refused_as(title: &str, bytes: &[u8]) -> ImportError {
    let start = Instant::now();
    let error = parse_onnx(bytes, Path::new("DIR"), &OnnxOptions::default());
    // Most take microseconds; the machine may be busy.
    assert!(start.elapsed() < Duration::from_secs(5));
    error.expect_err(title)
}

pub fn shown(cases: &[(&str, Vec<u8>)]) -> String {
    let text = |(title, bytes): &(&str, Vec<u8>)| {
        let error = refused_as(title, bytes);
        let expected = error.expected().unwrap_or_default();
        format!(
            "--- {title}\n{}: {error}\nexpected: {expected}\n",
            error.code()
        )
    };
    cases.iter().map(text).collect()
}
