"""Reads a database into the objects of the reference engine, and what the SQL engine made of it.

Plain columns only, no joins with conditions: the rules are left to ``reference.py``. Customer
accounts are named by partner and company, because some are born by the plan under test.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo.fields import Domain

from .reference_objects import (
    Account,
    Action,
    Company,
    Contact,
    Item,
    Key,
    Listed,
    Named,
    Portfolio,
    Record,
    Scenario,
    Step,
)

UTC = ZoneInfo('UTC')
MEDIA = ('email', 'sms', 'letter', 'call')
ADDRESS_FIELDS = ('street', 'street2', 'zip', 'city')
WEEKDAYS = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
MONEY = (
    'balance',
    'overdue',
    'not_due',
    'bucket_30',
    'bucket_60',
    'bucket_90',
    'bucket_older',
    'unallocated',
    'eligible_overdue',
    'plan_amount',
)


def money(text):
    return Decimal(text or 0)


def select(env, query, **parameters):
    """Rows of a query as dictionaries."""
    env.cr.execute(query, parameters or None)
    return env.cr.dictfetchall()


class Loader:
    def __init__(self, env):
        self.env = env
        env.flush_all()
        env.invalidate_all()
        self.companies, self.scenarios, self.accounts = {}, {}, {}
        self.codes = {}  # id of dso.customer → account

    def load(self):
        """The whole database as a portfolio."""
        companies = self.env['res.company'].sudo().search([])
        self.roots = {company.id: company.root_id.id for company in companies}
        self.companies = {company.id: self._company(company) for company in companies}
        self.scenarios = self._scenarios()
        partners = select(self.env, "SELECT * FROM res_partner ORDER BY id")
        self.partners = {partner['id']: partner for partner in partners}
        self._load_accounts()
        self._load_items()
        self._load_bookings()
        self._load_replies()
        self._load_contacts()
        self._load_agreements()
        return Portfolio(self.accounts.values(), self._actions(), [*self._records()], self._names())

    def load_actions(self):
        """The actions alone, with accounts that have no more than their identity."""
        self._load_accounts()
        return self._actions()

    # --- settings --------------------------------------------------------------------------

    def _company(self, company):
        bank_entries = self.env['account.move'].search(
            [
                ('state', '=', 'posted'),
                ('journal_id.type', '=', 'bank'),
                ('company_id', 'child_of', company.id),
            ]
        )
        return Company(
            interval=company.dso_contact_interval,
            grace=company.dso_payment_grace,
            dispute_grace=company.dso_dispute_grace,
            dispute_partial=company.dso_dispute_partial,
            digits=company.currency_id.decimal_places,
            ignore_below=Decimal(str(company.dso_ignore_below)),
            hold_credits=company.dso_hold_credits,
            hold_books=company.dso_hold_books,
            books_days=company.dso_books_days,
            newest_bank_entry=max(bank_entries.mapped('date'), default=None),
            hold_unsent=company.dso_hold_unsent,
            careful_until=company.dso_careful_until or None,
            weekdays=frozenset(
                n for n, name in enumerate(WEEKDAYS) if company[f'dso_window_{name}']
            ),
            holidays=frozenset(self._holidays(company)),
            tz=company.dso_tz,
        )

    def _holidays(self, company):
        """Days touched by a public holiday of the company's calendar, or of all calendars."""
        leaves = self.env['resource.calendar.leaves'].search(
            Domain('resource_id', '=', False)
            & Domain('company_id', 'in', [False, company.id])
            & Domain('calendar_id', 'in', [False, company.resource_calendar_id.id])
        )
        zone = ZoneInfo(company.dso_tz)
        for leave in leaves:
            day = leave.date_from.replace(tzinfo=UTC).astimezone(zone).date()
            while day <= leave.date_to.replace(tzinfo=UTC).astimezone(zone).date():
                yield day
                day += timedelta(days=1)

    def _scenarios(self):
        scenarios = {}
        for scenario in self.env['dso.scenario'].with_context(active_test=False).search([]):
            steps = [
                Step(
                    step.id,
                    step.delay,
                    step.action_type,
                    step.mode,
                    self._written(step),
                    undone_type=step.undone_type if step.undone_rule == 'become' else None,
                    undone_mode=step.undone_mode,
                )
                for step in scenario.step_ids
            ]
            scenarios[scenario.id] = Scenario(
                steps,
                minimum=Decimal(str(scenario.minimum_amount)),
                after_last=scenario.after_last,
                repeat_days=scenario.repeat_days,
                broken_promise=scenario.broken_promise,
                start_again=scenario.start_again,
            )
        return scenarios

    @staticmethod
    def _written(step):
        texts = step.mail_template_id, step.sms_template_id, step.letter_template_id
        return max(record.write_date for record in (step, *texts) if record)

    # --- accounts and their books ----------------------------------------------------------

    def _load_accounts(self):
        rows = select(self.env, "SELECT * FROM dso_customer ORDER BY id")
        for row in rows:
            account = self._add_account(
                row['partner_id'],
                row['company_id'],
                scenario=self.scenarios.get(row['scenario_id']),
                collector=row['collector_id'],
                hold_reason=row['hold_reason'],
                hold_from=row['hold_from'],
                hold_until=row['hold_until'],
                not_before=row['not_before'],
                regrouped_on=row['regrouped_on'],
                start_decision=row['start_decision'],
            )
            self.codes[row['id']] = account
        for row in rows:
            self.codes[row['id']].group = self.codes.get(row['group_account_id'])

    def _add_account(self, partner_id, company_id, **values):
        account = Account((partner_id, company_id), self.companies.get(company_id), **values)
        self.accounts[account.id] = account
        return account

    def _account_of(self, row):
        """The account of a journal item; a new one has the defaults of its company."""
        partner = self.partners[row['partner_id']]
        root = self.roots[row['company_id']]
        account = self.accounts.get((partner['commercial_partner_id'], root))
        if not account:
            company = self.env['res.company'].browse(root)
            account = self._add_account(
                partner['commercial_partner_id'],
                root,
                scenario=self.scenarios.get(company.dso_scenario_id.id),
                collector=company.dso_collector_id.id or None,
            )
        return account

    def _receivables(self):
        """Items of trade receivable accounts that have a partner, open or not."""
        return select(
            self.env,
            """SELECT line.*, line.amount_residual::text AS booked,
                      line.amount_residual_currency::text AS residual,
                      move.invoice_date_due, move.date AS posted, move.payment_state,
                      move.is_move_sent, move.move_type
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_account account ON account.id = line.account_id
                WHERE account.account_type = 'asset_receivable' AND line.partner_id IS NOT NULL
                  AND account.non_trade IS NOT TRUE ORDER BY line.id""",
        )

    def _load_items(self):
        for row in self._receivables():
            if row['parent_state'] == 'posted' and not row['reconciled']:
                account = self._account_of(row)
                account.items.append(self._item(row))
                if Decimal(row['residual']) < 0:
                    account.bookings.append(account.company.day(row['create_date']))

    @staticmethod
    def _item(row):
        return Item(
            row['id'],
            row['move_id'],
            row['date_maturity'] or row['invoice_date_due'] or row['posted'],
            money(row['residual']),
            money(row['booked']),
            currency=row['currency_id'],
            posted=row['posted'],
            no_followup=bool(row['no_followup']),
            payment_state=row['payment_state'],
            sent=row['is_move_sent'] or row['move_type'] != 'out_invoice',
        )

    def _load_bookings(self):
        """Bookings are remembered: on positions, and on marks until those are planned."""
        query = "SELECT partner_id, company_id, last_booking_date AS day FROM dso_position"
        rows = select(self.env, query)
        query = "SELECT partner_id, company_id, booked_on AS day FROM dso_plan_mark"
        for row in rows + select(self.env, query):
            account = self.accounts.get((row['partner_id'], row['company_id']))
            if account and row['day']:
                account.bookings.append(row['day'])

    def _load_replies(self):
        rows = select(
            self.env,
            """SELECT c.partner_id, c.company_id, r.date
                 FROM dso_reply r JOIN dso_customer c ON c.id = r.customer_id
                WHERE r.state <> 'discarded'""",
        )
        for row in rows:
            self.accounts[row['partner_id'], row['company_id']].replies.append(row['date'])

    # --- what people recorded --------------------------------------------------------------

    def _load_agreements(self):
        rows = select(
            self.env,
            """SELECT customer_id, taken_on AS moment FROM dso_promise WHERE state <> 'cancelled'
                UNION ALL
                SELECT customer_id, opened_on FROM dso_dispute WHERE state <> 'cancelled'""",
        )
        for row in rows:
            self.codes[row['customer_id']].agreements.append(row['moment'])

    def _names(self):
        """The receivable journal items of every invoice, whatever their state."""
        names = defaultdict(list)
        for row in self._receivables():
            partner = self.partners[row['partner_id']]
            owner = partner['commercial_partner_id'], self.roots[row['company_id']]
            due = row['date_maturity'] or row['invoice_date_due'] or row['posted']
            names[row['move_id']].append(Named(self.accounts.get(owner), due, row['id']))
        return names

    def _records(self):
        """Whatever was recorded on items and still means something."""
        for kind, state, query in (
            (
                'dispute',
                'resolved',
                """SELECT d.*, i.move_id, i.due_date, i.line_id, i.amount::text AS part,
                          d.resolved_on AS day
                     FROM dso_dispute d LEFT JOIN dso_dispute_item i ON i.dispute_id = d.id""",
            ),
            (
                'promise',
                'broken',
                """SELECT d.*, i.move_id, i.due_date, i.line_id, NULL AS part,
                          d.settled_on AS day
                     FROM dso_promise d LEFT JOIN dso_promise_item i ON i.promise_id = d.id""",
            ),
        ):
            for row in select(self.env, query):
                if row['state'] == state:
                    until = row['date'] if kind == 'promise' else None
                    yield self._record(state, row, until=until)
                elif row['state'] == 'open' and kind == 'dispute':
                    yield self._record(kind, row, amount=money(row['part']))
                elif row['state'] == 'open' and self._pauses(row):
                    until = row['date'] + timedelta(days=row['grace_days'] or 0)
                    yield self._record(kind, row, until=until)
        for row in select(self.env, "SELECT * FROM dso_item_status WHERE is_current"):
            if row['category'] == 'litigation':
                yield self._record('litigation', row)
        for row in select(
            self.env,
            """SELECT i.*, a.origin, a.state FROM dso_action_item i
                 JOIN dso_action a ON a.id = i.action_id
                WHERE a.dispute_id IS NULL -- the dispute itself decides""",
        ):
            if row['origin'] == 'specific' and row['state'] in ('planned', 'sending', 'error'):
                yield self._record('specific', row)

    @staticmethod
    def _pauses(promise):
        return promise['pauses'] and promise['move_id'] and not promise['lapsed']

    def _record(self, kind, row, **values):
        return Record(
            kind,
            self.codes[row['customer_id']],
            row['move_id'],
            row['due_date'],
            row['line_id'],
            day=row.get('day'),
            action=row.get('action_id'),
            **values,
        )

    def _load_contacts(self):
        countries = select(self.env, "SELECT id, code, zip_required FROM res_country")
        self.countries = {country['id']: country for country in countries}
        blocked = select(
            self.env,
            """SELECT 'email' AS medium, email AS text FROM mail_blacklist WHERE active
                UNION ALL SELECT 'sms', number FROM phone_blacklist WHERE active""",
        )
        self.blocked = frozenset((row['medium'], row['text']) for row in blocked)
        accounts = defaultdict(list)
        for account in self.accounts.values():
            partner_id, _company_id = account.id
            accounts[partner_id].append(account)
            account.partner = self._contact(self.partners[partner_id])
        for partner in self.partners.values():
            for account in accounts[partner['commercial_partner_id']]:
                self._load_contact(account, partner)

    def _load_contact(self, account, partner):
        if not partner['active']:
            return
        is_child = partner['id'] != partner['commercial_partner_id']
        if partner['is_collection_contact']:
            account.collection_contacts.append(self._contact(partner))
        if partner['type'] == 'invoice' and is_child and not account.invoice_address:
            account.invoice_address = self._contact(partner)

    def _contact(self, partner):
        country = self.countries.get(partner['country_id'], {})
        plain = {name: (partner[name] or '').strip(' ') for name in ADDRESS_FIELDS}
        return Contact(
            partner['id'],
            partner['email'] or None,
            partner['email_normalized'],
            phone=partner['phone'] or None,
            number=partner['phone_sanitized'],
            country=country.get('code'),
            needs_zip=country.get('zip_required') is not False,
            media=frozenset(name for name in MEDIA if partner[f'collection_by_{name}']),
            blocked=self.blocked,
            **plain,
        )

    # --- actions ---------------------------------------------------------------------------

    def _actions(self):
        listed = defaultdict(list)
        for row in select(self.env, "SELECT * FROM dso_action_item ORDER BY id"):
            key = Key(row['move_id'], row['due_date'])
            listed[row['action_id']].append(Listed(key, row['offset_counted']))
        return [
            self._action(row, listed[row['id']])
            for row in select(
                self.env,
                """SELECT *, amount::text AS amount_text, confirmed_amount::text AS confirmed_text
                     FROM dso_action ORDER BY id""",
            )
        ]

    def _action(self, row, listed):
        leader = Key(row['leader_move_id'], row['leader_due'])
        return Action(
            row['id'],
            self.codes[row['customer_id']],
            origin=row['origin'],
            state=row['state'],
            kind=row['task_kind'],
            task_key=row['task_key'],
            undone_on=row['undone_on'],
            step=row['step_id'],
            offset=row['step_delay'],
            leader=leader if row['leader_due'] else None,
            leader_item=row['leader_line_id'],
            action_type=row['action_type'],
            mode=row['mode'],
            date=row['date_planned'],
            rule=row['date_rule'],
            amount=money(row['amount_text']),
            held=row['held'],
            error=row['error_code'],
            recipient=row['recipient'],
            collector=row['collector_id'],
            note=row['note'],
            date_user=row['date_user'],
            date_user_on=row['date_user_on'],
            confirmed_on=row['confirmed_on'],
            confirmed_amount=money(row['confirmed_text']),
            confirm_reason=row['confirm_reason'],
            reason_code=row['reason_code'],
            done_on=row['date_done'],
            done_day=row['day_done'],
            is_contact=bool(row['is_contact']),
            member=self.codes.get(row['member_id']),
            dispute=row['dispute_id'],
            delivery=row['delivery'],
            listed=listed,
        )


def reference_from_db(env):
    """The database as the reference engine sees it."""
    return Loader(env).load()


def positions(env):
    """What the SQL engine wrote about every account, by partner and company."""
    env.flush_all()
    exact = ', '.join(f'pos.{name}::text AS {name}' for name in MONEY)
    rows = select(
        env,
        f"""SELECT pos.*, {exact}, customer.partner_id, customer.company_id
              FROM dso_customer customer JOIN dso_position pos ON pos.id = customer.position_id""",
    )
    for row in rows:
        row.update({name: money(row[name]) for name in MONEY})
    return {(row['partner_id'], row['company_id']): row for row in rows}
