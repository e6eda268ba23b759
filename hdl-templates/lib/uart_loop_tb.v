// uart_loop_tb: uart_tx into uart_rx, and uart_rx on hand-made frames. Prints PASS or FAIL with the number of checks.
// loop      every byte value in each of three orders, with random gaps on both sides; order and values are compared
// line      a sender 3 % too fast and 3 % too slow; a short low pulse; a missing stop bit; a line
//           that stays low; a byte that nobody takes
// reset     in the middle of a byte, on both sides
`default_nettype none

module uart_loop_tb;

  localparam CLOCKS_PER_BIT = 32;
  localparam FAST_BIT       = 31;
  localparam SLOW_BIT       = 33;
  localparam LOOP_BYTES     = 768;

  reg        clk;
  reg        rst_n;
  reg        send_valid;
  reg  [7:0] send_byte;
  wire       send_ready;
  wire       line_loop;
  reg        line_by_hand;
  reg        by_hand;
  wire       line = by_hand ? line_by_hand : line_loop;
  wire       got_valid;
  reg        got_ready;
  wire [7:0] got_byte;
  wire       dropped;

  integer checks;
  integer errors;
  integer drops;
  integer sent;
  integer received;
  integer wait_left;
  integer i;

  uart_tx #(.CLOCKS_PER_BIT(CLOCKS_PER_BIT)) u_tx (
      .clk(clk),
      .rst_n(rst_n),
      .byte_valid_i(send_valid),
      .byte_ready_o(send_ready),
      .byte_i(send_byte),
      .line_o(line_loop)
  );

  uart_rx #(.CLOCKS_PER_BIT(CLOCKS_PER_BIT)) u_rx (
      .clk(clk),
      .rst_n(rst_n),
      .line_i(line),
      .byte_valid_o(got_valid),
      .byte_ready_i(got_ready),
      .byte_o(got_byte),
      .dropped_o(dropped)
  );

  initial clk = 1'b0;
  always #5 clk = ~clk;

  always @(posedge clk) if (rst_n && dropped) drops <= drops + 1;

  // The byte sent as number `index`: rising, falling, then in an order that visits every value (37 is odd).
  function [7:0] byte_of;
    input integer index;
    begin
      byte_of = index[7:0];
      if (index >= 256) byte_of = ~index[7:0];
      if (index >= 512) byte_of = index[7:0] * 8'd37;
    end
  endfunction

  task check;
    input condition;
    input [511:0] what;
    begin
      checks = checks + 1;
      if (condition !== 1'b1) begin
        errors = errors + 1;
        $display("FAIL at %0t: %0s", $time, what);
      end
    end
  endtask

  // Signals change at falling edges, so that no race with the designs is possible.
  task clocks;
    input integer count;
    begin
      repeat (count) @(negedge clk);
    end
  endtask

  task reset;
    begin
      rst_n = 1'b0;
      clocks(3);
      rst_n = 1'b1;
      clocks(1);
    end
  endtask

  // One frame on the line, with its own bit time and stop bit.
  task frame_by_hand;
    input [7:0] value;
    input integer bit_clocks;
    input stop;
    integer k;
    begin
      line_by_hand = 1'b0;
      clocks(bit_clocks);
      for (k = 0; k < 8; k = k + 1) begin
        line_by_hand = value[k];
        clocks(bit_clocks);
      end
      line_by_hand = stop;
      clocks(bit_clocks);
      line_by_hand = 1'b1;
    end
  endtask

  task expect_byte;
    input [7:0] value;
    begin
      check(got_valid, "a byte was awaited");
      check(got_byte === value, "another byte came");
      got_ready = 1'b1;
      clocks(1);
      got_ready = 1'b0;
      check(!got_valid, "the byte stays after it was taken");
    end
  endtask

  // ---- loop: the sender ----
  task send_all;
    begin
      for (sent = 0; sent < LOOP_BYTES; sent = sent + 1) begin
        if (($random & 3) == 0) clocks($random & 127);
        send_byte  = byte_of(sent);
        send_valid = 1'b1;
        while (!send_ready) clocks(1);
        clocks(1);
        send_valid = 1'b0;
        send_byte  = ~send_byte;
      end
    end
  endtask

  // ---- loop: the receiver, never slower than the line ----
  task receive_all;
    begin
      for (received = 0; received < LOOP_BYTES; received = received + 1) begin
        wait_left = 40 * CLOCKS_PER_BIT;
        while (!got_valid && wait_left > 0) begin
          clocks(1);
          wait_left = wait_left - 1;
        end
        clocks($random & 127);
        expect_byte(byte_of(received));
      end
    end
  endtask

  initial begin
    checks       = 0;
    errors       = 0;
    drops        = 0;
    rst_n        = 1'b0;
    send_valid   = 1'b0;
    send_byte    = 8'h00;
    got_ready    = 1'b0;
    by_hand      = 1'b0;
    line_by_hand = 1'b1;
    clocks(1);
    reset;
    check(line_loop, "the idle line is not high");

    fork
      send_all;
      receive_all;
    join
    check(drops == 0, "a byte was dropped in the loop");

    // a sender with another clock
    clocks(20 * CLOCKS_PER_BIT);
    by_hand = 1'b1;
    for (i = 0; i < 256; i = i + 1) begin
      frame_by_hand(byte_of(i), i[0] ? FAST_BIT : SLOW_BIT, 1'b1);
      expect_byte(byte_of(i));
    end
    check(drops == 0, "a byte of a sender with another clock was dropped");

    // a low pulse shorter than half a bit
    clocks(2 * CLOCKS_PER_BIT);
    line_by_hand = 1'b0;
    clocks(CLOCKS_PER_BIT / 4);
    line_by_hand = 1'b1;
    clocks(12 * CLOCKS_PER_BIT);
    check(!got_valid, "a short pulse was taken for a byte");
    check(drops == 0, "a short pulse was taken for a bad byte");

    // a missing stop bit, then a good byte
    frame_by_hand(8'h5a, CLOCKS_PER_BIT, 1'b0);
    clocks(2 * CLOCKS_PER_BIT);
    check(!got_valid, "a byte without a stop bit came");
    check(drops == 1, "a byte without stop bit not reported");
    frame_by_hand(8'ha5, CLOCKS_PER_BIT, 1'b1);
    expect_byte(8'ha5);

    // a line that stays low is one bad byte, however long
    line_by_hand = 1'b0;
    clocks(40 * CLOCKS_PER_BIT);
    line_by_hand = 1'b1;
    clocks(2 * CLOCKS_PER_BIT);
    check(!got_valid, "a byte came from a low line");
    check(drops == 2, "a low line is not one bad byte");

    // a byte that comes while the last one waits: the last one stays
    frame_by_hand(8'h11, CLOCKS_PER_BIT, 1'b1);
    frame_by_hand(8'h22, CLOCKS_PER_BIT, 1'b1);
    check(drops == 3, "a byte without room is not reported");
    expect_byte(8'h11);
    clocks(2 * CLOCKS_PER_BIT);
    check(!got_valid, "a byte without room came later");

    // reset in the middle of a byte
    by_hand    = 1'b0;
    send_byte  = 8'h00;
    send_valid = 1'b1;
    clocks(1);
    send_valid = 1'b0;
    clocks(4 * CLOCKS_PER_BIT);
    check(!line_loop, "the byte under way is not on the line");
    reset;
    check(line_loop, "the line is not high after reset");
    check(send_ready, "the sender is busy after reset");
    clocks(12 * CLOCKS_PER_BIT);
    check(!got_valid, "half a byte came after reset");
    check(drops == 3, "half a byte was reported");

    if (errors == 0) $display("PASS %0d checks", checks);
    else $display("FAIL %0d of %0d checks", errors, checks);
    $finish;
  end

endmodule

`default_nettype wire
