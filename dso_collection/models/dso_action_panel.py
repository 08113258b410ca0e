from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ..const import LETTER_TYPES, MESSAGE_TYPES

#: Kinds of messages → fields of the template and those that hold what a person wrote instead; the
#: last one is the text.
EDITED_FIELDS = {
    'email': (('subject', 'edited_subject'), ('body_html', 'edited_body')),
    'sms': (('body', 'edited_sms'),),
    'letter': (('subject', 'edited_title'), ('body_html', 'edited_letter')),
    'registered_letter': (('subject', 'edited_title'), ('body_html', 'edited_letter')),
}


class DsoAction(models.Model):
    """What people do from the panel beside the agenda: edit a message, try a call again."""

    _inherit = 'dso.action'

    # === Text that a person has written for this one message === #
    edited_subject = fields.Char(readonly=True)
    edited_body = fields.Html(readonly=True, sanitize_style=True)
    edited_sms = fields.Text(readonly=True)
    edited_title = fields.Char(readonly=True)
    edited_letter = fields.Html(readonly=True, sanitize_style=True)
    edited_on = fields.Datetime(
        readonly=True, help="Since when the message goes out with a text of its own."
    )
    edited_by_id = fields.Many2one('res.users', readonly=True)
    edited_items = fields.Json(
        readonly=True,
        help="Fingerprints of the open items that the writer of each text had seen, by kind.",
    )

    # === PANEL === #

    @api.readonly
    def get_panel(self):
        """Return what the panel beside the agenda shows of an action, false when it is gone.

        :rtype: dict
        """
        if not self.exists():
            return False
        self.check_access('read')
        return self.env['dso.panel']._read(self)

    def _get_possible_outcomes(self):
        """Return what the user may do with an action now.

        :rtype: list[str]
        """
        self.ensure_one()
        is_collector = self.env.user.has_group('dso_collection.group_dso_collector')
        if not is_collector or self.state not in ('planned', 'error'):
            return []
        is_manual, is_error = self.mode == 'manual', self.state == 'error'
        is_message = self.action_type in MESSAGE_TYPES
        is_letter = self.action_type in LETTER_TYPES
        possible = {
            'confirm': self.to_confirm and not is_error,
            'unconfirm': bool(self.confirmed_on) and not is_error,
            'retry': is_error and not is_manual,
            'send': is_message and not is_letter,
            'print': is_letter,
            'edit': is_message and is_manual,
            'complete': is_manual or is_error,
            'no_answer': self.action_type == 'call',
            'reschedule': True,
            'skip': True,
            'litigation_file': self.action_type == 'litigation',
        }
        return [name for name, is_possible in possible.items() if is_possible]

    # === ACTION METHODS === #

    def action_no_answer(self, retry_on=None, note=None):
        """Record calls that nobody answered, as no contact with the customer.

        With a date the call stays on the agenda and is tried again then; the try is in the history.

        :param retry_on: day of the next try, a date or its ISO string; default: none, the scenario
            goes on
        :param str note: what to know next time
        """
        if any(action.action_type != 'call' for action in self):
            raise UserError(self.env._("Only calls are tried again: reschedule the others."))
        if not retry_on:
            return self.action_complete(note=note, outcome='no_answer')
        self.action_reschedule(retry_on)
        tries = self.sudo().create([action._prepare_try(note) for action in self])
        tries.sudo(False)._set_done('no_answer')
        self.sudo().filtered('note').write({'note': False})  # it is about this try
        return True

    def _prepare_try(self, note):
        """Return the values of an action out of scenario that records one try of a call."""
        return {
            'customer_id': self.customer_id.id,
            'collector_id': self.collector_id.id,
            'origin': 'direct',
            'action_type': self.action_type,
            'name': self.display_name,
            'date_planned': self.company_id._dso_today(),
            'scenario_id': self.scenario_id.id,
            'leader_line_id': self.leader_line_id.id,
            'leader_move_id': self.leader_move_id.id,
            'leader_number': self.leader_number,
            'leader_due': self.leader_due,
            'member_id': self.member_id.id,
            'amount': self.amount,
            'note': note or self.note,
        }

    def action_edit_text(self, subject, body, items_key=None, kind=None):
        """Keep a text of its own for a manual message until it is sent or its step changes.

        :param str subject: one line; an SMS has none
        :param str body: HTML, plain text for an SMS
        :param str items_key: fingerprint of the open items that the writer has seen, as in the
            panel; default: of those of now
        :param str kind: kind of the message; default: that of the action
        """
        self.ensure_one()
        self._check_collector()
        self._check_all_open()
        kind = kind or self.action_type
        self._check_editable(kind)
        texts = self._clean_texts(kind, subject, body)
        contacts = {parcel.kind: parcel.contact for parcel in self._address_messages()}
        lang = self._get_message_lang(contacts[kind])
        replaced = self.env['dso.hashtag'].with_context(lang=lang)
        channel = self.env['dso.channel']._of(kind)
        fresh = {
            edited: channel._tidy(
                replaced._replace({self.id: texts[name]}, is_html=name == 'body_html')[self.id]
            )
            for name, edited in EDITED_FIELDS[kind]
        }
        seen = items_key or self._get_items_keys()[self.id]
        self.sudo().write(
            {
                **fresh,
                'edited_on': fields.Datetime.now(),
                'edited_by_id': self.env.uid,
                'edited_items': {**(self.edited_items or {}), kind: seen},
            }
        )
        return True

    def _check_editable(self, kind):
        if kind not in self._get_message_types():
            raise UserError(self.env._("Only the text of a message can be edited."))
        if self.mode != 'manual':
            raise UserError(
                self.env._(
                    "Automatic messages are written in the configuration of their scenario: only "
                    "the text of a manual message can be edited."
                )
            )

    def _clean_texts(self, kind, subject, body):
        """Return what a person wrote by field of the template; refuse what is empty."""
        if kind == 'sms':
            if not (body or "").strip():
                raise UserError(self.env._("An SMS needs a text: write one, or restore the text."))
            return {'body': body.strip()}
        subject = " ".join((subject or "").split())
        if not subject or not html2plaintext(body or "").strip():
            raise UserError(
                self.env._("A message needs a subject and a text: write both, or restore the text.")
            )
        return {'subject': subject, 'body_html': body}

    def action_restore_text(self, kind=None):
        """Forget what a person wrote: the message is made from the text of the step again.

        :param str kind: kind of the message; default: all that the actions send
        """
        self._check_collector()
        self._check_all_open()
        if kind and kind not in EDITED_FIELDS:
            raise UserError(self.env._("Only the text of a message can be edited."))
        for action in self:
            left = {
                other: seen
                for other, seen in (action.edited_items or {}).items()
                if kind and other != kind
            }
            kept = {field for other in left for _name, field in EDITED_FIELDS[other]}
            edited = {field for names in EDITED_FIELDS.values() for _name, field in names}
            forgotten = dict.fromkeys(edited - kept, False)
            if not left:
                forgotten |= {'edited_on': False, 'edited_by_id': False}
            action.sudo().write({**forgotten, 'edited_items': left or False})
        return True

    # === BUSINESS METHODS === #

    def _is_edited(self):
        """Tell whether a person wrote the text, which nobody does for automatic ones (spec 4.4)."""
        self.ensure_one()
        return bool(self.edited_on) and self.mode == 'manual'

    def _get_edited_texts(self, kind=None):
        """Return what a person wrote by field of the template, nothing when nobody did.

        :param str kind: kind of the message; default: that of the action
        :rtype: dict[str, str]
        """
        names = EDITED_FIELDS.get(kind or self.action_type)
        if not names or not self._is_edited() or not self[names[-1][1]]:
            return {}
        return {name: self[edited] for name, edited in names}

    def _address_messages(self):
        """Return the messages of an action with those to whom they go.

        :rtype: list[dso_channel.Parcel]
        """
        self.ensure_one()
        # Contacts are read in SQL; whoever may read the action may read to whom it goes.
        return self.env['dso.dispatch'].sudo()._address(self.sudo())

    def _get_items_keys(self):
        """Return fingerprints of the open items of which texts speak, by id of the action.

        :rtype: dict[int, str]
        """
        # Who may read the action may read what its message says.
        statements = self.env['dso.hashtag'].sudo()._load_statements(self.sudo())
        return {action_id: statement.fingerprint() for action_id, statement in statements.items()}

    def _get_outdated_edits(self):
        """Return the actions of which a text was written on other open items than those of now."""
        edited = self.filtered(lambda action: action._is_edited())
        keys = edited._get_items_keys() if edited else {}
        return edited.filtered(
            lambda action: any(
                action._is_outdated(kind, keys[action.id]) for kind in action._get_message_types()
            )
        )

    def _is_outdated(self, kind, items_key):
        """Tell whether a person wrote the text of a message on other open items than those of now.

        :param str kind: kind of the message
        :param str items_key: fingerprint of the open items of now
        """
        self.ensure_one()
        seen = (self.edited_items or {}).get(kind)
        return bool(self._get_edited_texts(kind)) and seen != items_key
