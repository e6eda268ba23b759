#!/usr/bin/env python3
"""A `yosys` command line over the pyosys module, as far as the project uses one.

Options: -V (version), -q (quiet), -p COMMANDS (separated by `;`), -s SCRIPT, -l LOG; other
arguments are files to read. Run it with the Python of the environment that has pyosys.
"""

import getopt
import sys


def main() -> int:
    try:
        options, files = getopt.gnu_getopt(sys.argv[1:], "qVp:s:l:")
    except getopt.GetoptError as error:
        print(f"yosys: {error}", file=sys.stderr)
        return 2
    if ("-V", "") in options:
        print("Yosys 0.70 (pyosys)")
        return 0
    from pyosys import libyosys

    quiet = any(option == "-q" for option, _ in options)
    log = next((value for option, value in options if option == "-l"), None)
    commands = []
    for file in files:
        reader = "read_rtlil" if file.endswith(".il") else "read_verilog"
        commands.append(f"script {file}" if file.endswith(".ys") else f"{reader} {file}")
    for option, value in options:
        if option == "-s":
            commands.append(f"script {value}")
        elif option == "-p":
            commands += [command.strip() for command in value.split(";") if command.strip()]
    prefix = ("tee " + ("-q " if quiet else "") + (f"-a {log} " if log else "")) if quiet or log else ""
    if log:
        open(log, "w", encoding="utf-8").close()
    design = libyosys.Design()
    for command in commands:
        # A failing command ends the process with a status of 1.
        libyosys.run_pass(prefix + command, design)
    return 0


if __name__ == "__main__":
    sys.exit(main())
