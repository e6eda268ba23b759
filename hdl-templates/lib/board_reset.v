// board_reset: the reset of a board, after configuration and while a button is pressed.
// latency   low for sixteen clocks after configuration, or after the button is let go
// start     registers begin at 0 with the configuration; there is no reset before this one
`default_nettype none

module board_reset (
    input  wire clk,
    // button, active low, from another clock
    input  wire button_n_i,
    output wire rst_n_o,
    // a pin that must be held high
    output wire high_o
);

  reg        button_meta_q;
  reg        button_q;
  reg [15:0] boot_q;

  initial button_meta_q = 1'b0;
  initial button_q = 1'b0;
  initial boot_q = 16'd0;

  // ---- ones enter from below while the button is up ---------------------------------------------
  wire [15:0] boot_next = {boot_q[14:0], 1'b1};
  wire [15:0] boot_d    = button_q ? boot_next : 16'd0;

  // ---- registers --------------------------------------------------------------------------------
  always @(posedge clk) begin
    button_meta_q <= button_n_i;
    button_q      <= button_meta_q;
    boot_q        <= boot_d;
  end

  assign rst_n_o = boot_q[15];
  assign high_o  = 1'b1;

endmodule

`default_nettype wire
