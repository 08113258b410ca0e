"""When open items are expected to be paid, and how late customers pay (docs/expected_cash.md)."""

from odoo.tools import SQL

from .exclusion_sql import speaks_of
from .scope_sql import (
    OPEN_ITEM_TABLES,
    ROOT_COMPANY,
    TRADE_RECEIVABLES,
    are_open_items,
    due_of,
)

#: Days of the past from whose payments the average delay of a customer is taken.
DELAY_DAYS = 365


def expected(today):
    """Rows of the parts of open items, each with the day on which it is expected.

    An item is a length from nothing to its open amount, which is cut in this order: what is in
    dispute, what its promises cover (by their dates), what promises of an amount cover (the items
    of the customer account by due date), the rest. The parts of an item are those between the cuts,
    so they add up to it; in company currency too, because the cuts are rounded and not the parts.

    :param dict today: root company → day in its time zone
    :return: rows of the columns of ``dso.expected.cash``
    """
    return SQL(
        """WITH %(items)s, %(recorded)s, %(cuts)s, part AS (%(parts)s)
        SELECT item.id::bigint * 1000 + ROW_NUMBER() OVER (
                PARTITION BY item.id ORDER BY part.start, part.stop
            ) AS id,
            item.id AS line_id, item.move_id, item.customer_id, item.partner_id, item.company_id,
            item.collector_id, item.currency_id, item.due AS due_date,
            part.kind, part.date, part.promise_id, part.dispute_id,
            part.stop - part.start AS amount,
            ROUND(item.booked * part.stop / item.residual, item.company_places)
                - ROUND(item.booked * part.start / item.residual, item.company_places)
                AS amount_company
        FROM part JOIN item ON item.id = part.item_id""",
        items=_items(today),
        recorded=_recorded(),
        cuts=_cuts(),
        parts=SQL(" UNION ALL ").join(_parts()),
    )


def _items(today):
    """CTE ``item``: open items with what decides when they are paid."""
    return SQL(
        """item AS MATERIALIZED (
            SELECT l.id, l.move_id, c.id AS customer_id, c.partner_id, c.company_id, c.collector_id,
                l.currency_id, l.amount_residual_currency AS residual, l.amount_residual AS booked,
                cur.decimal_places AS places, own.decimal_places AS company_places,
                %(due)s AS due, COALESCE(pos.average_delay, 0) AS delay, calendar.today
            FROM %(tables)s
            JOIN dso_customer c ON c.partner_id = p.commercial_partner_id
                AND c.company_id = company.root_id
            JOIN dso_position pos ON pos.id = c.position_id
            JOIN unnest(%(companies)s::int[], %(days)s::date[]) AS calendar(company_id, today)
                ON calendar.company_id = c.company_id
            JOIN res_company root ON root.id = c.company_id
            JOIN res_currency own ON own.id = root.currency_id
            JOIN res_currency cur ON cur.id = l.currency_id
            WHERE %(open)s AND l.amount_residual_currency <> 0
        )""",
        due=due_of('l'),
        tables=OPEN_ITEM_TABLES,
        companies=list(today),
        days=list(today.values()),
        open=are_open_items(),
    )


def _recorded():
    """CTEs of what people recorded on items: ``disputed``, ``litigated``, ``promised``, ``sums``.

    ``promised`` are promises of items, ``sums`` promises of an amount; both with what they cover up
    to and with themselves, in the order in which they are due.
    """
    speaks = speaks_of(SQL("x.customer_id"), SQL("l.customer_id"), SQL("l.due"))
    return SQL(
        """disputed AS (
            SELECT l.id AS item_id, MIN(x.dispute_id) AS dispute_id,
                MIN(x.target_date) AS date, SUM(x.amount) AS amount
            FROM (SELECT i.*, d.customer_id, d.target_date FROM dso_dispute_item i
                JOIN dso_dispute d ON d.id = i.dispute_id AND d.state = 'open') x
            JOIN item l ON l.move_id = x.move_id AND l.residual > 0
            WHERE %(speaks)s GROUP BY l.id
        ), litigated AS (
            SELECT DISTINCT l.id AS item_id
            FROM dso_item_status x JOIN item l ON l.move_id = x.move_id AND l.residual > 0
            WHERE x.is_current AND x.category = 'litigation' AND %(speaks)s
        ), promised AS (
            SELECT wanted.*, SUM(amount) OVER (PARTITION BY item_id ORDER BY date, id) AS upto
            FROM (
                SELECT l.id AS item_id, x.id, x.plan_id, x.date,
                    ROUND(x.part * (x.amount - x.paid) / x.amount, l.places) AS amount
                FROM (SELECT i.move_id, i.due_date, i.line_id, i.amount AS part, o.id, o.plan_id,
                        o.date, o.amount, COALESCE(o.amount_paid, 0) AS paid, o.customer_id
                    FROM dso_promise_item i
                    JOIN dso_promise o ON o.id = i.promise_id AND o.state = 'open') x
                JOIN item l ON l.move_id = x.move_id AND l.residual > 0
                WHERE %(speaks)s
            ) wanted
        ), sums AS (
            SELECT left_over.*, SUM(amount) OVER (
                    PARTITION BY customer_id, currency_id ORDER BY date, id
                ) AS upto
            FROM (
                SELECT o.id, o.customer_id, o.currency_id, o.plan_id, o.date,
                    o.amount - COALESCE(o.amount_paid, 0) AS amount
                FROM dso_promise o
                WHERE o.state = 'open'
                    AND NOT EXISTS (SELECT FROM dso_promise_item i WHERE i.promise_id = o.id)
            ) left_over
        )""",
        speaks=speaks,
    )


def _cuts():
    """CTE ``cut``: the places at which debit items are cut, and how much of them is ``free`` for
    promises of an amount, alone and added up over the customer account."""
    return SQL(
        """covered AS (
            SELECT item.*, litigated.item_id IS NOT NULL AS in_litigation,
                disputed.dispute_id, disputed.date AS target_date, disputed.cut AS disputed,
                CASE WHEN litigated.item_id IS NULL
                    THEN LEAST(item.residual, disputed.cut + COALESCE(promised.amount, 0))
                    ELSE disputed.cut END AS promised
            FROM item
            LEFT JOIN litigated ON litigated.item_id = item.id
            LEFT JOIN disputed recorded ON recorded.item_id = item.id
            CROSS JOIN LATERAL (SELECT recorded.dispute_id, recorded.date,
                LEAST(item.residual, COALESCE(recorded.amount, 0)) AS cut) disputed
            LEFT JOIN (SELECT item_id, MAX(upto) AS amount FROM promised GROUP BY item_id) promised
                ON promised.item_id = item.id
            WHERE item.residual > 0
        ), freed AS (
            SELECT covered.*, SUM(free) OVER (
                    PARTITION BY customer_id, currency_id ORDER BY due, id
                ) AS free_upto
            FROM (SELECT covered.*, CASE WHEN in_litigation THEN 0 ELSE residual - promised END
                AS free FROM covered) covered
        ), cut AS (
            SELECT freed.*, freed.promised + LEAST(freed.free, GREATEST(
                    0, COALESCE(total.amount, 0) - (freed.free_upto - freed.free)
                )) AS summed
            FROM freed
            LEFT JOIN (SELECT customer_id, currency_id, MAX(upto) AS amount FROM sums
                GROUP BY customer_id, currency_id) total USING (customer_id, currency_id)
        )"""
    )


def _parts():
    """Selects of the parts ``(item_id, kind, date, start, stop, promise_id, dispute_id)``."""
    return [
        SQL(
            """SELECT cut.id AS item_id, 'disputed' AS kind,
                GREATEST(cut.target_date, cut.today) AS date, 0::numeric AS start,
                cut.disputed AS stop, NULL::int AS promise_id, cut.dispute_id
            FROM cut WHERE cut.disputed > 0"""
        ),
        SQL(
            """SELECT cut.id, CASE WHEN p.plan_id IS NULL THEN 'promised' ELSE 'instalment' END,
                GREATEST(p.date, cut.today), part.start, part.stop, p.id, NULL::int
            FROM promised p JOIN cut ON cut.id = p.item_id
            CROSS JOIN LATERAL (
                SELECT LEAST(cut.promised, cut.disputed + p.upto - p.amount) AS start,
                    LEAST(cut.promised, cut.disputed + p.upto) AS stop
            ) part WHERE part.start < part.stop"""
        ),
        SQL(
            """SELECT cut.id, CASE WHEN s.plan_id IS NULL THEN 'promised' ELSE 'instalment' END,
                GREATEST(s.date, cut.today), part.start, part.stop, s.id, NULL::int
            FROM sums s JOIN cut USING (customer_id, currency_id)
            CROSS JOIN LATERAL (
                SELECT cut.free_upto - cut.free - cut.promised AS shift
            ) before
            CROSS JOIN LATERAL (
                SELECT GREATEST(cut.promised, s.upto - s.amount - before.shift) AS start,
                    LEAST(cut.summed, s.upto - before.shift) AS stop
            ) part WHERE part.start < part.stop"""
        ),
        SQL(
            """SELECT cut.id, 'litigation', NULL, cut.promised, cut.residual, NULL, NULL
            FROM cut WHERE cut.in_litigation AND cut.promised < cut.residual"""
        ),
        SQL(
            """SELECT cut.id, CASE WHEN cut.due + cut.delay < cut.today THEN 'late' ELSE 'due' END,
                GREATEST(cut.due + cut.delay, cut.today), cut.summed, cut.residual, NULL, NULL
            FROM cut WHERE NOT cut.in_litigation AND cut.summed < cut.residual"""
        ),
        SQL(
            """SELECT item.id, 'credit', item.today, 0, item.residual, NULL, NULL
            FROM item WHERE item.residual < 0"""
        ),
    ]


def update_delays(company_id, today):
    """Write the average delay of the customer accounts of a company.

    Average delay = Σ amount × (day of the payment − due date) / Σ amount, in whole days, over what
    was paid on items in the last :data:`DELAY_DAYS` days, in company currency; credit notes are no
    payments. Negative for customers who pay early; none when nothing was paid.

    :param int company_id: a root company
    :param date today: day in its time zone
    """
    return SQL(
        """WITH delay AS (
            SELECT p.commercial_partner_id AS partner_id,
                ROUND(SUM(pr.amount * (paid.date - %(due)s)) / SUM(pr.amount))::int AS days
            FROM account_partial_reconcile pr
            JOIN account_move_line paid ON paid.id = pr.credit_move_id
            JOIN account_move paid_m ON paid_m.id = paid.move_id
                AND paid_m.move_type <> 'out_refund'
            JOIN account_move_line l ON l.id = pr.debit_move_id
                AND l.account_id = ANY(%(receivables)s)
            JOIN account_journal j ON j.id = l.journal_id
                AND j.type NOT IN ('bank', 'cash', 'credit')
            JOIN res_company rc ON rc.id = l.company_id AND %(root)s = %(company)s
            JOIN res_partner p ON p.id = l.partner_id
            WHERE pr.amount > 0
                AND paid.date > %(today)s::date - %(days)s AND paid.date <= %(today)s
            GROUP BY p.commercial_partner_id
        )
        UPDATE dso_position pos SET average_delay = new.days
        FROM dso_position old LEFT JOIN delay new ON new.partner_id = old.partner_id
        WHERE old.id = pos.id AND old.company_id = %(company)s
            AND pos.average_delay IS DISTINCT FROM new.days""",
        due=due_of('l'),
        receivables=TRADE_RECEIVABLES,
        root=ROOT_COMPANY,
        company=company_id,
        today=today,
        days=DELAY_DAYS,
    )
