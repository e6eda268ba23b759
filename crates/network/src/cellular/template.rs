//! Templates: the coupling of a cell with its neighbours.

use crate::problem::Problem;

/// A space-invariant template. `a` and `b` have (2 radius + 1)^2 numbers, row by row, rows from
/// north to south and columns from west to east; the number at an offset multiplies the neighbour
/// at that offset (a correlation; nothing is flipped).
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// 1 for 3 x 3, 2 for 5 x 5.
    pub radius: usize,
    /// Feedback from the outputs.
    pub a: Vec<f64>,
    /// Control by the input.
    pub b: Vec<f64>,
    /// The threshold.
    pub z: f64,
}

impl Template {
    /// A template from rows of numbers; a missing one is 0, and the smaller of the two is
    /// surrounded by zeros.
    ///
    /// # Errors
    /// [`Problem::TemplateShape`] or [`Problem::NotFinite`].
    pub fn new(
        a: Option<&[Vec<f64>]>,
        b: Option<&[Vec<f64>]>,
        z: f64,
    ) -> Result<Template, Problem> {
        let mut radius = 1;
        for rows in [a, b].into_iter().flatten() {
            radius = radius.max(Template::radius_of(rows)?);
        }
        if !z.is_finite() {
            let position = "z".to_string();
            return Err(Problem::NotFinite {
                what: "the template",
                value: z,
                position,
            });
        }
        Ok(Template {
            radius,
            a: padded(a, radius),
            b: padded(b, radius),
            z,
        })
    }

    /// The radius of a square of 1, 3 or 5 rows of finite numbers.
    ///
    /// # Errors
    /// [`Problem::TemplateShape`] or [`Problem::NotFinite`].
    pub fn radius_of(rows: &[Vec<f64>]) -> Result<usize, Problem> {
        let size = rows.len();
        if let Some(row) = rows.iter().find(|row| row.len() != size) {
            let found = format!("{size} rows and a row of {} numbers", row.len());
            return Err(Problem::TemplateShape { found });
        }
        if ![1, 3, 5].contains(&size) {
            return Err(Problem::TemplateShape {
                found: format!("{size} rows"),
            });
        }
        let values = rows
            .iter()
            .enumerate()
            .flat_map(|(i, row)| row.iter().enumerate().map(move |(j, &value)| (i, j, value)));
        if let Some((i, j, value)) = values.into_iter().find(|entry| !entry.2.is_finite()) {
            let position = format!("row {i}, column {j}");
            return Err(Problem::NotFinite {
                what: "the template",
                value,
                position,
            });
        }
        Ok(size / 2)
    }

    /// Rows and columns: 3 or 5.
    pub fn size(&self) -> usize {
        2 * self.radius + 1
    }

    /// The largest |sum A y + sum B u + z| for outputs and inputs within -1..1.
    pub fn field_bound(&self) -> f64 {
        self.z.abs()
            + self
                .a
                .iter()
                .chain(&self.b)
                .map(|value| value.abs())
                .sum::<f64>()
    }

    /// Whether A is the same when it is turned by half a turn: `A(k, l) = A(-k, -l)`, so that the
    /// coupling of any two cells is symmetric.
    pub fn is_symmetric(&self) -> bool {
        self.a.iter().eq(self.a.iter().rev())
    }

    /// The feedback of a cell on itself.
    pub fn centre(&self) -> f64 {
        self.a.get(self.a.len() / 2).copied().unwrap_or(0.0)
    }

    /// Whether a cell depends on the input at all.
    pub fn uses_input(&self) -> bool {
        self.b.iter().any(|&value| value != 0.0)
    }
}

fn padded(rows: Option<&[Vec<f64>]>, radius: usize) -> Vec<f64> {
    let size = 2 * radius + 1;
    let mut out = vec![0.0; size * size];
    let rows = rows.unwrap_or_default();
    let margin = (size - rows.len().min(size)) / 2;
    for (i, row) in rows.iter().enumerate() {
        for (j, &value) in row.iter().enumerate() {
            if let Some(place) = out.get_mut((i + margin) * size + j + margin) {
                *place = value;
            }
        }
    }
    out
}
