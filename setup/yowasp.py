#!/usr/bin/env python3
"""Runs a WebAssembly tool (nextpnr-ecp5, ecppack, ..) of the environment whose Python runs this.

    yowasp.py PACKAGE TOOL argument ..

Its sandbox puts an empty directory over the system's /tmp, so that absolute paths below that are not
found. Relative paths are: those arguments are written relative to the working directory.
"""

import importlib
import os
import re
import sys

HIDDEN = "/tmp"


def visible(argument):
    """The argument, with a hidden path (alone, or after `=`) made relative."""
    option, path = re.fullmatch(r"(--?[\w-]+=)?(.*)", argument, re.DOTALL).groups()
    if path.startswith(HIDDEN + os.sep):
        path = os.path.relpath(path, os.getcwd())
    return (option or "") + path


def main(package, tool, arguments):
    """The exit code of the tool."""
    module = importlib.import_module(package)
    sys.argv = [tool] + [visible(argument) for argument in arguments]
    return getattr(module, "_run_%s_argv" % tool.replace("-", "_"))()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
