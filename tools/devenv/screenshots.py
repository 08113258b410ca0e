"""`make screenshots`: pictures of the demo, one per page and width."""

from __future__ import annotations

import json
import os
import subprocess

from . import demo, paths, system, virtualenv
from .console import Stop


def screenshots(arguments):
    """Serve the demo and take the pictures; an argument picks pages whose name contains it."""
    system.provide('chromium')
    demo.demo()
    port = demo.server().read()['port']
    guide = json.loads(demo.GUIDE.read_text(encoding='utf-8'))
    job = {
        'url': f'http://127.0.0.1:{port}',
        'chromium': system.chromium(),
        'folder': str(paths.SHOTS),
        'passwords': {login: password for login, password, _text in guide['logins']},
        'only': arguments,
    }
    command = [str(virtualenv.python()), '-m', 'devenv.take_screenshots', json.dumps(job)]
    variables = {**os.environ, 'PYTHONPATH': str(paths.TOOLS)}
    if subprocess.run(command, env=variables, check=False).returncode:
        raise Stop("Some pictures could not be taken, see above.")
