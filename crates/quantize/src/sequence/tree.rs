//! Tree networks in integers.
//!
//! The top of the stack is kept, and each value also stands in a memory at its place, the bottom at
//! 0: what lies below the top is recalled from there. `NAME_control` counts the values and judges the
//! token; `NAME_unary` and `NAME_binary` make what every operator gives for the values on the stack;
//! `NAME` chooses the new top. A token that cannot be done chooses the top that was there, and a last
//! stage `fault` says what was wrong first.

use network::Matrix;
use network::sequence::{Fault, Output, Postfix, Tree};
use program::{
    Format, NodeId, Overflow, Part, Recalled, Role, Rounding, Table, TableId, VectorId, When,
    rounding::nearest,
};

use super::chain::{Chain, Flow};
use super::function::Use;
use super::tokens::number_format;
use crate::QuantizeError;
use crate::assembly::{New, Wide, Written};

/// How a count that lies below 0 or above what it counts to is held.
const HELD: (Rounding, Overflow) = (Rounding::Floor, Overflow::Saturate);

/// Values that are said to be taken by what is no token: more than any operator takes.
const UNKNOWN: i64 = 3;

/// What is kept about the program beside its values.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// How many values there are.
    values: VectorId,
    /// The number of the first fault.
    fault: VectorId,
    /// The place below the top.
    below: VectorId,
}

/// What a token is found to do.
struct Judged {
    /// The token, or the number after the last one where it cannot be done.
    chosen: Flow,
    /// The place of the new top.
    place: VectorId,
}

impl Chain<'_> {
    /// The stages of a tree network.
    ///
    /// # Errors
    /// When the table of its leaves is too large.
    pub fn tree(
        &mut self,
        name: &str,
        cell: &Tree,
        token: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let (postfix, data) = (&cell.postfix, self.formats.data);
        let address = number_format(postfix.depth)?;
        let top = self.kept(&format!("{name}_top"), &vec![0.0; cell.units()], data);
        let control = self.control(name, postfix, address)?;
        let judged = self.judge(name, (postfix, address), token, control)?;
        let recalled = Role::Recalled(Recalled {
            of: top.vector,
            read: control.below,
            write: judged.place,
            words: Table::length(address),
        });
        let below = Flow {
            vector: self
                .assembly
                .vector(&format!("{name}_below"), top.elements, data, recalled),
            ..top
        };
        let mut operators = vec![];
        let unary = (postfix.unary.len(), &cell.unary, &cell.unary_bias[..]);
        operators.extend(self.operators((name, "unary"), cell, top, unary)?);
        let both = self.beside(&format!("{name}_operands"), &[below, top]);
        let binary = (postfix.binary.len(), &cell.binary, &cell.binary_bias[..]);
        operators.extend(self.operators((name, "binary"), cell, both, binary)?);
        self.control = Some(control);
        self.choose(name, cell, (judged.chosen, top, operators), last)
    }

    fn control(
        &mut self,
        name: &str,
        postfix: &Postfix,
        address: Format,
    ) -> Result<Control, QuantizeError> {
        let most = Fault::ALL.map(Fault::number).into_iter().max();
        let values = number_format(postfix.depth.saturating_add(1))?;
        let fault = number_format(usize::from(most.unwrap_or(0)) + 1)?;
        let mut kept = |word: &str, format| {
            let name = format!("{name}_{word}");
            self.kept(&name, &[0.0], format).vector
        };
        Ok(Control {
            values: kept("values", values),
            fault: kept("fault", fault),
            below: kept("below_place", address),
        })
    }

    /// The stage that counts the values: whether a token can be done is what [`Postfix::after`] says.
    fn judge(
        &mut self,
        name: &str,
        (postfix, address): (&Postfix, Format),
        token: Flow,
        control: Control,
    ) -> Result<Judged, QuantizeError> {
        let takes = self.takes(name, postfix, token)?;
        let format = |vector| self.assembly.format(vector);
        let (counts, faults) = (format(control.values), format(control.fault));
        let tokens = format(token.vector);
        let stage = format!("{name}_control");
        let build = |apply: &mut Wide<'_>| {
            let token = apply.element("token", token.vector)?;
            let values = apply.element("values", control.values)?;
            let takes = apply.lookup("takes", token, takes)?;
            let left = apply.minus("left", values, takes)?;
            let known = apply.constant("most_taken", UNKNOWN - 1)?;
            let full = apply.constant("most_left", postfix.depth as i64 - 1)?;
            let wrong = [
                (Fault::Unknown, apply.less("is_unknown", known, takes)?),
                (Fault::Operands, apply.less("is_short", values, takes)?),
                (Fault::Full, apply.less("is_full", full, left)?),
            ];
            let mut found = apply.known("no_fault", 0, faults)?;
            for (fault, is_wrong) in wrong.into_iter().rev() {
                let word = format!("{fault:?}").to_lowercase();
                let number =
                    apply.known(&format!("number_{word}"), fault.number().into(), faults)?;
                found = apply.select(&format!("found_{word}"), is_wrong, (number, found))?;
            }
            let one = apply.constant("one", 1)?;
            let done = apply.less("is_done", found, one)?;
            let risen = apply.plus("risen", left, one)?;
            let risen = apply.resized("risen_held", risen, counts, HELD)?;
            let after = apply.select("values_after", done, (risen, values))?;
            let before = apply.element("fault_before", control.fault)?;
            let first = apply.less("is_first", before, one)?;
            let fault = apply.select("fault_after", first, (found, before))?;
            let two = apply.constant("two", 2)?;
            let top = apply.minus("top_place", after, one)?;
            let top = apply.resized("top_place_held", top, address, HELD)?;
            let below = apply.minus("below_place", after, two)?;
            let below = apply.resized("below_place_held", below, address, HELD)?;
            let none = apply.known("no_token", postfix.tokens() as i64, tokens)?;
            let chosen = apply.select("chosen", done, (token, none))?;
            let new = |word: &str, node| New {
                name: format!("{name}_{word}").into(),
                units: 1,
                role: Role::Signal,
                node,
            };
            Ok(Written {
                known: vec![
                    (control.values, after),
                    (control.fault, fault),
                    (control.below, below),
                ],
                new: vec![new("chosen", chosen), new("top_place", top)],
                rest: None,
            })
        };
        let made = self
            .assembly
            .stage(&stage, When::EveryStep, vec![], build)?;
        match made.as_slice() {
            &[chosen, place] => Ok(Judged {
                chosen: Flow {
                    vector: chosen,
                    ..token
                },
                place,
            }),
            _ => Err(QuantizeError::Mismatched),
        }
    }

    /// The table of how many values each token takes.
    fn takes(
        &mut self,
        name: &str,
        postfix: &Postfix,
        token: Flow,
    ) -> Result<TableId, QuantizeError> {
        let input = self.assembly.format(token.vector);
        let takes = |number: usize| {
            let token = postfix.token(number as f64);
            token.map_or(UNKNOWN, |token| token.takes() as i64)
        };
        Ok(self.assembly.table(Table {
            name: format!("{name}_takes"),
            input,
            output: number_format(UNKNOWN as usize + 1)?,
            entries: (0..Table::length(input)).map(takes).collect(),
        }))
    }

    /// The stage of all operators of a kind; what each of them gives.
    fn operators(
        &mut self,
        (name, kind): (&str, &str),
        cell: &Tree,
        read: Flow,
        (count, weights, bias): (usize, &Matrix, &[f64]),
    ) -> Result<Vec<VectorId>, QuantizeError> {
        if count == 0 {
            return Ok(vec![]);
        }
        let stage = format!("{name}_{kind}");
        let source = self.source(&stage, read, weights, bias)?;
        let function = self.function(Use {
            activation: &cell.activation,
            bound: self.bound(read, weights, bias),
            clip: None,
            output: self.formats.data,
        })?;
        let given = (format!("{stage}_given"), false);
        let made = self.writing(&stage, vec![source], weights.rows(), given, |apply| {
            let sum = apply.gathered("sum", 0)?;
            function.of(apply, "h", sum)
        })?;
        let units = cell.units();
        let mut view = |operator: usize| {
            let part = Part {
                of: made.vector,
                first: operator * units,
                count: units,
            };
            let name = format!("{stage}{operator}_given");
            self.joined(&name, vec![part]).vector
        };
        Ok((0..count).map(&mut view).collect())
    }

    /// The stage of the new top: a leaf, what an operator gave, or what was there.
    fn choose(
        &mut self,
        name: &str,
        cell: &Tree,
        (chosen, top, operators): (Flow, Flow, Vec<VectorId>),
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let (units, data) = (cell.units(), self.formats.data);
        let leaves = cell.postfix.leaves.len();
        let entry = |leaf, unit| nearest(cell.embedding.get(leaf, unit), data).unwrap_or(0);
        let shape = (leaves, units);
        let (rows, leaf) = self.rows(name, chosen, shape, (data, entry))?;
        for (_, _, value) in cell.embedding.links() {
            let word = nearest(value, data).unwrap_or(0);
            self.lost((data.value(word) - value).abs());
        }
        let token = self.spread(&format!("{name}_token"), chosen, &vec![0.0; units])?;
        self.moving(name, vec![leaf, token], top, last, |apply| {
            let mut candidates = vec![(0, rows.of(apply, "leaf", 0)?)];
            let token = apply.gathered("token", 1)?;
            for (at, operator) in operators.iter().enumerate() {
                let given = apply.element(&format!("operator{at}"), *operator)?;
                candidates.push((leaves + at, given));
            }
            let before = apply.element("before", top.vector)?;
            candidates.push((leaves + operators.len(), before));
            pick(apply, token, &candidates)
        })
    }

    /// The stage that says what is wrong with the program, where the network takes one: the number of
    /// the first fault, of one that is known at the end where it gives its output then.
    ///
    /// # Errors
    /// None but those of a vector that is not there.
    pub fn faults(&mut self) -> Result<(), QuantizeError> {
        let Some(control) = self.control else {
            return Ok(());
        };
        let role = self.giving();
        // What goes through a program more than once gives nothing before its end.
        let ends = self.network.output == Output::Last || self.passes.is_some();
        let faults = self.assembly.format(control.fault);
        let build = |apply: &mut Wide<'_>| {
            let mut shown = apply.element("first_fault", control.fault)?;
            if ends {
                let values = apply.element("values", control.values)?;
                let one = apply.constant("one", 1)?;
                let left = apply.known("left", Fault::Left.number().into(), faults)?;
                let many = apply.less("is_many", one, values)?;
                let none = apply.less("is_none", shown, one)?;
                let at_end = apply.select("left_at_end", many, (left, shown))?;
                shown = apply.select("shown", none, (at_end, shown))?;
            }
            let new = New {
                name: "fault".into(),
                units: 1,
                role,
                node: shown,
            };
            Ok(Written {
                new: vec![new],
                ..Written::default()
            })
        };
        let (stage, when) = ("fault", When::EveryStep);
        self.assembly.stage(stage, when, vec![], build).map(|_| ())
    }
}

/// The last of the candidates whose first token is not above the given one: by halves.
fn pick(
    apply: &mut Wide<'_>,
    token: NodeId,
    candidates: &[(usize, NodeId)],
) -> Result<NodeId, QuantizeError> {
    let (low, high) = candidates.split_at(candidates.len() / 2);
    match (low, high) {
        ([], [(_, only)]) => Ok(*only),
        (_, [(first, _), ..]) => {
            let start = apply.constant(&format!("first{first}"), *first as i64)?;
            let below = apply.less(&format!("is_below{first}"), token, start)?;
            let low = pick(apply, token, low)?;
            let high = pick(apply, token, high)?;
            apply.select(&format!("from{first}"), below, (low, high))
        }
        _ => Err(QuantizeError::Mismatched),
    }
}
