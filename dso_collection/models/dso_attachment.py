from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.pdf import merge_pdf

from ..const import LETTER_TYPES
from ..tools import attachments
from ..tools.attachments import File

#: Bytes kept for a statement that is not printed yet, and for each of its lines. Printing takes
#: less; so what people see before sending is what goes along.
STATEMENT_SIZE, LINE_SIZE = 150_000, 1_000


class Choice(NamedTuple):
    """What goes along with the message of an action, and what does not."""

    chosen: list
    left_out: list  # files for which there is no room
    missing: list  # numbers of invoices of which no PDF exists

    def name_left_out(self):
        """Return the names of the files for which there is no room, in one line."""
        return ", ".join(file.name for file in self.left_out)

    def name_missing(self):
        """Return the numbers of the invoices of which no PDF exists, in one line."""
        return ", ".join(self.missing)


class DsoAttachment(models.AbstractModel):
    """What is attached to emails of actions: the statement first, then the oldest invoices.

    Legal PDFs are those that accounting has made and keeps; none is made here. Each action gets
    files of its own customer account and of the items that it lists.
    """

    _name = 'dso.attachment'
    _description = "Attachments of Collection Messages"

    # === BUSINESS METHODS === #

    @api.model
    def _attach(self, parcels):
        """Make and choose the files that go along with emails that have their texts.

        :param list parcels: :class:`~.dso_channel.Parcel`, of which those with a code do not go out
        :return: the parcels with their files, or with the cause why a statement cannot be printed
        :rtype: list
        """
        written = {parcel.action: parcel for parcel in parcels if not parcel.code}
        actions = self.env['dso.action'].union(*written)
        statements, causes = self._load_statements(actions), {}
        asking = actions.filtered('step_id.attach_statement')
        pdfs = self._print(asking, statements, written, causes)
        printed = actions.filtered(lambda action: action.id not in causes)
        invoices = self._load_invoices(printed, statements)
        choices = {}
        for template, group in printed.grouped(lambda a: a.step_id.mail_template_id).items():
            limit = self._get_limit(template)
            for action in group:
                parcel = written[action]
                lang = action._get_message_lang(parcel.contact)
                files, missing = self._get_files(action, lang, statements, invoices, pdfs)
                room = attachments.room_beside(limit, parcel.texts['body_html'])
                chosen, left_out = attachments.choose(files, room)
                choices[action.id] = Choice(chosen, left_out, missing)
        self._keep(printed, choices, pdfs)
        return [
            parcel._replace(files=choices.get(parcel.action.id))
            if parcel.code or parcel.action.id in choices
            else parcel._replace(code='render', cause=causes[parcel.action.id])
            for parcel in parcels
        ]

    @api.model
    def _enclose(self, parcels):
        """Add statements to letters whose steps attach them, as further pages of one document.

        :param list parcels: letters with their documents, of which those with a code do not go out
        :return: the parcels, or with the cause why a statement cannot be printed
        :rtype: list
        """
        written = {parcel.action: parcel for parcel in parcels if not parcel.code}
        actions = self.env['dso.action'].union(*written).filtered('step_id.attach_statement')
        causes = {}
        pdfs = self._print(actions, self._load_statements(actions), written, causes)
        enclosed = []
        for parcel in parcels:
            action_id = parcel.action.id
            if action_id in pdfs:
                document = merge_pdf([parcel.texts['document'], pdfs[action_id]])
                parcel = parcel._replace(texts={**parcel.texts, 'document': document})
            elif action_id in causes:
                parcel = parcel._replace(code='render', cause=causes[action_id])
            enclosed.append(parcel)
        return enclosed

    @api.model
    def _describe(self, action, kind, contact, body):
        """Return the names of what would go along with a message now, and what would not.

        :param str kind: kind of the message
        :param res.partner contact: whom it addresses
        :param str body: its text
        :rtype: dict[str, list[str] | str]
        """
        # Who may read the action may read what its message says.
        sudo = self.sudo().with_company(action.company_id)
        action = action.with_env(sudo.env)
        lang = action._get_message_lang(contact.with_env(sudo.env))
        if kind in LETTER_TYPES and action.step_id.attach_statement:
            return {'attachments': [sudo._get_statement_name(action, lang)]}
        if kind != 'email':
            return {}
        choice = sudo._preview(action, lang, body)
        return {
            'attachments': [file.name for file in choice.chosen],
            'attachment_note': self._explain(choice.name_left_out(), choice.name_missing()),
        }

    @api.model
    def _explain(self, left_out, missing):
        """Return what does not go along with a message and why, in a sentence each.

        :param str left_out: names of files for which there is no room
        :param str missing: numbers of invoices of which no PDF exists
        :rtype: str
        """
        sentences = []
        if left_out:
            sentences.append(self.env._("Too large for the message: %(names)s.", names=left_out))
        if missing:
            sentences.append(
                self.env._("Never sent, so that no PDF exists: %(names)s.", names=missing)
            )
        return " ".join(sentences)

    def _preview(self, action, lang, body):
        """Return what would go along with an email now.

        :rtype: Choice
        """
        statements = self._load_statements(action)
        invoices = self._load_invoices(action, statements)
        files, missing = self._get_files(action, lang, statements, invoices)
        room = attachments.room_beside(self._get_limit(action.step_id.mail_template_id), body)
        return Choice(*attachments.choose(files, room), missing)

    # === READING === #

    def _load_statements(self, actions):
        """Return the open items of the actions that attach anything."""
        asking = actions.filtered(lambda a: a.step_id.attach_statement or a.step_id.attach_invoices)
        return self.env['dso.hashtag']._load_statements(asking) if asking else {}

    def _load_invoices(self, actions, statements):
        """Return the legal PDF by id of the invoice, of those that have one.

        :rtype: dict[int, File]
        """
        asking = actions.filtered('step_id.attach_invoices')
        moves = {
            line.move_id for action in asking for line in self._get_listed(statements[action.id])
        }
        if not moves:
            return {}
        found = self._find_legal_pdfs(moves).items()
        return {move_id: File(pdf.name, pdf.file_size, pdf.id) for move_id, pdf in found}

    @api.model
    def _find_legal_pdfs(self, move_ids):
        """Return the PDFs that accounting has made and keeps, by id of their invoices.

        :param move_ids: ids of invoices
        :rtype: dict[int, ir.attachment]
        """
        found = self.env['ir.attachment'].search(
            Domain('res_model', '=', 'account.move')
            & Domain('res_field', '=', 'invoice_pdf_report_file')
            & Domain('res_id', 'in', list(move_ids)),
            order='id',
        )
        return {pdf.res_id: pdf for pdf in found}

    def _get_listed(self, statement):
        """Return the items of which the message speaks, oldest first; credits are none."""
        return [line for line in statement.listed('selected') if not line.is_credit]

    # === CHOOSING === #

    def _get_limit(self, template):
        """Return the megabytes for text and files of an email, beside what its template attaches.

        Of a larger one than its server takes, the mail module would send links that anybody can
        follow; which server it chooses is known when it sends.
        """
        servers = template.mail_server_id or self.env['ir.mail_server'].search(
            [('active', '=', True)]
        )
        sizes = [server._get_max_email_size() for server in servers]
        sizes = sizes or [servers._get_max_email_size()]
        limit = min(self.env.company.root_id.dso_attachment_limit, *sizes)
        fixed = sum(attachments.encoded_size(file.file_size) for file in template.attachment_ids)
        return limit - fixed / attachments.MEGABYTE

    def _get_files(self, action, lang, statements, invoices, pdfs=None):
        """Return what should go along, the most important first, and invoices without a PDF.

        :param str lang: code of the language of the recipient
        :param dict pdfs: printed statements by id of the action, as far as they are printed
        :rtype: tuple[list[File], list[str]]
        """
        step, statement = action.step_id, statements.get(action.id)
        files, missing = [], []
        if step.attach_statement:
            size = STATEMENT_SIZE + LINE_SIZE * len(statement.lines)
            printed = len((pdfs or {}).get(action.id, b''))
            files.append(File(self._get_statement_name(action, lang), max(size, printed)))
        if step.attach_invoices:
            numbers = {line.move_id: line.number for line in self._get_listed(statement)}
            files += [invoices[move_id] for move_id in numbers if move_id in invoices]
            missing = [number for move_id, number in numbers.items() if move_id not in invoices]
        return files, missing

    def _get_statement_name(self, action, lang):
        unit = action.customer_id._get_unit()
        return f'{unit._get_statement_name(lang)}.pdf'

    # === STATEMENTS === #

    def _print(self, actions, statements, parcels, causes):
        """Return the statements as PDF by id of the action.

        :param dict parcels: messages by action
        :param dict causes: gets what went wrong by id of the action
        :rtype: dict[int, bytes]
        """
        if not actions:
            return {}
        interests = self._load_interests(actions, parcels)

        def render(actions):
            return self.env['dso.statement']._render_pdfs(
                {
                    action.id: self._get_document(
                        action,
                        statements[action.id],
                        parcels[action].contact,
                        interests.get(action.id),
                    )
                    for action in actions
                }
            )

        return self.env['dso.channel']._make_halving(render, actions, causes)

    def _load_interests(self, actions, parcels):
        """Return the interest by item of the actions whose texts speak of late payment.

        A missing reference rate has kept the text itself from being written.

        :rtype: dict[int, dict]
        """
        channel = self.env['dso.channel']
        asking = actions.filtered(
            lambda action: channel._of(parcels[action].kind)._shows_late(parcels[action])
        )
        if not asking:
            return {}
        late = self.env['dso.late.payment']._load(asking.customer_id)
        return dict.fromkeys(asking.ids, self.env['dso.statement']._get_interests(late))

    def _get_document(self, action, statement, contact, interests):
        """Return the statement of what the texts ask for, in the language of the recipient."""
        unit = action.customer_id._get_unit()
        lines, lang = statement.listed('all'), action._get_message_lang(contact)
        return self.env['dso.statement']._get_document(
            unit, lines, statement.today, lang, interests=interests
        )

    def _keep(self, actions, choices, pdfs):
        """Create the chosen statements, on the customer account like the message itself.

        :param dict choices: gets the ids of the statements
        """
        made = [
            (action, file)
            for action in actions
            for file in choices[action.id].chosen
            if not file.id
        ]
        created = self.env['ir.attachment'].create(
            [
                {
                    'name': file.name,
                    'raw': pdfs[action.id],
                    'mimetype': 'application/pdf',
                    'res_model': 'dso.customer',
                    'res_id': action.customer_id.id,
                }
                for action, file in made
            ]
        )
        for (action, _file), attachment in zip(made, created, strict=True):
            choice = choices[action.id]
            chosen = [
                file if file.id else file._replace(id=attachment.id) for file in choice.chosen
            ]
            choices[action.id] = choice._replace(chosen=chosen)
