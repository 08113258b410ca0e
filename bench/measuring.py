"""What every measurement inside Odoo's Python counts with: a clock, queries, a tidy database."""

import statistics
import time
from contextlib import contextmanager


def clock(function, repeat=1):
    """Median seconds of calls."""
    times = []
    for _i in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@contextmanager
def counted(env, result, name):
    before = env.cr.sql_log_count
    yield
    result[name] = env.cr.sql_log_count - before


def vacuum(env):
    """Do what a running server does by itself between two nights, outside of any transaction."""
    env.cr.commit()
    with env.registry.cursor() as cr:
        cr.connection.autocommit = True
        cr.execute('VACUUM ANALYZE')
