"""Settings of the database server for some statements."""

import contextlib

from odoo.tools import SQL

#: For statements of many parts over many rows, of which the server thinks that they deserve to be
#: compiled: that takes it half a minute, and to execute them one second.
INTERPRETED = {'jit': 'off'}

#: For statements over many accounts. The server cannot know how many rows our CTEs return, guesses
#: few, and nests loops over tens of thousands; hash joins are right whatever it guesses.
BULK = {**INTERPRETED, 'enable_nestloop': 'off', 'enable_mergejoin': 'off', 'work_mem': '128MB'}


@contextlib.contextmanager
def settings(env, values):
    """Set parameters of the server, and put them back; a savepoint that fails does so too.

    :param dict values: parameter → value, as the server reads it
    """
    names = SQL(", ").join(SQL("current_setting(%s)", name) for name in values)
    [before] = env.execute_query(SQL("SELECT %s", names))
    set_local(env, values)
    yield
    set_local(env, dict(zip(values, before, strict=True)))


def set_local(env, values):
    """Set parameters of the server until the end of the transaction."""
    calls = (SQL("set_config(%s, %s, true)", *setting) for setting in values.items())
    env.cr.execute(SQL("SELECT %s", SQL(", ").join(calls)))
