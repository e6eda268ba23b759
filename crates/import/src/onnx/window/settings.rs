//! What the attributes of a convolution or a pool say.

use network::description::MAX_SIDE;
use network::sequence::{Axis, Way, Window};

use super::SINGLE;
use crate::error::one_line;
use crate::onnx::attributes::{Attributes, Reason};
use crate::onnx::model::Node;

/// How padding is found that is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auto {
    /// It is given.
    Off,
    /// None.
    Valid,
    /// As much as makes the output as long as the input, divided by the stride; an odd one behind the
    /// end.
    SameUpper,
    /// The same, an odd one before the start.
    SameLower,
}

/// What the attributes of a convolution or a pool say.
pub struct Settings {
    auto: Auto,
    /// Elements of the window along each axis.
    pub kernel: Option<Vec<usize>>,
    stride: Option<Vec<usize>>,
    dilation: Option<Vec<usize>>,
    padding: Option<Vec<usize>>,
    output_padding: Option<Vec<usize>>,
    output_shape: Option<Vec<usize>>,
    /// Groups of channels.
    pub groups: usize,
    round_up: bool,
    /// Whether a mean counts what stands beyond the input.
    pub count_padding: bool,
}

impl Settings {
    /// Of a window that goes over its input one place after the other.
    pub fn plain() -> Settings {
        Settings {
            auto: Auto::Off,
            kernel: None,
            stride: None,
            dilation: None,
            padding: None,
            output_padding: None,
            output_shape: None,
            groups: 1,
            round_up: false,
            count_padding: false,
        }
    }

    /// Reads and checks them.
    pub fn read(node: &Node<'_>) -> Result<Settings, Reason> {
        let own: &[&str] = match node.operator {
            "Conv" => &["group"],
            "ConvTranspose" => &["group", "output_padding", "output_shape"],
            "MaxPool" => &["ceil_mode", "storage_order"],
            _ => &["ceil_mode", "count_include_pad"],
        };
        let common = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];
        let given = Attributes::of(node, &[&common, own].concat())?;
        let auto = match given.text("auto_pad")?.unwrap_or("NOTSET") {
            "NOTSET" => Auto::Off,
            "VALID" => Auto::Valid,
            "SAME_UPPER" => Auto::SameUpper,
            "SAME_LOWER" => Auto::SameLower,
            other => return Err(format!("`auto_pad` is `{}`", one_line(other))),
        };
        let list = |name: &str, least: usize| sizes(&given, name, least);
        let padding = list("pads", 0)?;
        if auto != Auto::Off && padding.iter().flatten().any(|&it| it > 0) {
            return Err("it has `pads` and `auto_pad`, of which one has no meaning".into());
        }
        // The order in which indices would count; that of what is pooled is the same.
        given.flag("storage_order")?;
        let groups = usize::try_from(given.int("group", 1)?).ok();
        Ok(Settings {
            auto,
            kernel: list("kernel_shape", 1)?,
            stride: list("strides", 1)?,
            dilation: list("dilations", 1)?,
            padding,
            output_padding: list("output_padding", 0)?,
            output_shape: list("output_shape", 1)?,
            groups: groups
                .filter(|it| (1..=MAX_SIDE).contains(it))
                .ok_or("`group` is not above 0, or too large")?,
            round_up: given.flag("ceil_mode")?,
            count_padding: given.flag("count_include_pad")?,
        })
    }

    /// Whether it sees places beyond its input.
    pub fn has_padding(&self) -> bool {
        self.auto != Auto::Off || self.padding.iter().flatten().any(|&it| it > 0)
    }

    /// The same with the zeros that `Pad` added before and behind each axis of what it takes as
    /// padding of its own. Zeros give a transposed convolution nothing but more places of output,
    /// which is less padding.
    pub fn behind(mut self, zeros: &[(usize, usize)], way: Way) -> Result<Settings, Reason> {
        if zeros.is_empty() {
            return Ok(self);
        }
        let (others, places) = zeros.split_at(zeros.len().min(2));
        if others.iter().any(|&it| it != (0, 0)) {
            return Err("`Pad` before it adds zeros to an axis that it does not go over".into());
        }
        let computed = matches!(self.auto, Auto::SameUpper | Auto::SameLower);
        if computed || self.round_up || self.output_shape.is_some() {
            return Err(
                "`Pad` before it adds zeros, and its own padding depends on what it takes \
                 (`auto_pad`, `ceil_mode`, `output_shape`): give `pads`"
                    .into(),
            );
        }
        let none = || vec![0; 2 * places.len()];
        let mut padding = self.padding.take().unwrap_or_else(none);
        let strides = (0..places.len()).map(|at| {
            let strides = self.stride.as_ref();
            strides.and_then(|it| it.get(at)).copied().unwrap_or(1)
        });
        let sides = places.iter().zip(strides);
        let before = sides.clone().map(|(zeros, stride)| (zeros.0, stride));
        let all = before.chain(sides.map(|(zeros, stride)| (zeros.1, stride)));
        for (own, (zeros, stride)) in padding.iter_mut().zip(all) {
            let sum = match way {
                Way::Forward => own.checked_add(zeros),
                Way::Transposed => zeros
                    .checked_mul(stride)
                    .and_then(|zeros| own.checked_sub(zeros)),
            };
            *own = sum.ok_or(
                "`Pad` before it makes its output longer than its windows reach, which is not \
                 built",
            )?;
        }
        self.padding = Some(padding);
        Ok(self)
    }

    /// The window over so many channels of an input of these lengths, of one dimension or two.
    pub fn window(
        &self,
        channels: usize,
        lengths: &[usize],
        kernel: &[usize],
        way: Way,
    ) -> Result<Window, Reason> {
        let dimensions = lengths.len();
        let lists = [
            ("kernel_shape", self.kernel.as_ref(), dimensions),
            ("strides", self.stride.as_ref(), dimensions),
            ("dilations", self.dilation.as_ref(), dimensions),
            ("pads", self.padding.as_ref(), 2 * dimensions),
            ("output_padding", self.output_padding.as_ref(), dimensions),
        ];
        for (name, list, wanted) in lists {
            if let Some(found) = list.map(Vec::len).filter(|&found| found != wanted) {
                return Err(format!(
                    "`{name}` has {found} numbers, and {wanted} are wanted"
                ));
            }
        }
        if self.kernel.as_ref().is_some_and(|given| given != kernel) {
            return Err("`kernel_shape` is not that of its weights".into());
        }
        let all = lengths.iter().chain(kernel).chain([&channels]);
        if let Some(most) = all.copied().find(|it| !(1..=MAX_SIDE).contains(it)) {
            return Err(format!("a length is {most}, and 1 to {MAX_SIDE} are built"));
        }
        let of = |list: &Option<Vec<usize>>, at: usize, other: usize| {
            let found = list.as_ref().and_then(|list| list.get(at));
            found.copied().unwrap_or(other)
        };
        let mut axes = [SINGLE; 2];
        let places = axes.iter_mut().skip(2 - dimensions);
        for (at, (axis, (&input, &kernel))) in places.zip(lengths.iter().zip(kernel)).enumerate() {
            *axis = Axis {
                input,
                kernel,
                stride: of(&self.stride, at, 1),
                dilation: of(&self.dilation, at, 1),
                padding: (
                    of(&self.padding, at, 0),
                    of(&self.padding, dimensions + at, 0),
                ),
                output_padding: of(&self.output_padding, at, 0),
            };
            match way {
                Way::Forward => self.pad(axis)?,
                Way::Transposed => self.pad_transposed(axis, at, dimensions)?,
            }
        }
        Ok(Window {
            channels,
            axes,
            groups: self.groups,
            way,
        })
    }

    /// The padding of a convolution or a pool.
    fn pad(&self, axis: &mut Axis) -> Result<(), Reason> {
        let reach = axis.reach();
        if matches!(self.auto, Auto::SameUpper | Auto::SameLower) {
            if axis.dilation > 1 && axis.kernel > 1 {
                return Err(
                    "programs disagree about `auto_pad` with `dilations`: give `pads`".into(),
                );
            }
            let windows = axis.input.div_ceil(axis.stride);
            let all = ((windows - 1) * axis.stride + reach).saturating_sub(axis.input);
            axis.padding = match self.auto {
                Auto::SameUpper => (all / 2, all - all / 2),
                _ => (all - all / 2, all / 2),
            };
        }
        if !self.round_up {
            return Ok(());
        }
        // One window more, which begins within the input or the padding before it, but ends behind
        // the padding behind it.
        let all = axis.input + axis.padding.0 + axis.padding.1;
        let Some(space) = all.checked_sub(reach) else {
            return Ok(());
        };
        let last = space.div_ceil(axis.stride) * axis.stride;
        if last >= axis.input + axis.padding.0 || last <= space {
            return Ok(());
        }
        if self.count_padding {
            return Err(
                "`ceil_mode` makes a window that ends beyond the padding, and \
                        `count_include_pad` counts what is there in some programs and not in others"
                    .into(),
            );
        }
        axis.padding.1 += last - space;
        Ok(())
    }

    /// The padding of a transposed convolution.
    fn pad_transposed(&self, axis: &mut Axis, at: usize, dimensions: usize) -> Result<(), Reason> {
        let wanted = match (&self.output_shape, self.auto) {
            (Some(shape), _) => {
                // Some write the whole shape, and some that of the places alone.
                let first = shape.len().checked_sub(dimensions);
                let found = first.and_then(|first| shape.get(first + at));
                Some(*found.ok_or("`output_shape` has too few numbers")?)
            }
            (None, Auto::SameUpper | Auto::SameLower) => Some(axis.input * axis.stride),
            (None, Auto::Off | Auto::Valid) => None,
        };
        let Some(wanted) = wanted else {
            return Ok(());
        };
        if self.padding.iter().flatten().any(|&it| it > 0) {
            return Err("it has `pads` and `output_shape`, of which one has no meaning".into());
        }
        let reach = axis.reach();
        let whole = (axis.input - 1) * axis.stride + reach + axis.output_padding;
        let all = whole.checked_sub(wanted);
        let all = all.ok_or("its output is longer than its windows reach")?;
        axis.padding = match self.auto {
            _ if all.is_multiple_of(2) => (all / 2, all / 2),
            Auto::SameUpper => (all / 2, all - all / 2),
            _ => (all - all / 2, all / 2),
        };
        Ok(())
    }
}

/// Sizes that an attribute lists, each from `least` to what a description takes.
fn sizes(given: &Attributes<'_>, name: &str, least: usize) -> Result<Option<Vec<usize>>, Reason> {
    let Some(list) = given.ints(name)? else {
        return Ok(None);
    };
    let size = |&number: &i64| {
        let size = usize::try_from(number).ok();
        size.filter(|size| (least..=MAX_SIDE).contains(size))
            .ok_or_else(|| format!("`{name}` has {number}, and {least} to {MAX_SIDE} are built"))
    };
    list.iter().map(size).collect::<Result<_, _>>().map(Some)
}
