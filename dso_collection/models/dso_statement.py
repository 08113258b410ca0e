from markupsafe import Markup
from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang, get_lang

from ..engine.statement import by_account, subtotals


class DsoStatement(models.AbstractModel):
    """Statements of open items, in the language of the environment (spec 4.6).

    One place for emails and printed letters: tables that mail programs show as they are meant, and
    the same as plain text.
    """

    _name = 'dso.statement'
    _description = "Statement of Open Items"

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
        accounts = by_account(lines) if split else [lines]
        tables = [
            {
                'title': self._title(part[0]) if split else False,
                'rows': [self._row(line, today, interests) for line in part],
                'total': self._money(total, currency),
                'interest': self._interest_total(part, interests),
            }
            for account in accounts
            for currency, part, total in subtotals(account)
        ]
        totals = [self._money(total, currency) for currency, _part, total in subtotals(lines)]
        rendered = self.env['ir.qweb']._render(
            'dso_collection.items_table',
            {
                'tables': tables,
                'totals': totals if len(accounts) > 1 else [],
                'codes': codes,
                'late': interests is not None,
                'direction': get_lang(self.env).direction,
            },
            minimal_qcontext=True,
        )
        return Markup(rendered.strip())

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

    def _title(self, line):
        return f"{line.code} · {line.name}" if line.code != line.name else line.name

    def _interest_total(self, lines, interests):
        total = sum((interests or {}).get(line.id, 0.0) for line in lines)
        return self._money(total, lines[0].currency_id)

    def _row(self, line, today, interests=None):
        days = (today - line.due).days
        interest = (interests or {}).get(line.id)
        return {
            'code': line.code,
            'number': line.number,
            'date': self._date(line.date),
            'due': "" if line.is_credit else self._date(line.due),
            'days': days if days > 0 and not line.is_credit else "",
            'is_late': days > 0 and not line.is_credit,
            'original': self._money(line.original, line.currency_id),
            'residual': self._money(line.residual, line.currency_id),
            'interest': self._money(interest, line.currency_id) if interest else "",
        }

    @api.model
    def _money(self, amount, currency_id):
        currency = self.env['res.currency'].browse(currency_id)
        return formatLang(self.env, amount, currency_obj=currency)

    @api.model
    def _date(self, date):
        return format_date(self.env, date)
