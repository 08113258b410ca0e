"""The demo portfolio: two companies, sixty customers, eighteen months of invoices.

``build(env)`` fills a database in which the addon is installed and nothing else has happened. The
books are kept through Odoo's accounting and the history is made by the planner, both on a clock
that lives through the days (see :mod:`clock`). The caller commits.
"""

from random import Random

from odoo.tools import SQL

from . import companies, credit, documents
from .clock import clock
from .companies import LOGINS
from .customers import AMERICA, EUROPE, SHARED_CODES
from .ledger import Ledger
from .people import STARTED, Team

__all__ = ['LOGINS', 'LOOK_AT', 'build']

#: What to look at, shown by whoever serves the demo.
LOOK_AT = [
    "Collection › Agenda: calls and tasks of today in red; emails that wait for a confirmation, "
    "or are in error with the reason",
    "Collection › Agenda › Replies & Comments: what customers answered, and a letter of somebody "
    "whom nobody knows",
    "Customers › Ateliers Morvan: insolvent and on hold; Cuisines Beaulieu: a payment that nobody "
    "has matched holds its reminder",
    "Customers › Librería Rayuela: an address that is wrong; Garage Roussel Frères: none at all",
    "Customers › Transports Delamarre: two months of reminders and calls; Cerámicas Azul Norte: "
    "the last step is done for its oldest invoice",
    "Items › Promises to Pay: kept, partly kept and broken ones, and the instalments of Promotion "
    "Lacassagne; Reporting › Expected Cash",
    "Customers › Région Haute-Vallée: one invoice in three instalments, each an item of its own",
    "Customers › Optique Belvoir: a chain; its four shops are collected through the head office",
    "Items › Disputes: open ones by reason and owner, one with a credit note that may resolve it; "
    "Messebau Kranich: in litigation, with its file as one PDF",
    "Reporting › Ageing, Overdue Trend, DSO and CEI: a year of figures, rebuilt from the invoices",
    "Configuration › Start or Pause, as manager in Lumora North America: it has not started yet; "
    "what is there by age, the decision for each, a preview of the first 30 days",
    "Agenda › Preview of Coming Days; Configuration › Scenarios › Standard: What Would Change",
]

#: Days on which the books are brought up to date before collection begins.
IMPORT_DAYS = (-420, -300, -180, STARTED)

#: Days between two working days of the collectors.
PACE = 4

#: Days between two bookings in the company that has not started: nobody looks at them day by day.
AMERICAN_PACE = 15

#: Bulk of documents: no followers and no log entries that nobody would read. The last key is what
#: Odoo adds by itself: one environment instead of two to look up for every record.
QUIET = {
    'tracking_disable': True,
    'mail_create_nolog': True,
    'mail_create_nosubscribe': True,
    'mail_post_autofollow_author_skip': True,
}


def build(env):
    """Build the companies, their books and the work of their collectors up to now."""
    env = env(context={**env.context, **QUIET})
    europe, america, today = _prepare(env)
    # The bundles of the web client are built beside and refer to the companies: locked by our
    # writing on them, one would wait for the other until the end.
    env.cr.commit()  # pylint: disable=invalid-commit
    users = companies.hire(env, europe | america)
    partners = companies.create_partners(env, EUROPE + AMERICA)
    _say("companies, users, customers", len(partners))
    american = AMERICA + [customer for customer in EUROPE if customer.code in SHARED_CODES]
    with clock(env, today) as days:
        ledgers = [
            _ledger('europe', europe, EUROPE, partners, america.currency_id, days),
            _ledger('america', america, american, partners, europe.currency_id, days),
        ]
        team = Team(europe, partners, users, days, Random(documents.SEED))
        days.go_to(documents.FIRST_DAY)
        scenarios = _scenarios(env)
        _keep_books(ledgers, days)
        team.assign(europe, EUROPE, scenarios)
        team.assign(america, american, scenarios)
        team.group_chains()
        team.start()
        _live(ledgers, team, days)
        _say("history", env['dso.action'].search_count([('state', 'in', ('done', 'cancelled'))]))
    for company in europe | america:
        env['dso.position']._refresh_delays(company)
        list(env['dso.snapshot']._catch_up(company))
    credit.give(env, europe, today)
    team.confirm_for_today()
    team.go_away()
    team.write_letters()


def _prepare(env):
    today = env.company._dso_today()
    europe, america = (company.with_env(env) for company in companies.set_up(env, today))
    # The window is always open in the demo: whoever starts it can see messages go out.
    always = dict.fromkeys(('dso_window_sat', 'dso_window_sun'), True)
    europe.write({**always, 'dso_window_start': 0, 'dso_window_end': 24})
    return europe, america, europe._dso_today()


def _ledger(key, company, customers, partners, foreign_currency, days):
    return Ledger(
        company,
        partners,
        documents.documents(key, customers),
        documents.DEPOSITS[key],
        foreign_currency,
        days,
    )


def _scenarios(env):
    """The scenarios that come with the addon, by kind, as old as the companies."""
    # They have just been installed, but a text written after a confirmation makes it lapse.
    for table in ('dso_scenario', 'dso_scenario_step', 'mail_template', 'sms_template'):
        env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = %s, write_date = %s",
                SQL.identifier(table),
                *[env.cr.now()] * 2,
            )
        )
    env.invalidate_all()
    return {
        kind: env.ref(f'dso_collection.dso_scenario_{kind}')
        for kind in ('standard', 'risky', 'public')
    }


def _keep_books(ledgers, days):
    """Keep the books until collection starts."""
    since = documents.FIRST_DAY - 1
    for day in IMPORT_DAYS:
        days.go_to(day)
        for ledger in ledgers:
            ledger.import_until(since, day)
        days.end_day()
        since = day
    _say("books until the start of collection", -STARTED)


def _live(ledgers, team, days):
    """Live through the days since the start: books in the morning, collectors after that."""
    europe, america = ledgers
    since = since_america = STARTED
    team.work(since, since)
    for day in (*range(STARTED + PACE, -1, PACE), -1):
        if days.date(day).weekday() >= 5 and day != -1:
            continue
        days.go_to(day)
        europe.keep(since, day)
        if day == -1 or day - since_america > AMERICAN_PACE:
            america.keep(since_america, day)
            since_america = day
        if day == -1:
            europe.block()
        days.end_day()
        team.work(day, since)
        since = day
    team.suffer_refusal()
    team.hear_answers()


def _say(what, number):
    # The caller watches the build on a terminal; a log would hide it.
    print(f"  {what}: {number}", flush=True)  # pylint: disable=print-used
