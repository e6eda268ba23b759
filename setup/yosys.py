#!/usr/bin/env python3
"""The `yosys` command line over pyosys, which is the native Yosys as a Python module only.

Run it with the Python of the environment that holds pyosys. It knows the options below and refuses
the others. The exit code is that of Yosys: not 0 as soon as a command fails.
"""

import getopt
import os
import subprocess
import sys
import threading

USAGE = """usage: yosys [options] [file ..]
  -p COMMANDS   runs commands, separated by ';' (may be repeated)
  -s FILE       runs a script (may be repeated)
  -l FILE       writes the log to a file as well
  -L FILE       the same
  -D NAME[=V]   sets a Verilog define
  -q            only warnings and errors on the terminal
  -Q, -T        accepted: there is no banner and no footer
  -V            prints the version
  -h            prints this text
Files: .v, .sv, .il, .json are read, .ys is run, before the commands of -p and -s."""

READERS = {
    ".v": "read_verilog",
    ".sv": "read_verilog -sv",
    ".il": "read_rtlil",
    ".json": "read_json",
    ".ys": "script",
}


class Usage(Exception):
    """A command line that cannot be followed."""


def quoted(path):
    """The path as one word of a Yosys command."""
    return '"%s"' % path if any(c in path for c in " ;") else path


def commands_of(options, files):
    """The Yosys commands that the command line asks for, in the order of Yosys."""
    commands = ["verilog_defines -D" + v for k, v in options if k == "-D"]
    for file in files:
        ending = os.path.splitext(file)[1]
        if ending not in READERS:
            raise Usage("cannot tell how to read %s: expected one of %s" % (file, " ".join(READERS)))
        commands.append(READERS[ending] + " " + quoted(file))
    for key, value in options:
        if key == "-s":
            commands.append("script " + quoted(value))
        elif key == "-p":
            commands.append(value)
    return commands


def run(commands):
    """Runs the commands in this process; Yosys ends the process where one fails."""
    from pyosys import libyosys

    design = libyosys.Design()
    for command in commands:
        libyosys.run_pass(command, design)


def pump(source, target, logs, shown):
    """Copies lines to the logs, and to the target those that are shown."""
    for line in source:
        for log in logs:
            log.write(line)
            log.flush()
        if shown(line):
            target.write(line)
            target.flush()


def run_logged(arguments, log_files, quiet):
    """Runs this script again without -l and -q, and sorts what it prints."""
    environment = dict(os.environ, HOPWIRE_YOSYS_INNER="1")
    command = [sys.executable, os.path.abspath(__file__)] + arguments
    try:
        logs = [open(path, "wb") for path in log_files]
    except OSError as error:
        raise Usage("cannot write the log: %s" % error)
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    threads = [
        threading.Thread(
            target=pump,
            args=(child.stdout, sys.stdout.buffer, logs, lambda line: not quiet or b"Warning:" in line),
        ),
        threading.Thread(target=pump, args=(child.stderr, sys.stderr.buffer, logs, lambda line: True)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for log in logs:
        log.close()
    code = child.wait()
    return code if code >= 0 else 128 - code


def main(arguments):
    """The exit code."""
    try:
        options, files = getopt.gnu_getopt(arguments, "p:s:l:L:D:qQTVh")
        names = [key for key, _ in options]
        if "-h" in names:
            print(USAGE)
            return 0
        if "-V" in names:
            from pyosys import libyosys

            print(libyosys.yosys_maybe_version())
            return 0
        commands = commands_of(options, files)
        if not commands:
            raise Usage("nothing to do: give files, -p or -s")
        logs = [value for key, value in options if key in ("-l", "-L")]
        if (logs or "-q" in names) and "HOPWIRE_YOSYS_INNER" not in os.environ:
            return run_logged(arguments, logs, "-q" in names)
        run(commands)
        return 0
    except (Usage, getopt.GetoptError) as error:
        print("yosys: %s" % error, file=sys.stderr)
        print(USAGE, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
