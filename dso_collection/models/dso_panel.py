from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, html2plaintext
from odoo.tools.misc import formatLang

from ..const import CLOSED_STATES, OPEN_STATES
from ..tools.sms_text import sms_size

#: Open items that the panel lists; totals count all of them.
MAX_ITEMS = 100

#: What was done and said last.
MAX_EVENTS = 8

#: Characters of a message in the panel.
MAX_EXCERPT = 240


class DsoPanel(models.AbstractModel):
    """What stands beside the agenda while somebody works on an action, read at once.

    Words for people are made here, in the language and formats of the reader; the number of queries
    does not depend on the number of items, contacts or messages.
    """

    _name = 'dso.panel'
    _description = "Panel Beside the Agenda"

    @api.model
    def _read(self, action):
        """Return everything that the panel of an action shows.

        :param dso.action action: one action that the user may read
        :rtype: dict
        """
        customer = action.customer_id
        unit = customer | customer.grouped_account_ids
        return {
            **self._read_action(action),
            'customer': self._read_customer(action, customer),
            'contacts': self._read_contacts(action),
            **self._read_items(action, unit),
            'events': self._read_events(unit),
            'others': self._read_others(action),
            'messages': self._read_drafts(action),
            'can': action._get_possible_outcomes(),
            'can_qualify': self.env.user.has_group('dso_collection.group_dso_collector'),
        }

    # === ACTION AND CUSTOMER === #

    def _read_action(self, action):
        types = dict(action._fields['action_type']._description_selection(self.env))
        words = dict(action._fields['status_color']._description_selection(self.env))
        return {
            'id': action.id,
            'name': action.display_name,
            'action_type': action.action_type,
            'type_label': types[action.action_type],
            'mode': action.mode,
            'state': action.state,
            'color': action.status_color,
            'color_label': words.get(action.status_color, ""),
            'date': self._date(action.date_planned),
            'amount': self._money(action.amount, action.currency_id),
            'leader': action.leader_number or "",
            'collector': action.collector_id.name or "",
            'absent': action.absent_id.name or "",
            'error': action.error_message or "",
            'explanation': action.explanation or "",
            'caution': action.caution or "",
            'instructions': action.instructions or "",
            'note': action.note or "",
            'member': action.member_code or "",
        }

    def _read_customer(self, action, customer):
        currency = customer.currency_id
        return {
            'id': customer.id,
            'name': customer.display_name,
            'code': customer.code or "",
            'country': customer.country_id.name or "",
            'scenario': customer.scenario_id.name or "",
            'on_hold': customer.on_hold,
            'alerts': customer.alerts or [],
            'balance': self._money(customer.group_balance, currency),
            'overdue': self._money(customer.group_overdue, currency),
            'unallocated': customer.group_unallocated > 0
            and self._money(customer.group_unallocated, currency),
            'last_contact': self._date(customer.last_contact_date),
        }

    def _read_contacts(self, action):
        """Return whom to reach: collection contacts, then the invoice address, then the customer.

        :rtype: list[dict]
        """
        owner = action.partner_id
        chosen = Domain('is_collection_contact', '=', True) | Domain('type', '=', 'invoice')
        contacts = self.env['res.partner'].search(
            Domain('commercial_partner_id', '=', owner.id) & (chosen | Domain('id', '=', owner.id)),
            order='id',
        )
        contacts = contacts.sorted(lambda c: (not c.is_collection_contact, c == owner))
        return [
            {
                'id': contact.id,
                'name': contact.name or contact.display_name,
                'function': contact.function or "",
                'phone': contact.phone or "",
                'email': contact.email or "",
            }
            for contact in contacts
        ]

    # === OPEN ITEMS === #

    def _read_items(self, action, unit):
        """Return the open items, what is overdue longest first, and totals per currency.

        :rtype: dict
        """
        lines = self.env['account.move.line']
        today = action.company_id._dso_today()
        domain = (
            lines._domain_open_items()
            & Domain('partner_id.commercial_partner_id', 'in', unit.partner_id.ids)
            & Domain('company_id', 'child_of', action.company_id.id)
        )
        found = lines.search(domain, order='date_maturity, id', limit=MAX_ITEMS)
        totals = self._read_totals(domain, today)
        labels = dict(lines._fields['dso_exclusion']._description_selection(self.env))
        found = found.sorted(lambda line: line.amount_residual_currency <= 0)  # credits last
        return {
            'items': [self._read_item(line, labels, len(unit) > 1) for line in found],
            'item_count': sum(total['count'] for total in totals),
            'totals': totals,
        }

    def _read_item(self, line, labels, with_code):
        return {
            'id': line.id,
            'move_id': line.move_id.id,
            'number': line.move_name or "",
            'code': (with_code and line.dso_customer_code) or "",
            'due': self._date(line._dso_due_date()),
            'days': line.dso_days_overdue,
            'residual': self._money(line.amount_residual_currency, line.currency_id),
            'is_overdue': line.dso_days_overdue > 0 and line.amount_residual_currency > 0,
            'is_leader': line.is_leader_item,
            'exclusion': labels.get(line.dso_exclusion, ""),
            'status': line.dso_status_id.name or "",
            'category': line.dso_status_category or "",
            'promised': self._date(line.dso_promise_date),
            'dispute': line.dso_dispute_reason_id.name or "",
        }

    def _read_totals(self, domain, today):
        """Return the open and the overdue total of each currency, never summed over them."""
        lines = self.env['account.move.line']
        late = lines._domain_due_before(today) & Domain('amount_residual_currency', '>', 0)
        amounts = [
            {
                currency: (total, count)
                for currency, total, count in lines._read_group(
                    found, ['currency_id'], ['amount_residual_currency:sum', '__count']
                )
            }
            for found in (domain, domain & late)
        ]
        return [
            {
                'currency': currency.name,
                'count': count,
                'open': self._money(total, currency),
                'overdue': self._money(amounts[1].get(currency, (0, 0))[0], currency),
            }
            for currency, (total, count) in amounts[0].items()
        ]

    # === WHAT WAS DONE AND SAID === #

    def _read_events(self, unit):
        """Return the last actions, notes and messages, newest first.

        :rtype: list[dict]
        """
        events = [*self._read_closed(unit), *self._read_messages(unit)]
        events.sort(key=lambda event: event['on'], reverse=True)
        return [
            {**event, 'on': format_datetime(self.env, event['on'], dt_format='short')}
            for event in events[:MAX_EVENTS]
        ]

    def _read_closed(self, unit):
        closed = self.env['dso.action'].search(
            Domain('state', 'in', CLOSED_STATES)
            & (Domain('customer_id', 'in', unit.ids) | Domain('member_id', 'in', unit.ids)),
            order='write_date desc, id desc',
            limit=MAX_EVENTS,
        )
        words = dict(closed._fields['result']._description_selection(self.env))
        return [
            {
                'key': f'action-{action.id}',
                'on': action.closed_on,
                'type': action.action_type,
                'title': action.display_name,
                'result': words.get(action.result, ""),
                'who': action.done_by_id.name or "",
                'text': action.remark or "",
            }
            for action in closed
        ]

    def _read_messages(self, unit):
        """Return notes and replies; what was sent stands among the actions."""
        # Whoever may read the customer account may read what was written on it.
        messages = self.env['mail.message'].sudo()
        messages = messages.search(
            [
                ('model', '=', 'dso.customer'),
                ('res_id', 'in', unit.ids),
                ('message_type', 'in', ('comment', 'email')),
            ],
            order='id desc',
            limit=MAX_EVENTS,
        )
        return [
            {
                'key': f'message-{message.id}',
                'on': message.date,
                'type': 'email' if message.message_type == 'email' else 'note',
                'title': message.subject or "",
                'result': "",
                'who': message.author_id.name or message.email_from or "",
                'text': self._excerpt(message.body),
            }
            for message in messages
        ]

    def _excerpt(self, body):
        text = " ".join(html2plaintext(body or "", include_references=False).split())
        return text if len(text) <= MAX_EXCERPT else text[:MAX_EXCERPT].rstrip() + "…"

    def _read_others(self, action):
        """Return what else is to be done for the customer account."""
        others = self.env['dso.action'].search(
            Domain('customer_id', '=', action.customer_id.id)
            & Domain('state', 'in', OPEN_STATES)
            & Domain('id', '!=', action.id)
        )
        return [
            {
                'id': other.id,
                'type': other.action_type,
                'name': other.display_name,
                'date': self._date(other.date_planned),
            }
            for other in others
        ]

    # === TEXTS === #

    def _read_drafts(self, action):
        """Return the texts of an action's messages as they would leave now.

        :rtype: list[dict]
        """
        if action.state not in ('planned', 'error'):
            return []
        if not action._get_message_types():
            return []
        parcels = action._address_messages()
        labels = dict(action._fields['action_type']._description_selection(self.env))
        items_key = action._get_items_keys()[action.id]
        return [
            {
                **self._read_draft(action, parcel),
                'kind': parcel.kind,
                'label': labels[parcel.kind],
                'recipient': parcel.recipient or "",
                'is_outdated': action._is_outdated(parcel.kind, items_key),
                'items_key': items_key,
            }
            for parcel in parcels
        ]

    def _read_draft(self, action, parcel):
        kind = parcel.kind
        texts, problem = self.env['dso.dispatch']._preview(action, kind, parcel.contact)
        body = texts.get('body' if kind == 'sms' else 'body_html') or ""
        return {
            'subject': texts.get('subject') or "",
            'body': body,
            'size': self._size(body) if kind == 'sms' else "",
            **self.env['dso.attachment']._describe(action, kind, parcel.contact, body),
            'problem': problem or self._explain_obstacle(action, parcel),
            'is_edited': bool(action._get_edited_texts(kind)),
        }

    def _explain_obstacle(self, action, parcel):
        """Return why a further message cannot go out; the action tells it of its own type."""
        if parcel.kind == action.action_type:
            return ""
        name = (parcel.contact or action.partner_id).display_name
        return self.env['dso.explanation']._explain_failure(parcel.code, name, parcel.recipient, "")

    def _size(self, text):
        """Return length and encoding of an SMS in words."""
        size = sms_size(text)
        return self.env._(
            "%(length)s characters, %(parts)s SMS (%(encoding)s)",
            length=size.length,
            parts=size.parts,
            encoding=size.encoding,
        )

    # === WORDS === #

    def _date(self, date):
        return format_date(self.env, date) if date else ""

    def _money(self, amount, currency):
        return formatLang(self.env, amount, currency_obj=currency)
