from markupsafe import Markup
from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang, get_lang

from ..engine import scope_sql, statement_sql
from ..engine.statement import Line, Statement, ageing, by_account, subtotals


class DsoStatement(models.AbstractModel):
    """Statements of open items, in the language of the environment (spec 4.6).

    One place for what is read and how it is shown, so that emails, printed statements and
    spreadsheets cannot tell different figures.
    """

    _name = 'dso.statement'
    _description = "Statement of Open Items"

    # === LOADING === #

    @api.model
    def _load(self, customers, is_whole=False):
        """Return the open items of customer accounts; those of group accounts with their members.

        :param dso.customer customers: customer accounts that the caller may read
        :param bool is_whole: whether all open items are asked for, instead of those that may be
            chased and the unallocated credits
        :rtype: dict[int, Statement]
        """
        self.env.flush_all()
        planner = self.env['dso.planner']
        # A user of a branch may not read its root, whose calendar holds.
        rows = [company._dso_calendar_row() for company in customers.sudo().company_id]
        today = {row['company_id']: row['today'] for row in rows}
        scope = scope_sql.scope_of_ids(customers.ids)
        query = statement_sql.statement_lines([planner._items(scope, rows)], is_whole)
        of_units, of_accounts = {}, {}
        for line in map(Line._make, self.env.execute_query(query)):
            of_units.setdefault(line.unit_id, []).append(line)
            of_accounts.setdefault(line.account_id, []).append(line)
        return {
            customer.id: Statement(
                (of_accounts if customer.group_account_id else of_units).get(customer.id, []),
                frozenset(),
                today[customer.company_id.id],
            )
            for customer in customers
        }

    # === TABLES === #

    @api.model
    def _html(self, lines, today, codes=False, split=False, interests=None):
        """Return tables of lines, one per currency, with inline styles and without script.

        :param list lines: :class:`~engine.statement.Line`, in the order in which they are shown
        :param date today: day from which days overdue are counted
        :param bool codes: whether each line tells the code of its customer account
        :param bool split: whether each customer account has tables of its own, before the totals
        :param dict interests: late payment interest by id of the item, when it is shown
        :rtype: Markup
        """
        return self._render_tables(self._prepare_tables(lines, today, codes, split, interests))

    @api.model
    def _render_tables(self, values):
        """Return the tables that :meth:`_prepare_tables` prepared.

        :rtype: Markup
        """
        rendered = self.env['ir.qweb']._render(
            'dso_collection.items_table', values, minimal_qcontext=True
        )
        return Markup(rendered.strip())

    @api.model
    def _prepare_tables(
        self, lines, today, codes=False, split=False, interests=None, with_ages=False
    ):
        """Return what the template of the tables needs; for the parameters see :meth:`_html`.

        :param bool with_ages: whether each currency has a line with the ageing of its items
        :rtype: dict
        """
        accounts = by_account(lines) if split else [lines]
        tables = [
            {
                'title': self._title(part[0]) if split else False,
                'rows': [self._row(line, today, interests) for line in part],
                'total': self._money(total, currency),
                'interest': self._interest_total(part, interests),
                'ages': self._ages(part, today) if with_ages else [],
            }
            for account in accounts
            for currency, part, total in subtotals(account)
        ]
        totals = [self._money(total, currency) for currency, _part, total in subtotals(lines)]
        return {
            'tables': tables,
            'totals': totals if len(accounts) > 1 else [],
            'codes': codes,
            'late': interests is not None,
            'direction': get_lang(self.env).direction,
        }

    def _ages(self, lines, today):
        """Return the labels and amounts of the ages of lines of one currency."""
        *amounts, credit = ageing(lines, today)
        ages = list(zip(self._age_labels(), amounts, strict=True))
        if credit:
            ages.append((self.env._("Credits"), credit))
        currency = lines[0].currency_id
        return [(label, self._money(amount, currency)) for label, amount in ages]

    @api.model
    def _age_labels(self):
        """Return the names of the ages, in the order of :data:`~engine.statement.AGES`."""
        env = self.env
        return [
            env._("Not Due"),
            env._("1–30 Days"),
            env._("31–60 Days"),
            env._("61–90 Days"),
            env._("Over 90 Days"),
        ]

    # === TEXT === #

    @api.model
    def _text(self, lines, codes=False, split=False):
        """Return lines as plain text; the parameters are those of :meth:`_html`.

        :rtype: str
        """
        if not split:
            return "\n".join(self._line_as_text(line, codes) for line in lines)
        accounts = by_account(lines)
        parts = [self._account_as_text(account) for account in accounts]
        if len(accounts) > 1:
            parts.append(self._totals_as_text(self.env._("Total"), lines))
        return "\n\n".join(parts)

    def _account_as_text(self, lines):
        return "\n".join(
            [
                self._title(lines[0]),
                *(self._line_as_text(line) for line in lines),
                self._totals_as_text(self.env._("Subtotal"), lines),
            ]
        )

    def _line_as_text(self, line, codes=False):
        money = self._money(line.residual, line.currency_id)
        text = f"{line.number}  {self._date(line.due)}  {money}"
        return f"{line.code}  {text}" if codes else text

    def _totals_as_text(self, label, lines):
        return "\n".join(
            f"{label}  {self._money(total, currency)}"
            for currency, _part, total in subtotals(lines)
        )

    # === WORDS === #

    def _title(self, line):
        return f"{line.code} · {line.name}" if line.code != line.name else line.name

    def _interest_total(self, lines, interests):
        total = sum((interests or {}).get(line.id, 0.0) for line in lines)
        return self._money(total, lines[0].currency_id)

    def _row(self, line, today, interests=None):
        days = line.days_overdue(today)
        interest = (interests or {}).get(line.id)
        return {
            'code': line.code,
            'number': line.number,
            'note': self._note(line),
            'date': self._date(line.date),
            'due': "" if line.is_credit else self._date(line.due),
            'days': days or "",
            'is_late': days > 0,
            'original': self._money(line.original, line.currency_id),
            'residual': self._money(line.residual, line.currency_id),
            'interest': self._money(interest, line.currency_id) if interest else "",
        }

    @api.model
    def _note(self, line):
        """Return what a number alone does not tell: which instalment, or that it is a credit."""
        if line.is_credit:
            if line.origin == 'credit_note':
                return self.env._("Credit note")
            if line.origin == 'payment':
                return self.env._("Unallocated payment")
            return self.env._("Unallocated credit")
        if line.parts > 1:
            return self.env._(
                "Instalment %(number)s of %(count)s", number=line.part, count=line.parts
            )
        return ""

    @api.model
    def _money(self, amount, currency_id):
        currency = self.env['res.currency'].browse(currency_id)
        return formatLang(self.env, amount, currency_obj=currency)

    @api.model
    def _date(self, date):
        return format_date(self.env, date)
