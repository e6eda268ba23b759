// uart_rx: receives bytes from a serial line, 8N1: a start bit (0), eight data bits from the lowest, a stop bit (1).
// timing    CLOCKS_PER_BIT clocks a bit, from 4 to 65535; each bit is read once, in its middle
// latency   two flip-flops against metastability; a byte is valid from the middle of its stop bit
// errors    a start bit that is gone by its middle is ignored; a byte whose stop bit is 0 is dropped, and the next
//           start bit is awaited from a high line; a byte that comes while the last one waits is dropped.
//           A dropped byte shows for one cycle on `dropped_o`.
`default_nettype none

module uart_rx #(
    parameter CLOCKS_PER_BIT = 217
) (
    input  wire       clk,
    input  wire       rst_n,
    // serial line, high when idle, from another clock
    input  wire       line_i,
    // received bytes
    output wire       byte_valid_o,
    input  wire       byte_ready_i,
    output wire [7:0] byte_o,
    output wire       dropped_o
);

  localparam [15:0] LAST_CLOCK  = CLOCKS_PER_BIT[15:0] - 16'd1;
  localparam [15:0] HALF_CLOCK  = {1'b0, CLOCKS_PER_BIT[15:1]} - 16'd1;
  localparam [3:0]  START_BIT   = 4'd10;  // values of left_q
  localparam [3:0]  STOP_BIT    = 4'd1;
  localparam [3:0]  WAITING     = 4'd0;

  reg        line_meta_q;
  reg        line_q;
  reg        line_last_q;
  reg [15:0] clock_q;    // clocks since the last bit was read
  reg [3:0]  left_q;     // bits still to read: start bit 10, data 9 to 2, stop bit 1; 0 when waiting
  reg [7:0]  shift_q;    // data bits, the first at the bottom in the end
  reg        valid_q;
  reg [7:0]  byte_q;
  reg        dropped_q;

  // ---- a falling line starts a frame ----------------------------------------------------------
  wire waiting  = left_q == WAITING;
  wire line_low = ~line_q;
  wire falling  = line_last_q & line_low;
  wire start    = waiting & falling;

  // ---- bit clock: half a bit to the middle of the start bit, then whole bits ------------------
  wire        in_start   = left_q == START_BIT;
  wire [15:0] clock_last = in_start ? HALF_CLOCK : LAST_CLOCK;
  wire        clock_end  = clock_q == clock_last;
  wire        restart    = waiting | clock_end;
  wire [15:0] clock_next = clock_q + 16'd1;
  wire [15:0] clock_d    = restart ? 16'd0 : clock_next;

  // ---- the middle of a bit: read it -----------------------------------------------------------
  wire       read        = ~waiting & clock_end;
  wire       false_start = in_start & line_q;
  wire [3:0] left_less   = left_q - 4'd1;
  wire [3:0] left_after  = false_start ? WAITING : left_less;
  wire [3:0] left_read   = read ? left_after : left_q;
  wire [3:0] left_d      = start ? START_BIT : left_read;
  wire [7:0] shift_read  = {line_q, shift_q[7:1]};
  wire       in_stop     = left_q == STOP_BIT;
  wire       read_data   = read & ~in_stop;
  wire [7:0] shift_d     = read_data ? shift_read : shift_q;

  // ---- the stop bit: hand the byte over -------------------------------------------------------
  wire       finished  = read & in_stop;
  wire       taken     = valid_q & byte_ready_i;
  wire       held      = valid_q & ~byte_ready_i;
  wire       room      = ~held;
  wire       good      = line_q & room;
  wire       accept    = finished & good;
  wire       dropped_d = finished & ~good;
  wire       valid_old = valid_q & ~taken;
  wire       valid_d   = accept | valid_old;
  wire [7:0] byte_d    = accept ? shift_q : byte_q;

  // ---- registers ------------------------------------------------------------------------------
  always @(posedge clk) begin
    if (!rst_n) begin
      line_meta_q <= 1'b1;
      line_q      <= 1'b1;
      line_last_q <= 1'b1;
      clock_q     <= 16'd0;
      left_q      <= WAITING;
      shift_q     <= 8'd0;
      valid_q     <= 1'b0;
      byte_q      <= 8'd0;
      dropped_q   <= 1'b0;
    end else begin
      line_meta_q <= line_i;
      line_q      <= line_meta_q;
      line_last_q <= line_q;
      clock_q     <= clock_d;
      left_q      <= left_d;
      shift_q     <= shift_d;
      valid_q     <= valid_d;
      byte_q      <= byte_d;
      dropped_q   <= dropped_d;
    end
  end

  assign byte_valid_o = valid_q;
  assign byte_o       = byte_q;
  assign dropped_o    = dropped_q;

endmodule

`default_nettype wire
