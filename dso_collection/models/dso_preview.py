import contextlib
import re

from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..const import LETTER_TYPES
from .dso_channel import Parcel


class DsoPreview(models.AbstractModel):
    """What a step would send to a customer account now, for people who write its text.

    The dispatch itself writes the message, of an action that lives in a savepoint and is rolled
    back: what is shown is what would leave, for any step and any customer account, and nothing of
    it stays.
    """

    _name = 'dso.preview'
    _description = "Preview of a Step"

    # === READ === #

    @api.model
    def _read(self, step, customer=None, lang=None):
        """Return everything that the preview of a step shows.

        :param dso.scenario.step step: a step that the user may read
        :param dso.customer customer: for whom; default: one for whom the step is the next
        :param str lang: code of an active language; default: that of the recipient
        :rtype: dict
        """
        self._check_readable(step, customer)
        customer = customer or self._propose_customer(step)
        data = {**self._read_step(step), 'customer_id': False, 'messages': [], 'warnings': []}
        if not customer:
            return {**data, 'langs': [], 'lang': "", 'warnings': [self._explain_nobody()]}
        customer = customer._get_unit()
        data['customer_id'] = customer.id
        with self._acting(step, customer, lang) as parcels:
            data['messages'] = [self._read_message(parcel) for parcel in parcels]
            data['warnings'] = self._read_warnings(parcels)
            data['lang'] = parcels[0].action._get_message_lang(parcels[0].contact)
        return {**data, 'langs': self._read_langs(customer)}

    def _check_readable(self, step, customer):
        """Refuse records of other companies, and people without access to collection."""
        step.check_access('read')
        if customer:
            customer.check_access('read')

    def _read_step(self, step):
        return {
            'step_id': step.id,
            'instructions': step.instructions or "",
            'steps': [
                {'id': other.id, 'label': f"{other.delay:+d} · {other.name}"}
                for other in step.scenario_id.step_ids.sorted('delay')
            ],
            'customer_domain': list(self._domain_customers(step)),
            'can_test': self._can_test(),
        }

    def _read_langs(self, customer):
        """Return the active languages, those of the customer and its contacts first.

        :rtype: list[dict]
        """
        people = self.env['res.partner'].search([('id', 'child_of', customer.partner_id.id)])
        theirs = set(people.mapped('lang'))
        langs = [
            {'code': code, 'name': name, 'is_theirs': code in theirs}
            for code, name in self.env['res.lang'].get_installed()
        ]
        return sorted(langs, key=lambda lang: not lang['is_theirs'])

    # === FOR WHOM === #

    @api.model
    def _domain_customers(self, step):
        """Customer accounts that a message of a step may go to: those that lead their groups."""
        company = step.company_id.root_id
        own = Domain('company_id', '=', company.id) if company else Domain.TRUE
        return own & Domain('group_account_id', '=', False)

    def _propose_customer(self, step):
        """Return an account with open items, preferably one for which the step is the next.

        A step before the due date speaks of what is not due.
        """
        customers = self.env['dso.customer']
        own = self._domain_customers(step) & Domain('leader_line_id', '!=', False)
        fitting = Domain('not_due', '>', 0) if step.delay < 0 else Domain.TRUE
        for domain in (
            Domain('plan_step_id', '=', step.id),
            Domain('scenario_id', '=', step.scenario_id.id) & fitting,
            fitting,
            Domain.TRUE,
        ):
            found = customers.search(own & domain, order='plan_date, id', limit=1)
            if found:
                return found
        return customers

    def _explain_nobody(self):
        return self.env._("No customer account has an open item: choose a customer account.")

    # === THE MESSAGES === #

    @contextlib.contextmanager
    def _acting(self, step, customer, lang):
        """Give the messages of a step to a customer account; what they need is rolled back.

        :return: one parcel for each message; for a step without message one without text
        :rtype: list[Parcel]
        """
        with contextlib.closing(self.env.cr.savepoint()):
            action = self._make_action(step, customer, lang)
            channel = action.env['dso.channel']
            kinds = action._get_message_types()
            parcels = [
                parcel for kind in kinds for parcel in channel._of(kind)._address(action, kind)
            ]
            kind, contact = action.action_type, action.recipient_id
            yield parcels or [Parcel(action, kind, contact, action.recipient)]

    def _make_action(self, step, customer, lang):
        """Create the action whose messages are shown."""
        # Who may read step and customer account may read what the messages say.
        preview = self.sudo().with_company(customer.company_id).with_context(dso_lang=lang)
        planner = preview.env['dso.planner']
        found = planner._get_recipients(customer, step.action_type).get(customer.id, (False, False))
        action = preview.env['dso.action'].create(
            {
                'customer_id': customer.id,
                'origin': 'scenario',
                'state': 'cancelled',  # there may be an open one
                'scenario_id': step.scenario_id.id,
                'step_id': step.id,
                'step_delay': step.delay,
                'name': step.name,
                'action_type': step.action_type,
                'mode': step.mode,
                **preview._prepare_leader(step, customer.with_env(preview.env)),
                'amount': customer.plan_amount or customer.eligible_overdue,
                'date_planned': customer.company_id._dso_today(),
                'recipient_id': found[0],
                'recipient': found[1],
            }
        )
        planner._snapshot_items(action)
        return action

    def _prepare_leader(self, step, customer):
        """Return the invoice that leads when the step is the next one.

        Before the due date that is the first one that is not due, whatever else is overdue.
        """
        line, due = customer.leader_line_id, customer.leader_due
        if step.delay < 0:
            coming = self.env['dso.statement']._load(customer)[customer.id].listed('not_due')
            line = line.browse(coming[0].id if coming else False)
            due = coming[0].due if coming else False
        return {
            'leader_line_id': line.id,
            'leader_move_id': line.move_id.id,
            'leader_number': line.move_id.name,
            'leader_due': due,
        }

    def _write(self, parcel):
        """Return a parcel with its text and files, or with the cause why it has none.

        A letter is not laid out: that takes a second, and is asked for by itself.
        """
        channel = parcel.action.env['dso.channel']._of(parcel.kind)
        if parcel.kind == 'email':
            return channel._write([parcel._replace(code='')])[0]  # what stops it, is told apart
        texts, causes = channel._render({parcel.action: parcel.contact})
        action_id = parcel.action.id
        return parcel._replace(texts=texts.get(action_id), cause=causes.get(action_id, ""))

    def _read_message(self, parcel):
        """Return what a message would be, without the contents of its files.

        :rtype: dict
        """
        labels = dict(parcel.action._fields['action_type']._description_selection(self.env))
        message = {
            'kind': parcel.kind,
            'label': labels[parcel.kind],
            'recipient': parcel.recipient or "",
            'contact': parcel.contact.display_name or "",
        }
        if parcel.kind not in parcel.action._get_message_types():
            return message
        parcel = self._write(parcel)
        if parcel.cause:
            return {**message, 'problem': parcel.cause}
        if parcel.kind == 'email':
            return {**message, **self._read_email(parcel)}
        if parcel.kind == 'sms':
            text = parcel.texts['body']
            return {**message, 'text': text, 'size': self.env['dso.panel']._size(text)}
        return {**message, 'subject': parcel.texts['subject'], 'is_document': True}

    def _read_email(self, parcel):
        values = self._prepare_email(parcel)
        return {
            'subject': values['subject'],
            'body': values['body'],
            'sender': values['email_from'] or "",
            'cc': values['email_cc'] or "",
            'attachments': [
                {'name': file['name'], 'size': len(file['raw'] or b'')} for file in values['files']
            ],
            'note': self._explain_files(parcel.files),
        }

    def _explain_files(self, files):
        """Return what does not go along with an email, in sentences."""
        explain = self.env['dso.attachment']._explain
        return explain(files.name_left_out(), files.name_missing())

    def _prepare_email(self, parcel):
        """Return the values of an email as it would leave, with its files.

        :param Parcel parcel: a written one
        :rtype: dict
        """
        channel = parcel.action.env['dso.channel.email']
        message = channel._prepare_message(parcel)
        mail = channel._prepare_mail(parcel, self.env['mail.message'])
        ids = [id_ for command in message['attachment_ids'] for id_ in command[2] or [command[1]]]
        files = channel.env['ir.attachment'].browse(ids)
        return {
            **message,
            'email_cc': mail['email_cc'],
            'files': [
                {'name': file.name, 'mimetype': file.mimetype, 'raw': file.raw} for file in files
            ],
        }

    @api.model
    def _get_document(self, step, customer, lang, kind):
        """Return the letter of a step as PDF.

        :param str kind: kind of the message
        :rtype: bytes
        """
        self._check_readable(step, customer)
        with self._acting(step, customer._get_unit(), lang) as parcels:
            parcel = self._get_parcel(parcels, kind)
            if kind not in LETTER_TYPES:
                raise UserError(self.env._("Only letters are documents."))
            [written] = parcel.action.env['dso.channel']._of(kind)._write([parcel])
            if written.cause:
                raise UserError(written.cause)
            return written.texts['document']

    def _get_parcel(self, parcels, kind):
        """Return the message of a kind, refuse when the step has none."""
        for parcel in parcels:
            if parcel.kind == kind and kind in parcel.action._get_message_types():
                return parcel
        raise UserError(self.env._("This step sends no such message."))

    # === WARNINGS === #

    def _read_warnings(self, parcels):
        """Return what would keep the messages from leaving, in sentences."""
        explain = self.env['dso.explanation']
        warnings = [
            explain._explain_failure(
                parcel.code,
                (parcel.contact or parcel.action.partner_id).display_name,
                parcel.recipient,
                "",
            )
            for parcel in parcels
            if parcel.code
        ]
        action = parcels[0].action
        name = action.customer_id.display_name
        if not action.customer_id.leader_line_id:
            warnings.append(
                self.env._(
                    "%(customer)s has no open item to collect: the message speaks of nothing.",
                    customer=name,
                )
            )
        elif not action.leader_line_id:
            warnings.append(
                self.env._(
                    "%(customer)s has no item that is not due yet: nobody would send this message, "
                    "which goes out before the due date.",
                    customer=name,
                )
            )
        return warnings

    # === TEST === #

    def _can_test(self):
        return self.env.user.has_group('dso_collection.group_dso_collector')

    @api.model
    def _send_test(self, step, customer, lang, kind):
        """Send the user a message of a step, and nobody else; the customer account knows nothing.

        :param str kind: kind of the message
        :return: a sentence that tells where the test goes
        """
        self._check_readable(step, customer)
        if not self._can_test():
            raise AccessError(self.env._("Only collectors send tests to themselves."))
        senders = {'email': self._send_test_email, 'sms': self._send_test_sms}
        if kind not in senders:
            raise UserError(self.env._("A letter is no test: look at its document."))
        address = self._get_own_address(kind)
        with self._acting(step, customer._get_unit(), lang) as parcels:
            parcel = self._write(self._get_parcel(parcels, kind))
            if parcel.cause:
                raise UserError(parcel.cause)
            values = self._prepare_email(parcel) if kind == 'email' else parcel.texts
        senders[kind](values, address)  # after what was made for it has been rolled back
        return self.env._("The test is on its way to %(address)s.", address=address)

    def _get_own_address(self, kind):
        """Return the address or number of the user, refuse when there is none."""
        user = self.env.user
        if kind == 'sms':
            number = re.sub(r'[^+\d]', '', user.partner_id.phone_sanitized or '')
            if not number:
                raise UserError(
                    self.env._(
                        "You have no valid phone number: enter one in your preferences, then send "
                        "the test again."
                    )
                )
            return number
        if not email_normalize(user.email):
            raise UserError(
                self.env._(
                    "You have no valid email address: enter one in your preferences, then send "
                    "the test again."
                )
            )
        return user.email_formatted

    def _send_test_email(self, values, address):
        """Queue a mail of no record, of which nothing is left once it has gone."""
        mails = self.env['mail.mail'].sudo()  # nobody may write in the queue
        mails.create(
            {
                'subject': self.env._("[Test] %(subject)s", subject=values['subject']),
                'body_html': values['body'],
                'email_from': values['email_from'] or address,
                'email_to': address,
                'reply_to': address,
                'message_type': 'email_outgoing',
                'mail_server_id': values['mail_server_id'],
                'record_company_id': values['record_company_id'],
                'auto_delete': True,
                'attachment_ids': [
                    Command.create({**file, 'res_model': 'mail.message', 'res_id': 0})
                    for file in values['files']
                ],
            }
        )
        self.env['dso.dispatch']._send_soon()

    def _send_test_sms(self, values, number):
        """Queue an SMS of no record; the queue deletes it once it has gone."""
        queue = self.env['sms.sms'].sudo()  # nobody may write in the queue
        partner = self.env.user.partner_id
        queue.create({'number': number, 'body': values['body'], 'partner_id': partner.id})
