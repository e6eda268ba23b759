// uart_tx: sends bytes over a serial line, 8N1: a start bit (0), eight data bits from the lowest, a stop bit (1).
// timing    CLOCKS_PER_BIT clocks a bit, from 2 to 65535: 25 MHz / 115200 baud = 217
// latency   the start bit begins the cycle after a byte is taken; a byte takes 10 bits on the line
`default_nettype none

module uart_tx #(
    parameter CLOCKS_PER_BIT = 217
) (
    input  wire       clk,
    input  wire       rst_n,
    // bytes to send
    input  wire       byte_valid_i,
    output wire       byte_ready_o,
    input  wire [7:0] byte_i,
    // serial line, high when idle
    output wire       line_o
);

  localparam [15:0] LAST_CLOCK = CLOCKS_PER_BIT[15:0] - 16'd1;
  localparam [3:0]  BITS       = 4'd10;

  reg [15:0] clock_q;  // clocks spent in this bit
  reg [3:0]  left_q;   // bits still to send, this one included; 0 when idle
  reg [9:0]  frame_q;  // stop bit, data, start bit; the lowest is on the line

  // ---- the next byte is taken when the line is idle -------------------------------------------
  wire idle = left_q == 4'd0;
  wire take = idle & byte_valid_i;

  // ---- bit clock ------------------------------------------------------------------------------
  wire        bit_end    = clock_q == LAST_CLOCK;
  wire        restart    = idle | bit_end;
  wire [15:0] clock_next = clock_q + 16'd1;
  wire [15:0] clock_d    = restart ? 16'd0 : clock_next;

  // ---- frame: shifted out from the lowest bit, ones follow ------------------------------------
  wire       shift      = ~idle & bit_end;
  wire [3:0] left_less  = left_q - 4'd1;
  wire [3:0] left_shift = shift ? left_less : left_q;
  wire [3:0] left_d     = take ? BITS : left_shift;
  wire [9:0] frame_new  = {1'b1, byte_i, 1'b0};
  wire [9:0] frame_less = {1'b1, frame_q[9:1]};
  wire [9:0] frame_kept = shift ? frame_less : frame_q;
  wire [9:0] frame_d    = take ? frame_new : frame_kept;

  // ---- registers ------------------------------------------------------------------------------
  always @(posedge clk) begin
    if (!rst_n) begin
      clock_q <= 16'd0;
      left_q  <= 4'd0;
      frame_q <= 10'h3ff;
    end else begin
      clock_q <= clock_d;
      left_q  <= left_d;
      frame_q <= frame_d;
    end
  end

  assign byte_ready_o = idle;
  assign line_o       = frame_q[0];

endmodule

`default_nettype wire
