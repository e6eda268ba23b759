//! The Verilog top of a board: reset, serial port, lights.

use std::collections::BTreeMap;

use crate::error::HopwireError;

/// The layout of the ULX3S top.
const ULX3S_TOP: &str = include_str!("../../../../hdl-templates/ulx3s_top.v.tera");
/// The receiver.
const UART_RX: &str = include_str!("../../../../hdl-templates/lib/uart_rx.v");
/// The sender.
const UART_TX: &str = include_str!("../../../../hdl-templates/lib/uart_tx.v");
/// The reset.
const BOARD_RESET: &str = include_str!("../../../../hdl-templates/lib/board_reset.v");
/// The pins.
const ULX3S_PINS: &str = include_str!("../../../../constraints/ulx3s.lpf");

/// The top module of the board.
pub const TOP: &str = "ulx3s_top";

/// Look-up tables of the serial port and the reset on an ECP5, measured with Yosys 0.70.
pub const TABLES: u64 = 50;
/// Flip-flops of the serial port and the reset, likewise.
pub const FLIP_FLOPS: u64 = 70;

/// The files that stand around a design named `core` (its top has the ports of
/// [`super::behind_bytes`]), by path: Verilog below `board/`, and the pins.
///
/// # Errors
/// Only where the layout itself is broken.
pub fn files(core: &str) -> Result<BTreeMap<String, Vec<u8>>, HopwireError> {
    let internal = |error: tera::Error| HopwireError::Internal {
        message: format!("the layout of the board top: {error}"),
    };
    let mut tera = tera::Tera::new();
    let delimiters = tera::Delimiters {
        block_start: "[%".into(),
        block_end: "%]".into(),
        variable_start: "[=".into(),
        variable_end: "=]".into(),
        comment_start: "[#".into(),
        comment_end: "#]".into(),
    };
    tera.set_delimiters(delimiters).map_err(internal)?;
    tera.autoescape_on(Vec::<String>::new());
    tera.add_raw_template(TOP, ULX3S_TOP).map_err(internal)?;
    let mut context = tera::Context::new();
    context.insert("core", core);
    let top = tera.render(TOP, &context).map_err(internal)?;
    Ok(BTreeMap::from([
        (format!("board/{TOP}.v"), top.into_bytes()),
        ("board/board_reset.v".into(), BOARD_RESET.into()),
        ("board/uart_rx.v".into(), UART_RX.into()),
        ("board/uart_tx.v".into(), UART_TX.into()),
        ("board/ulx3s.lpf".into(), ULX3S_PINS.into()),
    ]))
}
