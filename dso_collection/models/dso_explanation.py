from markupsafe import Markup
from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..const import STALE_DAYS, START_DAYS


class DsoExplanation(models.AbstractModel):
    """The plan in words: why an action is there, why an account has none (spec 3.17).

    The engine stores codes; the sentences are made here, in the language of the reader.
    """

    _name = 'dso.explanation'
    _description = "Explanation of the Collection Plan"

    # === CUSTOMER ACCOUNT === #

    def _explain_customer(self, customer):
        """Return the plan of a customer account as paragraphs.

        :rtype: Markup
        """
        sentences = [
            self._explain_reason(customer),
            self._explain_leader(customer),
            *(
                self._explain_action_parts(customer.next_action_id)
                if customer.reason == 'planned'
                else []
            ),
            self._explain_control(customer),
            *self._explain_recorded(customer),
        ]
        return Markup("").join(Markup("<p>%s</p>") % text for text in sentences if text)

    def _explain_reason(self, customer):
        method = getattr(self, f'_reason_{customer.reason}', None)
        return method(customer) if method else ""

    def _reason_grouped(self, customer):
        return self.env._(
            "Collected through %(account)s; it has no action of its own.",
            account=customer.group_account_id.display_name,
        )

    def _reason_hold(self, customer):
        account = customer._get_unit()
        reason = self._label(account, 'hold_reason')
        if account.hold_until:
            return self.env._(
                "On dunning hold until %(date)s (%(reason)s): nothing goes out.",
                date=self._date(account.hold_until),
                reason=reason,
            )
        return self.env._(
            "On dunning hold without an end (%(reason)s): nothing goes out until it is lifted.",
            reason=reason,
        )

    def _reason_clear(self, customer):
        return self.env._("No open invoice: there is nothing to collect.")

    def _reason_review(self, customer):
        return self.env._(
            "To review since collection was started: out of the scenario until a manager releases "
            "it."
        )

    def _reason_no_scenario(self, customer):
        return self.env._("No collection scenario: choose one to have actions proposed.")

    def _reason_empty_scenario(self, customer):
        return self.env._(
            "Scenario %(scenario)s has no steps: this customer account is out of dunning.",
            scenario=customer.scenario_id.name,
        )

    def _reason_not_eligible(self, customer):
        return self.env._(
            "None of the open items may be chased now: they are excluded from follow-up, blocked, "
            "in payment, below the amount from which documents are chased, disputed, promised, in "
            "litigation or subject of a specific action."
        )

    def _reason_decide(self, customer):
        return self.env._(
            "The last step of the scenario is done for every invoice: decide how to go on."
        )

    def _reason_stopped(self, customer):
        return self.env._(
            "The last step of the scenario is done for the leader invoice, and the scenario stops "
            "there."
        )

    def _reason_covered(self, customer):
        return self.env._("Unallocated credits cover what is due: nothing is asked for.")

    def _reason_below_minimum(self, customer):
        return self.env._(
            "What is due, net of unallocated credits, is below the minimum of the scenario "
            "(%(minimum)s).",
            minimum=formatLang(
                self.env, customer.scenario_id.minimum_amount, currency_obj=customer.currency_id
            ),
        )

    def _reason_planned(self, customer):
        action = customer.next_action_id
        if not action:
            return ""
        return self.env._(
            "Next: %(step)s on %(date)s, for %(amount)s.",
            step=action.display_name,
            date=self._date(action.date_planned),
            amount=formatLang(self.env, action.amount, currency_obj=action.currency_id),
        )

    def _explain_leader(self, customer):
        if not customer.leader_move_id:
            return ""
        leader = customer.sudo().leader_move_id  # its number is no more than the action shows
        return self.env._(
            "Leader invoice: %(number)s, due on %(date)s.",
            number=leader.name,
            date=self._date(customer.leader_due),
        )

    def _explain_control(self, customer):
        if customer.task_allocate_key:
            return self.env._(
                "Unallocated credits of %(amount)s wait to be allocated or refunded.",
                amount=formatLang(
                    self.env, customer.unallocated, currency_obj=customer.currency_id
                ),
            )
        return ""

    # === ACTION === #

    def _explain_action(self, action):
        """Return why an action is there, when it goes and what stops it, as one text."""
        return " ".join(self._explain_action_parts(action))

    def _explain_action_parts(self, action):
        return [
            text
            for text in (
                action.error_message,  # first: lists show the beginning
                self._explain_task(action),
                self._explain_date(action),
                action._explain_undone(),
                self._explain_raise(action),
                self._explain_wait(action),
                self._explain_held(action),
                self._explain_belt(action),
                self._explain_letter(action),
                self._explain_dropped(action),
            )
            if text
        ]

    def _explain_task(self, action):
        """Return why a control task is there."""
        method = getattr(self, f'_task_{action.task_kind}', None)
        return method(action) if method else ""

    def _task_decide(self, action):
        return self.env._(
            "The last step of the scenario is done: hand over, agree on a payment plan, write off "
            "or put on hold."
        )

    def _task_allocate(self, action):
        return self.env._(
            "Unallocated credits of %(amount)s cover the leader invoice or half of what is "
            "overdue: allocate or refund them.",
            amount=formatLang(
                self.env, action.customer_id.unallocated, currency_obj=action.currency_id
            ),
        )

    def _task_hold_end(self, action):
        day = fields.Date.to_date(action.task_key)
        members = action.customer_id.grouped_account_ids.filtered(lambda c: c.hold_until == day)
        if members and action.customer_id.hold_until != day:
            return self.env._(
                "The dunning hold of %(names)s ended on %(date)s: decide how to go on.",
                names=", ".join(members.mapped('display_name')),
                date=self._date(day),
            )
        return self.env._(
            "The dunning hold ended on %(date)s: decide how to go on.", date=self._date(day)
        )

    def _explain_date(self, action):
        date = self._date(action.date_planned)
        leader = action.leader_number or ""
        texts = {
            'due': lambda: self._explain_offset(action),
            'spacing': lambda: self.env._(
                "Dated %(date)s to leave the scenario's time between two steps.", date=date
            ),
            'interval': lambda: self.env._(
                "Dated %(date)s to leave %(days)s days after the last contact.",
                date=date,
                days=action.company_id.sudo().dso_contact_interval,
            ),
            'grace': lambda: self.env._(
                "Dated %(date)s to leave %(days)s days after the last payment.",
                date=date,
                days=action.company_id.sudo().dso_payment_grace,
            ),
            'dispute': lambda: self.env._(
                "Dated %(date)s to leave %(days)s days after a dispute was resolved.",
                date=date,
                days=action.company_id.sudo().dso_dispute_grace,
            ),
            'undone': lambda: self.env._("Dated %(date)s, when it had not been done.", date=date),
            'user': lambda: self.env._("Not before %(date)s, as a person agreed.", date=date),
            'repeat': lambda: self.env._(
                "The last step is repeated on %(date)s for %(leader)s.", date=date, leader=leader
            ),
        }
        return texts[action.date_rule]() if action.date_rule in texts else ""

    def _explain_offset(self, action):
        values = {
            'days': abs(action.step_delay),
            'leader': action.leader_number or "",
            'due': self._date(action.leader_due),
        }
        if not action.step_delay:
            return self.env._("Due date of leader invoice %(leader)s (%(due)s).", **values)
        if action.step_delay == -1:
            return self.env._("1 day before leader invoice %(leader)s is due (%(due)s).", **values)
        if action.step_delay == 1:
            return self.env._("1 day after leader invoice %(leader)s was due (%(due)s).", **values)
        if action.step_delay < 0:
            return self.env._(
                "%(days)s days before leader invoice %(leader)s is due (%(due)s).", **values
            )
        return self.env._(
            "%(days)s days after leader invoice %(leader)s was due (%(due)s).", **values
        )

    def _explain_wait(self, action):
        if not action.to_confirm:
            return ""
        texts = {
            'moved': self.env._(
                "Waits for confirmation: another action was rescheduled to a date agreed on."
            ),
            'group': self.env._(
                "Waits for confirmation: customer accounts were grouped or taken out of the group."
            ),
            'stale': self.env._(
                "Waits for confirmation: its date lies more than %(days)s days back.",
                days=STALE_DAYS,
            ),
            'withdrawn': self.env._("Waits for confirmation: its letter was withdrawn."),
            'unconfirmed': self.env._(
                "Waits for confirmation again: its confirmation was taken back."
            ),
            'mode': self.env._("Waits for confirmation: its step asks for one."),
            'age': self.env._(
                "Waits for confirmation: so it was decided for invoices of this age when "
                "collection was started."
            ),
            'start': self.env._(
                "Waits for confirmation: dated within %(days)s days after the start of collection.",
                days=START_DAYS,
            ),
            'contact': self.env._(
                "Waits for confirmation again: there was a contact after it was confirmed."
            ),
            'amount': self.env._(
                "Waits for confirmation again: the amount has risen since it was confirmed."
            ),
            'recipient': self.env._(
                "Waits for confirmation again: the recipient has changed since it was confirmed."
            ),
            'text': self.env._(
                "Waits for confirmation again: the step or its text has changed since then."
            ),
        }
        return texts[action.confirm_reason]

    def _explain_held(self, action):
        texts = {
            'credits': self.env._(
                "Held: unallocated credits cover the leader invoice or half of what is overdue. "
                "Allocate or refund them."
            ),
            'books': self.env._(
                "Held: the newest bank entry is more than %(days)s days old. Bring the bank up to "
                "date.",
                days=action.company_id.sudo().dso_books_days,
            ),
            'unsent': self.env._(
                "Held: invoice %(number)s was never sent to the customer. Send it first.",
                number=action.leader_number or "",
            ),
        }
        if not action.held and action._waits_for_reply():
            return self.env._(
                "Held: a reply of the customer waits in Replies & Comments. Deal with it first."
            )
        return texts.get(action.held, "")

    def _explain_belt(self, action):
        if action.belt == 'cap':
            return self.env._(
                "Not today: enough automatic messages have gone out or go before it, those of the "
                "largest overdue first. It goes on another day, or when a manager releases it."
            )
        return self._explain_reached(action) if action.belt == 'address' else ""

    def _explain_reached(self, action):
        """Return why an action does not go to an address again that was written to today."""
        return self.env._(
            "Not today: %(recipient)s gets its scenario message of the day for another customer. "
            "It goes tomorrow; group the collection of customers who share an address.",
            recipient=action.recipient or "",
        )

    def _explain_letter(self, action):
        if not action.has_letter_waiting:
            return ""
        return self.env._("The letter is written: print it, post it, then mark it as sent.")

    def _explain_dropped(self, action):
        if action.reason:
            return self.env._("Reason: %(reason)s", reason=action.reason)
        return self._label(action, 'reason_code')

    # === TOOLS === #

    def _date(self, date):
        return format_date(self.env, date) if date else ""

    def _label(self, record, field_name):
        selection = record._fields[field_name]._description_selection(self.env)
        return dict(selection).get(record[field_name], "")
