//! Exit codes.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: the thing checked does not hold.
    DoesNotHold,
    /// 2: bad input or usage.
    BadInput,
    /// 3: a tool is missing or failed.
    Tool,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::DoesNotHold => 1,
            Exit::BadInput => 2,
            Exit::Tool => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
