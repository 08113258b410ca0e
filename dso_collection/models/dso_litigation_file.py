from typing import NamedTuple

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime, plaintext2html
from odoo.tools.image import image_data_uri
from odoo.tools.misc import get_lang
from odoo.tools.pdf import merge_pdf

from ..engine.statement import subtotals
from ..tools import pdf_bundle
from ..tools.attachments import file_name
from ..tools.pdf_bundle import Part
from ..tools.printable import printable


class Document(NamedTuple):
    """A document of the file before it is bound."""

    title: str
    page: str = ''  # HTML that is printed
    files: tuple = ()  # contents of PDFs that are kept as they are


class DsoLitigationFile(models.AbstractModel):
    """What a lawyer or a court needs about open items, as one PDF: what is claimed, what was done,
    what was sent and received, and the invoices themselves, behind a cover with an index.

    Nothing is made up for it: messages are those that left, invoices those that accounting keeps.
    """

    _name = 'dso.litigation.file'
    _description = "Litigation File"

    # === BUSINESS METHODS === #

    @api.model
    def _check_lines(self, lines):
        """Return the customer account that is sued for items: their own, or their group account.

        :param account.move.line lines: items that the user has chosen
        :rtype: dso.customer
        """
        lines.check_access('read')
        units = lines._dso_units()
        if not lines.filtered_domain(lines._domain_open_items()):
            raise UserError(
                self.env._("There is nothing to claim: choose open items of one customer.")
            )
        if len(units) != 1:
            raise UserError(
                self.env._("A litigation file is about one customer: choose items of one customer.")
            )
        units.check_access('read')
        return units

    @api.model
    def _get_url(self, lines):
        """Return an action that opens the litigation file of items, refused before if need be."""
        self._check_lines(lines)
        return {
            'type': 'ir.actions.act_url',
            'url': f"/dso_collection/litigation_file/{','.join(map(str, lines.ids))}",
            'target': 'new',
        }

    @api.model
    def _get_claimable(self, customer):
        """Return what is claimed when nobody chooses: the items in litigation, else all that is
        open.

        :param dso.customer customer: a customer account, with those grouped into it
        :rtype: account.move.line
        """
        lines = customer.unit_line_ids.filtered(lambda line: line.amount_residual > 0)
        return lines.filtered(lambda line: line.dso_status_category == 'litigation') or lines

    @api.model
    def _get_name(self, customer):
        """Return the name of the file of a customer account."""
        owner = customer.code or customer.sudo().partner_id.name or ""
        return self.env._(
            "Litigation File %(customer)s %(date)s.pdf",
            customer=file_name(owner),
            date=customer.sudo().company_id._dso_today(),
        )

    @api.model
    def _print(self, lines):
        """Return the litigation file of open items of one customer account.

        :param account.move.line lines: items that are claimed
        :rtype: bytes
        """
        customer = self._check_lines(lines)
        # Whoever may read the customer account may read what was sent to it and how.
        records = self.sudo().with_company(customer.company_id).with_context(bin_size=False)
        lines, customer = lines.with_env(records.env), customer.with_env(records.env)
        lines = lines.filtered_domain(lines._domain_open_items())
        documents = [
            records._get_statement(customer, lines),
            records._get_history(customer, lines),
            *records._get_correspondence(customer, lines),
            *records._get_invoices(lines),
        ]
        return records._bind(customer, lines, documents)

    # === BINDING === #

    def _bind(self, customer, lines, documents):
        """Return documents behind a cover that tells on which page each begins.

        :param list documents: :class:`Document`, in their order
        """
        printed = self.env['dso.statement']._render_pdfs(
            {index: document.page for index, document in enumerate(documents) if document.page}
        )
        parts, lost = [], []
        for index, document in enumerate(documents):
            files = [*filter(None, [printed.get(index)]), *document.files]
            sound = [content for content in files if pdf_bundle.page_count(content)]
            if sound:
                parts.append(Part(document.title, merge_pdf(sound)))
            if len(sound) < len(files) or not files:
                lost.append((document.title, bool(files)))
        counts = [pdf_bundle.page_count(part.content) for part in parts]
        cover = self._print_cover(customer, lines, [part.title for part in parts], counts, lost)
        return pdf_bundle.bind([Part(self.env._("Contents"), cover), *parts])

    def _print_cover(self, *parts):
        """Return the cover, which has to know its own number of pages.

        :param parts: customer account and items, names of the parts and their numbers of pages, and
            titles of what is missing, each with whether there is a file that is unreadable
        """
        pages = self._print_cover_before(1, *parts)
        length = pdf_bundle.page_count(pages)
        # The column of the page numbers has a fixed width: the cover does not grow by them.
        return pages if length == 1 else self._print_cover_before(length, *parts)

    def _print_cover_before(self, length, customer, lines, titles, counts, lost):
        starts = pdf_bundle.first_pages(counts, length + 1)
        rows = list(zip(titles, starts, strict=True))
        html = self._render('litigation_cover', self._get_cover(customer, lines, rows, lost))
        [pages] = self.env['dso.statement']._render_pdfs({0: html}).values()
        return pages

    def _get_cover(self, customer, lines, rows, lost):
        """Return what the cover shows."""
        statements = self.env['dso.statement']
        company = customer.company_id
        totals = [
            statements._money(total, currency)
            for currency, _part, total in subtotals(self._get_claimed(customer, lines))
        ]
        facts = [
            self.env._(
                "Prepared on %(date)s by %(name)s",
                date=format_date(self.env, company._dso_today()),
                name=self.env.user.name,
            )
        ]
        if customer.code:
            facts.append(self.env._("Customer code %(code)s", code=customer.code))
        return {
            **statements._get_letterhead(customer),
            'facts': " · ".join(facts),
            'totals': totals,
            'rows': rows,
            'lost': [
                (
                    title,
                    self.env._("The file cannot be read")
                    if is_file
                    else self.env._("Never sent, so that no PDF exists"),
                )
                for title, is_file in lost
            ],
        }

    def _render(self, template, values):
        """Return a document as HTML, in the language of the user."""
        lang = get_lang(self.env)
        start, end = ('right', 'left') if lang.direction == 'rtl' else ('left', 'right')
        sides = {'direction': lang.direction, 'start': start, 'end': end}
        rendered = self.env['ir.qweb']._render(
            f'dso_collection.{template}',
            {'lang': lang.code.replace('_', '-'), **sides, **values},
            minimal_qcontext=True,
        )
        return Markup(rendered.strip())

    # === CLAIM AND HISTORY === #

    def _get_claimed(self, customer, lines):
        """Return the lines of a statement that are claimed."""
        statement = self.env['dso.statement']._load(customer, is_whole=True)[customer.id]
        return [line for line in statement.listed('all') if line.id in set(lines.ids)]

    def _get_statement(self, customer, lines):
        today = customer.company_id._dso_today()
        page = self.env['dso.statement']._get_document(
            customer, self._get_claimed(customer, lines), today, get_lang(self.env).code
        )
        return Document(self.env._("Statement of Account"), page)

    def _get_history(self, customer, lines):
        """Return what was done and recorded, oldest first."""
        events = [*self._get_done(customer, lines), *self._get_recorded(customer, lines)]
        rows = [
            (format_datetime(self.env, moment, dt_format='short'), *words)
            for moment, *words in sorted(events, key=lambda event: event[0])
        ]
        values = {'title': self.env._("History"), 'customer': customer, 'rows': rows}
        return Document(values['title'], self._render('litigation_history', values))

    def _get_done(self, customer, lines):
        """Return the actions: when, what, its outcome, by whom, remark."""
        actions = self._get_actions(customer, lines)
        outcomes = dict(actions._fields['result']._description_selection(self.env))
        return [
            (
                action.date_done,
                action.display_name,
                outcomes.get(action.result, ""),
                action.done_by_id.name or "",
                action.remark or "",
            )
            for action in actions
        ]

    def _get_recorded(self, customer, lines):
        """Return the statuses of the items, in the same columns."""
        keys = self._get_keys(lines)
        entries = self.env['dso.item.status'].search(
            [
                ('customer_id', 'in', (customer | customer.grouped_account_ids).ids),
                ('move_id', 'in', lines.move_id.ids),
            ]
        )
        return [
            (
                entry.create_date,
                self.env._("Status of %(number)s", number=entry.number),
                entry.status_id.name,
                entry.author_id.name or "",
                entry.comment or "",
            )
            for entry in entries
            if (entry.move_id.id, entry.due_date) in keys
        ]

    def _get_keys(self, lines):
        """Return by what the history knows items: invoice and due date."""
        return {(line.move_id.id, line._dso_due_date()) for line in lines}

    def _get_actions(self, customer, lines):
        """Return what was done for the items, and for the whole customer account.

        :rtype: dso.action
        """
        keys = self._get_keys(lines)
        done = customer.history_ids.filtered(
            lambda action: action.state == 'done' and action.outcome != 'skipped'
        )
        return done.filtered(
            lambda action: (
                not action.item_ids
                or any((item.move_id.id, item.due_date) in keys for item in action.item_ids)
            )
        )

    # === CORRESPONDENCE === #

    def _get_correspondence(self, customer, lines):
        """Return what was sent and received, oldest first.

        :rtype: list[Document]
        """
        messages = self._get_actions(customer, lines).sent_message_ids
        messages = messages.filtered(lambda message: message.delivery in ('sent', 'bounced'))
        replies = self.env['dso.reply'].search(
            [
                ('customer_id', 'in', (customer | customer.grouped_account_ids).ids),
                ('state', '!=', 'discarded'),
            ]
        )
        found = [
            *((self._get_sent_on(message), self._get_message(message)) for message in messages),
            *((reply.date, self._get_reply(reply)) for reply in replies),
        ]
        return [document for _moment, document in sorted(found, key=lambda entry: entry[0])]

    def _get_sent_on(self, message):
        return message.posted_on or message.sent_on or message.action_id.date_done

    def _get_message(self, message):
        """Return a message of ours as it left: a letter itself, the text of all others."""
        kinds = dict(message._fields['kind']._description_selection(self.env))
        moment = self._get_sent_on(message)
        if message.document_id:
            return self._get_document(moment, kinds[message.kind], "", [message.document_id])
        mail, body = message.mail_message_id, message.body
        if message.kind == 'sms':
            body = plaintext2html(body or "")
        files = message.attachment_ids
        head = [
            (self.env._("From"), mail.email_from),
            (self.env._("To"), message.recipient),
            (self.env._("Copy"), message.cc),
            (self.env._("Attachments"), ", ".join(files.mapped('name'))),
            (self.env._("Delivery"), message.failure),
        ]
        page = self._get_page(message.subject or kinds[message.kind], moment, head, body)
        # The invoices themselves stand at the end.
        enclosed = files.filtered(lambda file: file.res_model != 'account.move')
        return self._get_document(moment, kinds[message.kind], message.subject, enclosed, page)

    def _get_reply(self, reply):
        head = [
            (self.env._("From"), reply.email_from or reply.sender_name),
            (self.env._("Attachments"), ", ".join(reply.attachment_ids.mapped('name'))),
        ]
        body = reply.body or plaintext2html(reply.excerpt or "")
        page = self._get_page(reply.display_name, reply.date, head, body)
        kind = self.env._("Reply of the customer")
        return self._get_document(reply.date, kind, reply.subject, reply.attachment_ids, page)

    def _get_page(self, title, moment, head, body):
        """Return a message as HTML, with what stands around it."""
        when = format_datetime(self.env, moment, dt_format='short')
        values = {
            'title': title,
            'head': [(self.env._("Date"), when), *((label, text) for label, text in head if text)],
            'body': Markup(printable(body, self._get_pictures())),
        }
        return self._render('litigation_message', values)

    def _get_pictures(self):
        """Return the pictures of ours that messages name, by the end of their address."""
        company = self.env.company
        address = f'/logo.png?company={company.id}'
        return {address: image_data_uri(company.logo)} if company.logo else {}

    def _get_document(self, moment, kind, subject, attachments, page=''):
        day = fields.Datetime.context_timestamp(self, moment).date()
        words = [format_date(self.env, day), kind, subject]
        pdfs = [file for file in attachments if file.mimetype == 'application/pdf']
        title = " · ".join(filter(None, words))
        return Document(title, page, tuple(file.raw or b'' for file in pdfs))

    # === INVOICES === #

    def _get_invoices(self, lines):
        """Return the legal PDF of each document that is claimed, oldest first.

        :rtype: list[Document]
        """
        moves = lines.sorted(lambda line: (line._dso_due_date(), line.id)).move_id
        pdfs = self.env['dso.attachment']._find_legal_pdfs(moves.ids)
        return [
            Document(move.name, files=(pdfs[move.id].raw or b'',) if move.id in pdfs else ())
            for move in moves
        ]
