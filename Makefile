# hopwire: `make demo` shows what it does, `make test` runs every test.
export HOPWIRE_TOOLS := $(CURDIR)/.tools/bin
export PATH := $(CURDIR)/.tools/bin:$(PATH)
# Verilated models are compiled through ccache, from whatever directory they are in.
export OBJCACHE ?= ccache
export CCACHE_NOHASHDIR ?= 1
# The cases that property tests draw are those of this seed, so that a commit passes or fails for
# good; `make test PROPTEST_RNG_SEED=2` draws others.
export PROPTEST_RNG_SEED ?= 1

.PHONY: help tools build demo test bench lint clean
help:
	@echo "make demo    digits in a Hopfield network and images in a cellular array, to verified Verilog"
	@echo "make build   the hopwire program, into target/release"
	@echo "make test    every test"
	@echo "make bench   speed and size, as ratios, into target/bench.json"
	@echo "make lint    format, clippy and the tidy test"
	@echo "make tools   installs Verilator, Icarus, Yosys and nextpnr (in .tools, and Debian packages)"

tools:
	@setup/tools.sh

build:
	cargo build --release -p hopwire

demo: tools
	@cargo run --quiet --release -p demo

test: tools
	cargo test --workspace

bench: tools build
	cargo run --release -p bench

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test -p tidy

clean:
	cargo clean
	rm -rf demo
