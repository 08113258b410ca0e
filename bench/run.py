"""`make bench`: one table of medians and ratios, all taken in one run on one machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'tools'))

from devenv import paths  # noqa: E402
from devenv.console import Stop, fail, say, step  # noqa: E402
from devenv.databases import Environment  # noqa: E402

PEER = 'odoo-addon-account-credit-control==19.0.1.0.0.13'
PEER_FOLDER = paths.RUN / 'bench' / 'peer'
SIZES = (10_000, 100_000)
PARTS = ('assign', 'agenda', 'screens', 'figures', 'alerts', 'preview', 'export', 'posting')
SLOWEST = 8
RECIPE = 1  # raise it when the generated data changes


#: Why measures stay beside their goals, where they do; how far, the table alone tells.
NOTES = (
    "A full plan writes one action per customer account; the server checks the references of each"
    " and updates the indexes of their table, which a bare aggregate does not.",
    "A plan with nothing to write computes figures, nets and the step of each account: to the sums"
    " that the bare aggregate makes too come the payment states of all documents.",
    "The peer writes lines for what is overdue, and no figures: the fewer items a customer has, the"
    " more the fixed work of a plan weighs, most of it the server's planning of the statements.",
    "A posting plans its customer account at the commit, in a handful of statements.",
    "Alerts are looked at in one pass; those who enter and leave cost what their rows cost, whose"
    " references the server checks one by one.",
)


class Bench:
    def __init__(self):
        self.environment = Environment()
        self.rows = []

    # --- databases -------------------------------------------------------------------------

    def template(self, size):
        """A cached database without the addon and with `size` invoices."""
        name = f'bench_{self.environment.base_key}_{RECIPE}_{size}'
        if name not in self.environment.cluster.databases():
            part = f'{name}_part'
            self.environment.copy(self.environment.base_template(), part)
            with step(f"Generating {size} invoices"):
                self.measure(part, 'fill', str(size))
            self.environment.rename(part, name)
        return name

    def installed(self, size, module, path=()):
        """A copy of the template with a module installed."""
        name = f'benchrun_{size}_{module}'
        self.environment.copy(self.template(size), name)
        if module != 'none':
            with step(f"Installing {module} beside {size} invoices"):
                command = self.environment.odoo_command(
                    self.config(name, path), '-i', module, '--stop-after-init', '--no-http'
                )
                self.run(command)
        return name

    def config(self, database, path=()):
        config = self.environment.config(paths.RUN / 'bench' / f'{database}.conf', database)
        if path:
            text = config.read_text(encoding='utf-8')
            folders = ','.join([str(paths.CHECKOUT), *map(str, path)])
            text = text.replace(f'addons_path = {paths.CHECKOUT}', f'addons_path = {folders}')
            config.write_text(text, encoding='utf-8')
        return config

    def measure(self, database, *arguments, path=()):
        command = [str(self.environment.python), str(HERE / 'inside.py')]
        command += [str(self.config(database, path)), *arguments]
        output = self.run(command)
        return json.loads(output.splitlines()[-1])

    def run(self, command):
        done = subprocess.run(
            command,
            env=self.environment.variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(f"A benchmark step failed:\n{done.stderr[-3000:]}")
        return done.stdout

    # --- measures --------------------------------------------------------------------------

    def plans(self, size):
        database = self.installed(size, 'dso_collection')
        self.measure(database, 'prepare')
        ours = self.measure(database, 'plan')
        label = f"{size} invoices, {ours['customers']} customer accounts"
        self.row(f"{label}: bare aggregate per partner", ours['aggregate'])
        self.row(f"{label}: first plan, accounts born", ours['first'])
        ratio = ours['full'] / ours['aggregate']
        self.row(
            f"{label}: full plan, everything to write",
            ours['full'],
            f"{ratio:.1f} × aggregate (goal 10), {ours['full_queries']} queries (goal 40)",
        )
        ratio = ours['idle'] / ours['aggregate']
        self.row(
            f"{label}: full plan, nothing to write",
            ours['idle'],
            f"{ratio:.1f} × aggregate (goal 6), {ours['idle_queries']} queries",
        )
        self.environment.drop(database)
        return ours

    def assign(self, size):
        """Rules over all customer accounts of a running company."""
        database = self.installed(size, 'dso_collection')
        self.measure(database, 'prepare')
        ours = self.measure(database, 'assign')
        label = f"{ours['customers']} customer accounts"
        for name, title in (
            ('first', "20 rules, everything to write"),
            ('idle', "20 rules, nothing to write"),
            ('mass', "mass change of collector and scenario"),
            ('silent', "the same without notes in the chatter"),
        ):
            self.row(f"{label}: {title}", ours[name], f"{ours[name + '_queries']} queries")
        self.row(f"{label}: preview of one rule", ours['preview'])
        self.environment.drop(database)

    def agenda(self, size):
        """The first page with as many open actions as invoices, beside that of the invoices."""
        database = self.installed(size, 'dso_collection')
        self.measure(database, 'prepare')
        pages = self.measure(database, 'agenda', str(size))
        for name, title in (('invoices', "invoices, first page"), ('manual', "agenda, first page")):
            ratio = pages[name]['seconds'] / pages['invoices']['seconds']
            self.row(
                f"{size} {title}",
                pages[name]['seconds'],
                f"{ratio:.2f} × invoices (goal 2), {pages[name]['queries']} queries",
            )
        self.environment.drop(database)

    def screens(self, size):
        """The slowest of all lists, by a manager of a company that runs."""
        database = self.installed(size, 'dso_collection')
        self.measure(database, 'prepare')
        pages = self.measure(database, 'screens', str(size))
        slowest = sorted(pages, key=pages.get, reverse=True)[:SLOWEST]
        for place, name in enumerate(slowest, 1):
            self.row(f"{size} invoices: {name}", pages[name], f"{place}. of {len(pages)} lists")
        self.environment.drop(database)

    def figures(self, size):
        """Past days and months, read from the ledger."""
        database = self.installed(size, 'dso_collection')
        ours = self.measure(database, 'figures')
        label = f"{ours['customers']} customer accounts, {size} invoices"
        for name, title in (
            ('day', "portfolio of yesterday"),
            ('past', "portfolio half a year ago"),
            ('month', "portfolio of 31 days"),
            ('history', f"portfolio of {ours['days']} days"),
            ('months', "DSO and CEI of 13 months"),
        ):
            self.row(f"{label}: {title}", ours[name], f"{ours[name + '_queries']} queries")

    def alerts(self, size):
        """Alerts over as many customer accounts as invoices."""
        database = self.installed(min(SIZES), 'dso_collection')
        ours = self.measure(database, 'alerts', str(size))
        label = f"{size} customer accounts"
        self.row(f"{label}: one bare scan", ours['scan'])
        many = f"{label}, {ours['alerts']} alerts with {ours['members']} members"
        for name, title in (
            ('idle', "nothing to write"),
            ('night', f"{ours['night_changes']} enter or leave"),
        ):
            ratio = ours[name] / ours['scan']
            self.row(f"{many}: refresh, {title}", ours[name], f"{ratio:.1f} × scan (goal 20)")
        ratio = ours['flood'] / ours['scan']
        written = f"{ours['flood_changes']} enter or leave"
        self.row(f"{many}: refresh, {written}", ours['flood'], f"{ratio:.1f} × scan")
        self.row(f"{label}: live counts of 80 alerts", ours['counts'])
        self.row(
            f"{label}: squares of 80 rows", ours['squares'], f"{ours['squares_queries']} queries"
        )
        self.environment.drop(database)

    def preview(self, size):
        """Thirty coming days, each invoice of another customer."""
        database = self.installed(size, 'dso_collection')
        self.measure(database, 'prepare')
        ours = self.measure(database, 'preview')
        label = f"{ours['customers']} customer accounts, preview of {ours['days']} days"
        for name, title in (('alone', "nobody does anything"), ('by_hand', "people do everything")):
            self.row(
                f"{label}: {title}",
                ours[name],
                f"{ours[name + '_events']} actions, {ours[name + '_queries'] / ours['days']:.0f}"
                " queries a day (goal 60 s)",
            )
        self.environment.drop(database)

    def export(self, size):
        """The history as a file, in two lengths: what the memory holds must not follow."""
        database = self.installed(size, 'dso_collection')
        self.measure(database, 'prepare')
        for name, figures in self.measure(database, 'export').items():
            self.row(
                f"history of {figures['rows']} rows to {name.partition('_')[0].upper()}",
                figures['seconds'],
                f"{figures['queries']} queries, process up to {figures['megabytes']} MB",
            )
        self.environment.drop(database)

    def peer(self, size, ours):
        path = [peer_folder(self.environment)]
        database = self.installed(size, 'account_credit_control', path)
        theirs = self.measure(database, 'credit_control', path=path)
        ratio = theirs['seconds'] / ours['full']
        self.row(
            f"{size} invoices: account_credit_control, one run",
            theirs['seconds'],
            f"{ratio:.0f} × our full plan (goal 200), {theirs['queries']} queries,"
            f" {theirs['lines']} lines",
        )
        self.environment.drop(database)

    def posting(self, size):
        databases = {
            'without': self.installed(size, 'none'),
            'with': self.installed(size, 'dso_collection'),
        }
        self.measure(databases['with'], 'prepare')
        self.measure(databases['with'], 'plan')
        with step(f"Posting and paying beside {size} invoices, with and without the addon"):
            seconds = self.measure(databases['with'], 'posting', databases['without'])
        for kind, times in seconds.items():
            ratio = times['with'] / times['without']
            self.row(
                f"{size} invoices: {kind.replace('_', ' ')}, 200 documents, with the addon",
                times['with'],
                f"{ratio:.2f} × without (goal 1.10)",
            )
        for database in databases.values():
            self.environment.drop(database)

    def row(self, label, seconds, verdict=""):
        self.rows.append((label, seconds, verdict))
        say(f"  {label}: {seconds:.3f} s {verdict}")

    def table(self):
        for note in NOTES:
            say(f"\n{note}")
        say("\n| measure | median | compared |\n|---|---:|---|")
        for label, seconds, verdict in self.rows:
            say(f"| {label} | {seconds:.3f} s | {verdict} |")


def peer_folder(environment):
    """The peer's addon, installed beside, never imported by ours."""
    folder = PEER_FOLDER / 'odoo' / 'addons'
    if not (folder / 'account_credit_control').is_dir():
        command = [str(environment.python), '-m', 'pip', 'install', '-q', '--no-deps']
        command += ['--target', str(PEER_FOLDER), PEER]
        if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
            raise Stop(f"{PEER} could not be installed: is the package index in reach?")
    return folder


def main():
    arguments = sys.argv[1:]
    bench = Bench()
    wanted = {argument for argument in arguments if not argument.isdigit()}
    sizes = [int(argument) for argument in arguments if argument.isdigit()] or SIZES
    for size in sizes:
        if wanted <= {'plan', 'peer'}:
            ours = bench.plans(size)
            if 'plan' not in wanted:
                bench.peer(size, ours)
        for part in PARTS:
            if not wanted or part in wanted:
                getattr(bench, part)(size)
    bench.table()


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    try:
        main()
    except Stop as error:
        sys.exit(fail(error))
