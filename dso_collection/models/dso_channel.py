import functools
from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.delivery import MAX_WORDS

#: Kinds of message → the model that writes, queues and withdraws them.
CHANNELS = {
    'email': 'dso.channel.email',
    'sms': 'dso.channel.sms',
    'letter': 'dso.channel.letter',
    'registered_letter': 'dso.channel.letter',
}


class Parcel(NamedTuple):
    """One message of an action on its way out: to whom, with which text, or why not."""

    action: Any
    kind: str
    contact: Any
    recipient: str
    texts: dict | None = None
    code: str = ''
    cause: str = ''
    files: Any = None  # dso_attachment.Choice of an email
    automatic: bool = False  # sent by the scheduled action


class DsoChannel(models.AbstractModel):
    """One way on which messages reach customers; `dso.dispatch` says which, when and to whom.

    A channel writes texts and queues messages in batches, and takes back what has not left yet.
    """

    _name = 'dso.channel'
    _description = "Channel of Collection Messages"

    #: Field of the step that holds the text.
    _template_field = ''

    #: Fields of the template that make the message.
    _text_fields = ()

    #: Scheduled action of core that hands messages over, if any.
    _queue = ''

    #: Type of core's notifications that tell what became of a message.
    _notification_type = ''

    @api.model
    def _of(self, kind):
        """Return the channel of a kind of message."""
        return self.env[CHANNELS[kind]]

    # === RECIPIENTS === #

    def _address(self, actions, kind):
        """Return messages that go beside those of the actions' own types, to whom or why not.

        :rtype: list[Parcel]
        """
        found = self.env['dso.planner']._get_recipients(actions.customer_id, kind)
        contacts = self.env['res.partner'].browse(row[0] for row in found.values() if row[0])
        contacts = {contact.id: contact for contact in contacts}  # read at once
        parcels = []
        for action in actions:
            contact_id, recipient, code = found.get(action.customer_id.id, (False, False, False))
            contact = contacts.get(contact_id, self.env['res.partner'])
            code = code or self._get_obstacle(action, recipient)
            parcels.append(Parcel(action, kind, contact, recipient, code=code))
        return parcels

    # === TEXTS === #

    def _get_template(self, action):
        """Return the text of an action on this channel: its own, else that of its step."""
        return action[self._template_field] or action.step_id[self._template_field]

    def _get_obstacle(self, action, recipient):
        """Return the code of what keeps a message from going out, nothing when nothing does.

        :param dso.action action: whose message it is
        :param str recipient: to whom it goes, empty when there is nobody
        """
        raise NotImplementedError

    def _write(self, parcels):
        """Return parcels of one kind with their texts, or with the cause why they have none.

        :rtype: list[Parcel]
        """
        edited = {parcel.action: parcel.action._get_edited_texts(parcel.kind) for parcel in parcels}
        texts, causes = self._render(
            {
                parcel.action: parcel.contact
                for parcel in parcels
                # By hand, people may write what has no text in the step.
                if self._get_template(parcel.action) or not edited[parcel.action]
            }
        )
        written = []
        for parcel in parcels:
            action = parcel.action
            if action.id in causes:
                written.append(parcel._replace(code='render', cause=causes[action.id]))
            else:
                own = {**texts.get(action.id, {}), **edited[action]}
                written.append(parcel._replace(texts=own))
        return written

    @api.model
    def _tidy(self, text):
        """Return a text as this channel sends it."""
        return text

    def _render(self, contacts):
        """Return the texts of actions, in the language of their recipients, and what went wrong.

        :param dict contacts: whom a message addresses, by action
        :return: texts by field of the template by id of the action, causes by id of the action
        :rtype: tuple[dict, dict]
        """
        texts, causes = {}, {}
        actions = self.env['dso.action'].union(*contacts)
        groups = actions.grouped(
            lambda a: (self._get_template(a), a._get_message_lang(contacts[a]))
        )
        for (template, lang), group in groups.items():
            if template:
                render = functools.partial(self._render_texts, template, lang)
                texts.update(self._make_halving(render, group, causes))
            else:
                causes.update(dict.fromkeys(group.ids, self.env._("the step has no text")))
        return texts, causes

    def _render_texts(self, template, lang, actions):
        with self.env.cr.savepoint():  # an expression may break the transaction
            rendered = {
                field: template._render_field(field, actions.ids, set_lang=lang)
                for field in self._text_fields
            }
        return {
            action_id: {field: rendered[field][action_id] for field in self._text_fields}
            for action_id in actions.ids
        }

    @api.model
    def _get_cause(self, error):
        """Return what really went wrong; core wraps it into the whole template and a trace."""
        while error.__cause__:
            error = error.__cause__
        lines = str(error).strip().splitlines()
        return lines[0][:MAX_WORDS] if lines else type(error).__name__

    def _shows_late(self, parcel):
        """Tell whether the text of a message speaks of interest for late payment."""
        template = self._get_template(parcel.action)
        lang = parcel.action._get_message_lang(parcel.contact)
        source = template.with_context(lang=lang)
        return self.env['dso.hashtag']._shows_late(source[field] for field in self._text_fields)

    # === MESSAGES === #

    def _create_messages(self, parcels):
        """Create and queue the messages of written parcels of one kind, each model at once.

        :return: the rows that tie them to their actions
        :rtype: dso.action.message
        """
        raise NotImplementedError

    def _withdraw(self, messages):
        """Cancel messages that have not left yet; return those that are leaving right now.

        :param dso.action.message messages: messages of this channel
        :rtype: dso.action.message
        """
        raise NotImplementedError

    @api.model
    def _wake_queue(self, at):
        """Let the queue of this channel run at a moment."""
        if self._queue:
            self.env['dso.dispatch']._trigger(self._queue, at)

    def _lock_queue(self, messages, queued):
        """Lock what waits in core's queue; tell which messages a worker is handing over.

        :param queued: records of the queue that may still be cancelled
        :return: those that are locked now, and the messages of the others
        :rtype: tuple
        """
        locked = queued.try_lock_for_update(allow_referencing=True)
        busy = (queued - locked).mail_message_id
        return locked, messages.filtered(lambda message: message.mail_message_id & busy)

    # === RESULTS === #

    def _read_fates(self, messages):
        """Return what became of messages of this channel, as far as something is known.

        :rtype: dict[dso.action.message, delivery.Fate]
        """
        notifications = self.env['mail.notification'].search(
            [
                ('mail_message_id', 'in', messages.mail_message_id.ids),
                ('notification_type', '=', self._notification_type),
            ]
        )
        notifications = notifications.grouped('mail_message_id')
        queue = self._read_queue(messages).grouped('mail_message_id')
        return {
            message: self._get_fate(
                message,
                notifications.get(message.mail_message_id, self.env['mail.notification']),
                queue.get(message.mail_message_id),
            )
            for message in messages
        }

    def _read_queue(self, messages):
        """Return what is left of messages in core's queue."""
        raise NotImplementedError

    def _get_fate(self, message, notifications, queued):
        """Return what became of one message.

        :param mail.notification notifications: one per address
        :param queued: its record in core's queue, ``None`` when it is gone
        :rtype: delivery.Fate
        """
        raise NotImplementedError

    # === TOOLS === #

    @api.model
    def _make_halving(self, make, actions, causes):
        """Make something for many actions at once; halve what fails until the bad ones are found.

        :param make: function of actions that returns a dict by id of the action, or raises an
            error for users
        :param dict causes: gets what went wrong, by id of the action
        :rtype: dict
        """
        try:
            return make(actions)
        except UserError as error:
            if len(actions) == 1:
                causes[actions.id] = self._get_cause(error)
                return {}
            middle = len(actions) // 2
            return {
                **self._make_halving(make, actions[:middle], causes),
                **self._make_halving(make, actions[middle:], causes),
            }

    def _create_rows(self, parcels, mail_messages, vals_list=None):
        """Create the rows that tie core's messages to their actions.

        :param list vals_list: what the channel knows of each message besides
        """
        return self.env['dso.action.message'].create(
            [
                {
                    'action_id': parcel.action.id,
                    'kind': parcel.kind,
                    'mail_message_id': message.id,
                    'partner_id': parcel.contact.id,
                    'recipient': parcel.recipient,
                    'automatic': parcel.automatic,
                    'day': parcel.action.company_id._dso_today(),
                    **self._prepare_row(parcel),
                    **vals,
                }
                for parcel, message, vals in zip(
                    parcels, mail_messages, vals_list or [{}] * len(parcels), strict=True
                )
            ]
        )

    def _prepare_row(self, parcel):
        """Return what the row of a message tells on this channel alone."""
        return {}

    def _prepare_message(self, parcel):
        """Return what messages of all kinds have: they stand on the customer account."""
        action = parcel.action
        sender = action._get_sender() or action._get_signatory()
        address = sender.email_formatted or action.company_id.email_formatted
        return {
            'model': 'dso.customer',
            'res_id': action.customer_id.id,
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'),
            'author_id': sender.partner_id.id or action.company_id.partner_id.id,
            'email_from': address,
            'reply_to': address,  # core would search for one per message
            'record_company_id': action.company_id.id,
        }

    @api.model
    def _as_line(self, text):
        """Return a text as one line: headers and titles have no more."""
        return " ".join((text or "").splitlines())
