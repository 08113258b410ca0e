#!/usr/bin/env python3
"""The development environment of DSO Collection; `make` calls this."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from devenv.console import Stop, fail

# command: (module, function, what it does)
COMMANDS = {
    'demo': ('demo', 'demo', "build and serve the demo"),
    'stop': ('demo', 'stop', "end what was started"),
    'clean': ('demo', 'clean', "remove databases, logs and messages"),
    'prepare': ('demo', 'prepare', "make ready what the other commands need"),
    'shell': ('demo', 'shell', "open Odoo's shell on the demo database"),
    'test': ('testing', 'test', "run all tests on a copy of the addon's database template"),
    'test-fast': ('testing', 'test_fast', "run the tests that need no database"),
    'dist': ('dist', 'dist', "build the wheel"),
    'screenshots': ('screenshots', 'screenshots', "take pictures of the demo"),
    'lint': ('lint', 'lint', "check style and completeness"),
    'pot': ('translations', 'pot', "write the translation template anew"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('command', choices=COMMANDS)
    # make hands over ARGS in the environment: no shell in between that could take quotes away.
    parser.add_argument('--args', default=os.environ.get('DSO_ARGS', ''), help="one text")
    options = parser.parse_args()
    module, function, _help = COMMANDS[options.command]
    try:
        arguments = shlex.split(options.args)
        return getattr(import_module(f'devenv.{module}'), function)(arguments) or 0
    except Stop as error:
        return fail(error)
    except KeyboardInterrupt:
        return fail("interrupted; a later run goes on from here.")


if __name__ == '__main__':
    sys.exit(main())
