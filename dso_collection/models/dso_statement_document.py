import secrets

from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, split_every
from odoo.tools.image import image_data_uri
from odoo.tools.misc import get_lang
from odoo.tools.pdf import merge_pdf

from ..engine.statement import by_account, subtotals
from ..tools import pdf_parts
from ..tools.xlsx import XlsxTable

#: Statements printed by one start of the program, which takes longer than most of them.
PDF_BATCH = 50


class DsoStatement(models.AbstractModel):
    """Statements as documents of their own: printed, attached, or as a spreadsheet."""

    _inherit = 'dso.statement'

    # === DOCUMENTS === #

    @api.model
    def _get_documents(self, customers, kind='all', split=False, with_interest=False):
        """Return statements of all open items, chased or not, in the customers' languages.

        :param dso.customer customers: in the order of the statements
        :param str kind: ``all`` or ``overdue``, see :meth:`Statement.listed`
        :param bool split: whether each grouped customer account has tables of its own
        :param bool with_interest: whether interest for late payment is shown
        :return: HTML by id of the customer account
        :rtype: dict[int, Markup]
        """
        customers.check_access('read')
        statements = self._load(customers, is_whole=True)
        interests = self._load_interests(customers) if with_interest else None
        return {
            customer.id: self._get_document(
                customer,
                statements[customer.id].listed(kind),
                statements[customer.id].today,
                customer._get_statement_lang(),
                is_overdue_only=kind == 'overdue',
                split=split,
                interests=interests,
            )
            for customer in customers
        }

    @api.model
    def _get_document(self, customer, lines, today, lang, is_overdue_only=False, **layout):
        """Return one statement as HTML.

        :param dso.customer customer: customer account that the caller may read
        :param list lines: what is listed
        :param date today: day of the statement
        :param str lang: code of its language
        :param dict layout: ``split`` and ``interests`` as for :meth:`_html`
        :rtype: Markup
        """
        # Whoever may read the customer account may read who it is and to whom it owes.
        statement = self.sudo().with_context(lang=lang, bin_size=False)
        customer = customer.with_env(statement.env)
        codes = not layout.get('split') and len(by_account(lines)) > 1
        tables = statement._prepare_tables(lines, today, codes, with_ages=True, **layout)
        rendered = statement.env['ir.qweb']._render(
            'dso_collection.statement_document',
            {
                'lang': lang.replace('_', '-'),
                'direction': tables['direction'],
                **statement._get_letterhead(customer),
                'facts': statement._get_facts(customer, today, is_overdue_only),
                'tables': lines and statement._render_tables(tables),
            },
            minimal_qcontext=True,
        )
        return Markup(rendered.strip())

    def _get_letterhead(self, customer):
        """Return who writes to whom, as the head of a document shows it.

        :param dso.customer customer: customer account to which the document is addressed
        :rtype: dict
        """
        company, partner = customer.company_id, customer.partner_id
        return {
            'company': company,
            'company_address': self._get_address(company.partner_id),
            'logo': company.logo and image_data_uri(company.partner_id.image_256),
            'color': company.primary_color or '#adb5bd',
            'partner': partner,
            'partner_address': self._get_address(partner),
        }

    def _get_address(self, partner):
        """Return the lines of an address, without the empty ones of the country's format."""
        lines = partner._display_address(without_company=True).splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())

    def _get_facts(self, customer, today, is_overdue_only):
        """Return what a statement is about, in one line."""
        date = format_date(self.env, today)
        facts = [self.env._("Open items on %(date)s", date=date)]
        if customer.code:
            facts.append(self.env._("Customer code %(code)s", code=customer.code))
        if is_overdue_only:
            facts.append(self.env._("Overdue items only"))
        return " · ".join(facts)

    @api.model
    def _load_interests(self, customers):
        """Return the interest for late payment by id of the item.

        :raise UserError: when a reference rate is missing
        """
        late = self.env['dso.late.payment']._load(customers)
        if missing := self.env['dso.late.payment']._get_missing_sentence(late):
            raise UserError(missing)
        return self._get_interests(late)

    @api.model
    def _get_interests(self, late):
        """Return the interest by id of the item.

        :param dict late: what :meth:`dso.late.payment._load` returned
        """
        return {
            entry.item.id: float(entry.amount)
            for found in late.values()
            for entry in found.interests
        }

    # === PDF === #

    @api.model
    def _print_pdf(self, customers, *options):
        """Return one PDF with a statement for each customer account.

        :param options: those of :meth:`_get_documents`
        :rtype: bytes
        """
        if not customers:
            raise UserError(self.env._("There is nothing to print: choose customers first."))
        files = self._render_pdfs(self._get_documents(customers, *options))
        return merge_pdf(list(files.values()))

    @api.model
    def _render_pdfs(self, documents):
        """Print documents, many by one start of the printing program.

        :param dict documents: HTML by any key
        :return: PDF by the same keys, in the same order
        :rtype: dict[int, bytes]
        """
        files = {}
        for keys in split_every(PDF_BATCH, documents, list):
            printed = self._print_together([documents[key] for key in keys])
            files.update(zip(keys, printed, strict=True))
        return files

    def _print_together(self, documents):
        """Print documents at once; each by itself when they could not be told apart after."""
        if len(documents) == 1:
            return [self._print(documents[0])]
        marks = pdf_parts.marks_of(len(documents), secrets.token_hex(8))
        page_break = Markup('<div class="o_dso_break"></div>')
        body = page_break.join(
            Markup('<div>{}</div>{}{}').format(mark, page_break, document)
            for mark, document in zip(marks, documents, strict=True)
        )
        parts = pdf_parts.cut(self._print(body), marks)
        return parts or [self._print(document) for document in documents]

    def _print(self, body):
        page = self.env['ir.qweb']._render(
            'dso_collection.statement_page', {'body': body}, minimal_qcontext=True
        )
        report = self.env['ir.actions.report']
        return report._dso_print(page, 'dso_collection.action_report_statement')

    # === SPREADSHEET === #

    @api.model
    def _write_xlsx(self, file, customers, kind='all', with_interest=False):
        """Write the lines of statements of all open items, and their totals per currency.

        :param file: binary file to write to
        :param dso.customer customers: in the order of the statements
        """
        customers.check_access('read')
        statements = self._load(customers, is_whole=True)
        interests = self._load_interests(customers) if with_interest else None
        langs = {customer._get_statement_lang() for customer in customers}
        lang = langs.pop() if len(langs) == 1 else get_lang(self.env).code
        sheet = self.with_context(lang=lang)
        # A member that was asked for beside its group account is listed once.
        lines = {
            line.id: (line, statement.today)
            for statement in statements.values()
            for line in statement.listed(kind)
        }
        used = {line.currency_id for line, _today in lines.values()}
        currencies = self.env['res.currency'].browse(used)
        places = {currency.id: (currency.name, currency.decimal_places) for currency in currencies}
        is_rtl = get_lang(sheet.env).direction == 'rtl'
        table = XlsxTable(file, sheet._get_columns(with_interest), is_rtl)
        for line, today in lines.values():
            table.write_row(sheet._get_cells(line, today, places, interests))
        for currency_id, _part, total in subtotals(line for line, _today in lines.values()):
            table.write_row(sheet._get_total_cells(total, *places[currency_id], with_interest))
        table.close()

    def _get_columns(self, with_interest):
        columns = [
            (self.env._("Customer Code"), 'text'),
            (self.env._("Customer"), 'text'),
            (self.env._("Document"), 'text'),
            (self.env._("Remark"), 'text'),
            (self.env._("Date"), 'date'),
            (self.env._("Due Date"), 'date'),
            (self.env._("Days Overdue"), 'integer'),
            (self.env._("Amount"), 'money'),
            (self.env._("Open Amount"), 'money'),
            (self.env._("Currency"), 'text'),
        ]
        return [*columns, (self.env._("Late Interest"), 'money')] if with_interest else columns

    def _get_cells(self, line, today, places, interests):
        currency, decimals = places[line.currency_id]
        cells = [
            line.code,
            line.name,
            line.number,
            self._note(line) or None,
            line.date,
            None if line.is_credit else line.due,
            line.days_overdue(today) or None,
            (line.original, decimals),
            (line.residual, decimals),
            currency,
        ]
        if interests is None:
            return cells
        interest = interests.get(line.id)
        return [*cells, (interest, decimals) if interest else None]

    def _get_total_cells(self, total, currency, decimals, with_interest):
        blanks = [None] * 4
        cells = [None, None, self.env._("Total"), *blanks, None, (total, decimals), currency]
        return [*cells, None] if with_interest else cells
