"""Fill a database with posted invoices, set-based, from one real invoice made by Odoo.

Every generated row is a copy of a row that Odoo wrote, with the columns that make it an invoice of
its own replaced; so no column is forgotten when Odoo gains one.
"""

from datetime import timedelta

from odoo import Command, fields

OPEN_SHARE = 85  # per cent of the invoices
CREDIT_EVERY = 50  # one open credit per so many invoices
INVOICES_PER_CUSTOMER = 10


def fill(env, count):
    """Insert `count` invoices of `count / 10` customers and bring the statistics up to date."""
    invoice = _template_invoice(env)
    params = {
        'customers': count // INVOICES_PER_CUSTOMER,
        'count': count,
        'open_share': OPEN_SHARE,
        'credit_every': CREDIT_EVERY,
        'today': fields.Date.today(),
    }
    partner_ids = _partners(env, invoice.partner_id, params)
    _documents(env, invoice, {**params, 'first_partner': min(partner_ids)})
    env.cr.commit()


def scatter(env):
    """Give every generated invoice a customer of its own."""
    template = env['res.partner'].search([('name', '=', "Template")], limit=1)
    env.cr.execute("SELECT COUNT(*) FROM account_move WHERE sequence_prefix = 'BENCH/'")
    params = {'count': env.cr.fetchone()[0]}
    first = min(_copy_partners(env, template, 'single', params))
    env.cr.execute(
        "UPDATE account_move SET partner_id = %s + sequence_number,"
        " commercial_partner_id = %s + sequence_number WHERE sequence_prefix = 'BENCH/'",
        [first - 1, first - 1],
    )
    env.cr.execute(
        "UPDATE account_move_line l SET partner_id = m.partner_id FROM account_move m"
        " WHERE m.id = l.move_id AND m.sequence_prefix = 'BENCH/'"
    )
    env.cr.commit()


def _template_invoice(env):
    today = fields.Date.today()
    partner = env['res.partner'].create({'name': "Template", 'email': 'template@example.com'})
    invoice = env['account.move'].create(
        {
            'move_type': 'out_invoice',
            'partner_id': partner.id,
            'invoice_date': today - timedelta(days=60),
            'invoice_date_due': today - timedelta(days=30),
            'invoice_payment_term_id': False,
            'invoice_line_ids': [
                Command.create({'name': "Work", 'price_unit': 100.0, 'tax_ids': False})
            ],
        }
    )
    invoice.action_post()
    env.flush_all()
    return invoice


def _copy(env, table, template_id, source, values, params):
    """Insert copies of one row.

    :param str source: FROM clause that makes the rows
    :param dict values: column → SQL expression, over the copied columns
    """
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = current_schema AND column_name <> 'id' AND is_generated = 'NEVER'",
        [table],
    )
    columns = [row[0] for row in env.cr.fetchall()]
    expressions = [values.get(column, f't."{column}"') for column in columns]
    names = ', '.join(f'"{column}"' for column in columns)
    env.cr.execute(
        f'INSERT INTO {table} ({names}) SELECT {", ".join(expressions)}'
        f' FROM {table} t, {source} WHERE t.id = {int(template_id)} ORDER BY g RETURNING id',
        params,
    )
    ids = [row[0] for row in env.cr.fetchall()]
    # The checks of foreign keys would go on scanning what was a nearly empty table.
    env.cr.execute(f'ANALYZE {table}')
    return ids


def _partners(env, partner, params):
    return _copy_partners(env, partner, 'customer', {**params, 'count': params['customers']})


def _copy_partners(env, partner, kind, params):
    """Insert a number of partners that bear the name of a kind; return their ids."""
    name, email = f"'{kind.capitalize()} ' || g", f"'{kind}' || g || '@example.com'"
    ids = _copy(
        env,
        'res_partner',
        partner.id,
        'generate_series(1, %(count)s) g',
        {
            'name': name,
            'complete_name': name,
            'ref': f"'{kind[0].upper()}' || lpad(g::text, 6, '0')",
            'email': email,
            'email_normalized': email,
        },
        params,
    )
    env.cr.execute('UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)', [ids])
    return ids


def _documents(env, invoice, params):
    receivable = invoice.line_ids.filtered(lambda line: line.display_type == 'payment_term')
    income = invoice.line_ids - receivable
    partner = '%(first_partner)s + g %% %(customers)s'
    # Ages of -30 to 200 days, spread so that neighbours differ; amounts of 20 to 2 000.
    due = '%(today)s::date - ((g::bigint * 7919) %% 231 - 30)::int'
    amount = '(20 + (g::bigint * 104729) %% 1980)::numeric'
    is_open = '(g * 31) %% 100 < %(open_share)s'
    source = 'generate_series(1, %(count)s) g'
    move_ids = _copy(
        env,
        'account_move',
        invoice.id,
        source,
        {
            'name': "'BENCH/' || g",
            'sequence_prefix': "'BENCH/'",
            'sequence_number': 'g',
            'partner_id': partner,
            'commercial_partner_id': partner,
            'invoice_date': f'{due} - 30',
            'date': f'{due} - 30',
            'invoice_date_due': due,
            'payment_state': f"CASE WHEN {is_open} THEN 'not_paid' ELSE 'paid' END",
            'amount_total': amount,
            'amount_residual': f'CASE WHEN {is_open} THEN {amount} ELSE 0 END',
            'access_token': 'NULL',
            'payment_reference': "'BENCH/' || g",
        },
        params,
    )
    params = {**params, 'first_move': min(move_ids)}
    common = {
        'move_id': '%(first_move)s + g - 1',
        'move_name': "'BENCH/' || g",
        'partner_id': partner,
        'date': f'{due} - 30',
        'invoice_date': f'{due} - 30',
    }
    # An open credit is an invoice with the signs of its receivable turned: the engine nets it.
    sign = 'CASE WHEN g %% %(credit_every)s = 0 THEN -1 ELSE 1 END'
    signed = f'{amount} * ({sign})'
    residual = f'CASE WHEN {is_open} THEN {signed} ELSE 0 END'
    _copy(
        env,
        'account_move_line',
        receivable.id,
        source,
        {
            **common,
            'date_maturity': due,
            'balance': signed,
            'debit': f'GREATEST({signed}, 0)',
            'credit': f'GREATEST(-({signed}), 0)',
            'amount_currency': signed,
            'amount_residual': residual,
            'amount_residual_currency': residual,
            'reconciled': f'NOT ({is_open})',
        },
        params,
    )
    _copy(
        env,
        'account_move_line',
        income.id,
        source,
        {
            **common,
            'balance': f'-({signed})',
            'debit': f'GREATEST(-({signed}), 0)',
            'credit': f'GREATEST({signed}, 0)',
            'amount_currency': f'-({signed})',
        },
        params,
    )
