"""What posting and paying cost with the addon, beside a database without it."""

import statistics

from measuring import clock
from odoo import Command, fields
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry

DOCUMENTS = 200
WARM_UP = 10
TURNS = 3  # of all documents in one transaction


def measure(env, other):
    """Post and pay beside a database without the addon; seconds of each there and here.

    Documents take turns between the two databases, so that whatever else the machine does falls on
    both alike.

    :param str other: name of the database without the addon
    """
    with Registry(other).cursor() as cursor:
        bare = Environment(cursor, SUPERUSER_ID, {})
        pair = {'without': bare, 'with': env}
        result = {}
        for count in (WARM_UP, DOCUMENTS):
            moves = {name: invoices(each_env, count) for name, each_env in pair.items()}
            for kind, function in (('post_each', post), ('pay_each', pay)):
                result[kind] = one_by_one(moves, function)
        return {**result, **together(pair)}


def invoices(env, count=DOCUMENTS):
    """Draft invoices for as many customers."""
    env.cr.execute("SELECT id FROM res_partner WHERE ref LIKE 'C0%%' ORDER BY id LIMIT %s", [count])
    return documents(env, [row[0] for row in env.cr.fetchall()])


def documents(env, partner_ids):
    """Draft invoices for partners, of one line each."""
    today = fields.Date.today()
    moves = env['account.move'].create(
        [
            {
                'move_type': 'out_invoice',
                'partner_id': partner_id,
                'invoice_date': today,
                'invoice_date_due': today,
                'invoice_payment_term_id': False,
                'invoice_line_ids': [
                    Command.create({'name': "Work", 'price_unit': 150.0, 'tax_ids': False})
                ],
            }
            for partner_id in partner_ids
        ]
    )
    env.cr.commit()
    return moves


def one_by_one(moves, function):
    """Total seconds of one transaction per document, for each database."""
    times = dict.fromkeys(moves, 0)
    for pair in zip(*moves.values(), strict=True):
        for name, move in zip(moves, pair, strict=True):
            times[name] += clock(lambda: (function(move), move.env.cr.commit()))  # noqa: B023
            move.env.invalidate_all()
    return times


def together(pair):
    """Median seconds of one transaction for all documents, for each database.

    The databases take turns in who comes first: what else the machine does changes slowly.
    """
    times = {kind: {name: [] for name in pair} for kind in ('post_all', 'pay_all')}
    for turn in range(TURNS):
        names = sorted(pair, reverse=bool(turn % 2))
        moves = {name: invoices(pair[name]) for name in names}
        for kind, function in (('post_all', post), ('pay_all', pay)):
            for name, drafts in moves.items():
                seconds = clock(lambda: (function(drafts), drafts.env.cr.commit()))  # noqa: B023
                times[kind][name].append(seconds)
                drafts.env.invalidate_all()
    return {
        kind: {name: statistics.median(each) for name, each in by_name.items()}
        for kind, by_name in times.items()
    }


def post(moves):
    moves.action_post()


def pay(moves):
    moves.env['account.payment.register'].with_context(
        active_model='account.move', active_ids=moves.ids
    ).create({'group_payment': False})._create_payments()
