//! What can be said about a cellular array before it runs.

use super::{Boundary, Cellular, Model};
use crate::fact::{Fact, Level};

impl Cellular {
    /// The facts of this network; of the integer network when its template is the one after
    /// rounding and `level` says so.
    pub fn facts(&self, level: Level) -> Vec<Fact> {
        vec![
            self.symmetry(level),
            self.bound(level),
            self.outputs(level),
            self.border(level),
        ]
    }

    fn symmetry(&self, level: Level) -> Fact {
        let symmetric = self.template.is_symmetric();
        Fact {
            name: "symmetric_feedback",
            level,
            holds: Some(symmetric),
            value: None,
            text: if symmetric {
                "A is symmetric: the differential equation always settles (Chua & Yang 1988)".into()
            } else {
                "A is not symmetric: settling is not assured for every input".into()
            },
        }
    }

    fn bound(&self, level: Level) -> Fact {
        let bound = self.state_bound();
        let text = format!("no state leaves -{bound} .. {bound}");
        Fact {
            name: "state_bound",
            level,
            holds: Some(true),
            value: Some(bound),
            text,
        }
    }

    /// Chua & Yang 1988, theorem 5: a centre above 1 drives every output to -1 or 1.
    fn outputs(&self, level: Level) -> Fact {
        let centre = self.template.centre();
        let holds = match self.model {
            Model::Discrete => Some(true),
            Model::Clipped | Model::ChuaYang { .. } if centre > 1.0 => Some(true),
            Model::Clipped | Model::ChuaYang { .. } => None,
        };
        let text = match (self.model, holds) {
            (Model::Discrete, _) => "every output is -1 or 1".into(),
            (_, Some(_)) => {
                format!(
                    "the feedback of a cell on itself is {centre} > 1: settled outputs are -1 or 1"
                )
            }
            _ => {
                format!("the feedback of a cell on itself is {centre}: settled outputs may be grey")
            }
        };
        Fact {
            name: "binary_outputs",
            level,
            holds,
            value: Some(centre),
            text,
        }
    }

    fn border(&self, level: Level) -> Fact {
        let white = self.boundary == Boundary::Fixed(-1.0);
        let text = if white {
            "the border is white, for which the built-in templates are exact"
        } else {
            "the built-in templates are exact for a white border only"
        };
        let (holds, text) = (Some(white), text.to_string());
        Fact {
            name: "white_border",
            level,
            holds,
            value: None,
            text,
        }
    }
}
