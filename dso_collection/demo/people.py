"""What the people of the demo did: whom they chase, what they decided and wrote down."""

from datetime import timedelta
from itertools import count

from ..const import LETTER_TYPES
from . import customers as data
from .answers import answers
from .disputes import Disputes
from .promises import PROMISES

#: Days since collection runs; before that nobody chased anybody.
STARTED = -60

#: The collectors have been at a fair since: what has come up in the last days waits for them.
LAST_DAY_IN_OFFICE = -5

#: Emails that are left to confirm when the demo is built; at most so many others go out at once.
LEFT_TO_CONFIRM = 4
CONFIRMED_NOW = 14

#: Letters that are written when the demo is built, and wait to be printed.
LETTERS_TO_PRINT = 3

#: How often a collector puts off what is due, as a customer has asked for.
PUT_OFF = 0.08

#: Action type → how often a collector gets to it on a day on which it is due.
DILIGENCE = {
    'email': 0.85,
    'call': 0.7,
    'task': 0.2,
    'letter': 0.8,
    'registered_letter': 0.8,
    'litigation': 0.5,
}

NOTES = {
    'call': (
        "Payment is in their run of next Friday.",
        "The person who signs is back on Monday; will pay then.",
        "Had not received the invoice; sent again while on the phone.",
        "Waits for money from their own customer, promises half by the end of the month.",
        "Asked for a statement; sent.",
        "Very friendly, had simply forgotten.",
        "Says it was paid yesterday.",
    ),
    'task': (
        "Agreed with sales: no deliveries until it is paid.",
        "Asked the customer what the payment was for.",
        "Discussed with management, one more month.",
    ),
    'letter': ("Posted.",),
    'registered_letter': ("Posted, receipt in the file.",),
    'litigation': ("Handed over to the lawyer, with the signed delivery notes.",),
}
SKIP_REASONS = (
    "Met them at the fair, they pay this week",
    "Paid, the bank shows it tomorrow",
    "Already spoken to on the phone",
)

#: Code, day, reason, day of the end.
HOLDS = (
    ('C1004', -24, 'insolvency', None),
    ('C1020', -12, 'payment_plan', 25),
    ('C1030', -16, 'direct_debit', -2),
)

#: Code, day, days by which the next action is moved.
MOVED = (('C1013', -1, 7), ('C1010', -2, 5))

#: What a mail server said to the last email of yesterday.
REFUSAL = "550 5.1.1 Mailbox unavailable"

#: Code, day, login, comment.
COMMENTS = (
    ('C1004', -24, 'manager', "Receivership since this week. Claim filed, nothing goes out."),
    ('C1020', -12, 'collector2', "Pays in four instalments, on the 15th of each month."),
    ('C1022', -9, 'collector2', "They contest the delivery of the invoice that is blocked."),
    ('C1012', -17, 'collector', "Third promise broken. Their truck fleet is for sale."),
    ('C1016', -8, 'collector', "First instalment late: their bank has changed."),
    ('C1009', -3, 'collector', "The bank has a payment without reference that could be theirs."),
    ('C1037', -6, 'collector2', "Imogen Finch answers faster than the accounts desk."),
)


class Team:
    """The people of the demo at work in the company that has started."""

    def __init__(self, company, partners, users, clock, rng):
        # What people change leaves its trace in the chatter, unlike the bulk of the books.
        self._env = company.with_context(tracking_disable=False).env
        self._company = company
        self._users = users
        self._partners = partners
        self._clock = clock
        self._rng = rng
        self._disputes = Disputes(self._env, clock, self._get_account)

    # --- before and after ----------------------------------------------------------------------

    def start(self):
        """Switch collection on; it runs in the company from here."""
        self._company.action_dso_start()

    def assign(self, company, customers, scenarios):
        """Give customer accounts their collectors and scenarios.

        :param dict scenarios: kind → scenario; the standard one is the default of companies
        """
        company.write(
            {
                'dso_collector_id': self._users['collector2'].id,
                'dso_sender_id': self._users['manager'].id,
            }
        )
        accounts = self._accounts([customer.code for customer in customers], company)
        for customer in customers:
            account = accounts[customer.code].with_context(tracking_disable=True)
            account.write(self._assignment(customer, scenarios))
        self._write_rules(company, scenarios)

    def _write_rules(self, company, scenarios):
        """Rules for customers to come; who is there already was shared out by hand."""
        first = [('partner_id.country_id.code', 'in', data.FIRST_COLLECTOR_COUNTRIES)]
        gifts = (
            ("South and west", 'collector', self._users['collector'], first),
            ("All others", 'collector', self._users['collector2'], []),
            ("Large and late", 'scenario', scenarios['risky'], [('bucket_older', '>', 20000)]),
        )
        self._env['dso.assignment.rule'].create(
            [
                {
                    'name': name,
                    'sequence': number,
                    'kind': kind,
                    f'{kind}_id': value.id,
                    'domain': repr(domain),
                    'company_id': company.id,
                    'new_only': kind == 'collector',
                }
                for number, (name, kind, value, domain) in enumerate(gifts)
            ]
        )
        company.dso_assigned_on = company._dso_today()
        self._env['dso.customer'].search([('company_id', '=', company.id)]).write(
            {'assigned_on': company.create_date}
        )

    def _assignment(self, customer, scenarios):
        is_first = customer.country in data.FIRST_COLLECTOR_COUNTRIES
        collector = self._users['collector' if is_first else 'collector2']
        values = {
            'collector_id': customer.code not in data.WITHOUT_COLLECTOR and collector.id,
        }
        if customer.code in data.SCENARIOS:
            kind = data.SCENARIOS[customer.code]
            values['scenario_id'] = kind and scenarios[kind].id
        return values

    def group_chains(self):
        """Collect the shops of chains through their head offices."""
        for head, shops in data.CHAINS.items():
            accounts = self._accounts([head, *shops])
            members = self._env['dso.customer'].union(*(accounts[code] for code in shops))
            members._group_through(accounts[head])

    def confirm_for_today(self):
        """Confirm some of the emails that wait, so that the next dispatch has something to send."""
        self._env['dso.customer']._plan_all()
        waiting = self._waiting_emails()
        for action in waiting[:-LEFT_TO_CONFIRM][:CONFIRMED_NOW]:
            self._as_collector(action).action_confirm()

    def go_away(self):
        """The second collector is on holiday, the first one does the work of both."""
        today = self._company._dso_today()
        self._env['dso.substitute'].with_user(self._users['collector2']).create(
            {
                'collector_id': self._users['collector2'].id,
                'substitute_id': self._users['collector'].id,
                'date_from': today - timedelta(days=1),
                'date_until': today + timedelta(days=8),
            }
        )

    def write_letters(self):
        """Write some of the letters that are due; they wait to be printed."""
        letters = self._due_actions().filtered(
            lambda action: action.action_type in LETTER_TYPES and not action.error_code
        )
        for action in letters[:LETTERS_TO_PRINT]:
            self._as_collector(action).action_send_now()

    # --- days ----------------------------------------------------------------------------------

    def work(self, day, since):
        """Do what people did on a day; decisions made after ``since`` come first."""
        self._decide(day, since)
        self._disputes.happen(day, since)
        self._env['dso.customer']._plan_all()
        self._env['dso.promise']._follow_up(self._company)
        self._hear_promises(day, since)
        minutes = count(step=3)
        for action in self._due_actions().filtered(lambda action: not action.is_settling):
            self._clock.go_to(day, hour=8, minute=min(next(minutes), 59))
            if day <= LAST_DAY_IN_OFFICE and self._rng.random() < DILIGENCE[action.action_type]:
                self._handle(action)
        self._clock.go_to(day, hour=10)
        self._send_confirmed()
        self._clock.end_day()
        self._move(day, since)

    def _decide(self, day, since):
        for code, hold_day, reason, until in HOLDS:
            if since < hold_day <= day:
                account = self._accounts([code])[code].with_user(self._users['manager'])
                account._track_set_author(self._users['manager'].partner_id)
                account.write(
                    {
                        'hold_reason': reason,
                        'hold_from': self._clock.date(hold_day),
                        'hold_until': until and self._clock.date(until),
                    }
                )
        for code, comment_day, login, text in COMMENTS:
            if since < comment_day <= day:
                account = self._accounts([code])[code].with_user(self._users[login])
                account.message_post(
                    body=text, message_type='comment', subtype_xmlid='mail.mt_note'
                )

    def _hear_promises(self, day, since):
        """Take what customers promised on the phone, on all that is overdue."""
        status = self._env.ref('dso_collection.dso_status_promise')
        for promise in PROMISES:
            if since < promise.day <= day:
                account = self._accounts([promise.code])[promise.code]
                collector = account.collector_id or self._users['manager']
                terms = {'date': self._clock.date(day + promise.days), **promise.terms}
                if lines := self._overdue(account):
                    lines.with_user(collector)._dso_qualify(
                        status, {'comment': promise.comment, 'promise': terms}
                    )
        self._clock.end_day()

    def _move(self, day, since):
        """Put actions off as customers have asked for; that needs the plan of the day."""
        for code, moved_day, days in MOVED:
            action = self._accounts([code])[code].next_action_id
            if since < moved_day <= day and action:
                date = self._clock.date(day + days)
                self._as_collector(action).action_reschedule(date)
        self._clock.end_day()

    def suffer_refusal(self):
        """Let a mail server refuse one of the emails that wait."""
        self._waiting_emails()[-1:]._set_error('refused', REFUSAL)

    def hear_answers(self):
        """Let customers answer some of the last reminders, in one mailbox as without a domain."""
        messages = self._env['dso.action.message'].search(
            [('delivery', '=', 'sent'), ('partner_id', '!=', False)], order='id desc', limit=40
        )
        for email in answers(messages):
            self._env['mail.thread'].message_process('dso.customer', email)

    def _handle(self, action):
        mine = self._as_collector(action)
        if action.origin == 'scenario' and self._rng.random() < PUT_OFF:
            mine.action_reschedule(self._company._dso_today() + timedelta(self._rng.randint(2, 7)))
        elif action.mode == 'manual':
            mine.action_complete(**self._result(action))
        elif self._rng.random() < 0.04:
            mine.action_skip(self._rng.choice(SKIP_REASONS))
        elif action.to_confirm:
            mine.action_confirm()

    def _result(self, action):
        if action.action_type == 'call' and self._rng.random() < 0.25:
            return {'note': "Nobody answers.", 'outcome': 'no_answer'}
        return {'note': self._rng.choice(NOTES.get(action.action_type, NOTES['task']))}

    def _send_confirmed(self):
        """Write the emails of the day; no server gets them, so they are only marked as taken."""
        company = self._company
        domain = self._env['dso.action']._domain_sendable(company, company._dso_today())
        sent = self._env['dso.dispatch']._dispatch(self._env['dso.action'].search(domain), domain)
        mails = self._env['mail.mail'].search(
            [('mail_message_id', 'in', sent.sent_message_ids.mail_message_id.ids)]
        )
        mails.write({'state': 'sent'})
        messages = sent.sent_message_ids.mail_message_id
        texts = self._env['sms.sms'].search([('mail_message_id', 'in', messages.ids)])
        texts.write({'state': 'sent'})
        messages.notification_ids.write({'notification_status': 'sent', 'failure_type': False})

    # --- tools ---------------------------------------------------------------------------------

    def _due_actions(self):
        return self._env['dso.action'].search(
            [
                ('company_id', '=', self._company.id),
                ('state', '=', 'planned'),
                ('held', '=', False),
                ('date_planned', '<=', self._company._dso_today()),
            ],
            order='date_planned, id',
        )

    @staticmethod
    def _overdue(account):
        """The overdue items of a customer account that it does not dispute, in one currency."""
        items = account.open_line_ids.filtered(
            lambda line: (
                line.dso_days_overdue > 0
                and line.amount_residual_currency > 0
                and not line.dso_dispute_id
            )
        )
        return items.filtered(lambda line: line.currency_id == items[:1].currency_id)

    def _waiting_emails(self):
        return self._due_actions().filtered(lambda a: a.action_type == 'email' and a.to_confirm)

    def _as_collector(self, action):
        return action.with_user(action.collector_id or self._users['manager'])

    def _get_account(self, code):
        """Return a customer account as its collector sees it."""
        account = self._accounts([code])[code]
        return account.with_user(account.collector_id or self._users['manager'])

    def _accounts(self, codes, company=None):
        """Customer accounts by code.

        :rtype: dict
        """
        partners = self._env['res.partner'].union(*(self._partners[code] for code in codes))
        accounts = self._env['dso.customer']._get_or_create(partners, company or self._company)
        return {account.code: account for account in accounts}
