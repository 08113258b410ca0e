"""Random customer accounts written straight into the tables: one insert per table.

Everything follows from the seed; each account has a random generator of its own, so that a smaller
portfolio has the first accounts of a larger one.
"""

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from psycopg2.extras import Json, execute_values

from .portfolio_records import OWNERS, RecordMaker

ZONES = ('UTC', 'Pacific/Auckland', 'America/New_York')
AMOUNTS = (5, 10, 45, 49.99, 50, 50, 100, 100, 200)
AGES = (-1, 0, 1, 3, 5, 10, 20, 30, 31, 35, 60, 61, 90, 91)  # where rules have their edges
OFFSETS = (-10, -5, -1, 0, 3, 7, 10, 20, 35)
CLOSED_STATES = ('blocked', 'in_payment', 'paid', 'reversed', 'invoicing_legacy')
MANUAL_TYPES = ('call', 'email', 'sms', 'letter', 'registered_letter', 'litigation', 'task')
MEDIA = ('email', 'sms', 'letter', 'call')
#: Telephone numbers as people type them and as Odoo keeps them, with and without a parser.
PHONES = (
    ('+49 30 23125 11', '+49302312511'),
    ('+49 30 23125 12', '+49 30 23125 12'),
    ('(030) 2312-513', '(030) 2312-513'),
    (' +1 617.555.0100', '+16175550100'),
    ('12', '12'),
    ('ask Ann', None),
    ('1234567890123456', '1234567890123456'),
    ('', None),
    (None, None),
)
ADDRESSES = (
    ('1 Main Street', None, '02139', 'Cambridge'),
    (' 2 Main Street ', 'Floor 3', '', 'Cambridge'),
    ('3 Main Street', '', '02139', None),
    (' ', 'Box 4', '02139', 'Cambridge'),
    (None, None, None, None),
)


def insert(env, table, rows):
    """Insert dictionaries, in which absent keys stay empty, and return their ids."""
    if not rows:
        return []
    columns = sorted(set().union(*rows))
    values = [[row.get(column) for column in columns] for row in rows]
    names = ', '.join(f'"{column}"' for column in columns)
    query = f'INSERT INTO {table} ({names}) VALUES %s RETURNING id'
    # The cursor below Odoo's: its logging would print thousands of rows.
    found = execute_values(env.cr._obj, query, values, page_size=len(values), fetch=True)
    return [row[0] for row in found]


def insert_all(env, table, rows):
    """Insert dictionaries and give each its id."""
    for row, row_id in zip(rows, insert(env, table, rows), strict=True):
        row['id'] = row_id
    return rows


class PortfolioMaker:
    """Fills the tables for the companies of ``books``.

    :param books: per root company the company ids, accounts and journals to use, see
        :class:`PortfolioCase`
    """

    def __init__(self, env, books, seed, size, today):
        self.env, self.books, self.seed, self.size, self.today = env, books, seed, size, today
        self.random = Random(seed)
        self.template_id = env['mail.template'].search([('model', '=', 'dso.action')], limit=1).id
        users = env['res.users'].search([('share', '=', False)], limit=2)
        users.company_ids |= env['res.company'].union(*(book.company for book in books))
        self.users = users.ids
        self.countries = [env.ref(f'base.{code}').id for code in ('us', 'de', 'hk', 'ae')]
        self.currencies = [env.ref('base.USD').id, env.ref('base.EUR').id]

    def make(self):
        self._set_companies()
        self._make_scenarios()
        self._make_partners()
        self._make_blacklists()
        self._make_customers()
        self._make_books()
        self._make_actions()
        self._make_replies()
        RecordMaker(self, insert_all, due_of).make()
        self.env.invalidate_all()
        self._analyze()

    def _analyze(self):
        """Let the server know what was inserted, as it does by itself after a commit."""
        tables = ('account_move', 'account_move_line', 'dso_customer', 'dso_position', *OWNERS)
        self.env.cr.execute(
            f"ANALYZE {', '.join(tables)}, dso_action, dso_action_item, res_partner"
        )

    # --- tools -----------------------------------------------------------------------------

    def rng(self, index, subject):
        return Random(f'{self.seed} {index} {subject}')

    def day(self, rng, first, last):
        return self.today + timedelta(days=rng.randint(first, last))

    def moment(self, rng, first, last):
        """A moment of a day from ``first`` to ``last`` days after today, often near midnight."""
        hour = rng.choice((0, 4, 5, 10, 12, 13, 23))
        return datetime.combine(self.day(rng, first, last), time(hour, rng.randint(0, 59)))

    # --- configuration ---------------------------------------------------------------------

    def _set_companies(self):
        rng = self.random
        for books in self.books:
            window = {f'dso_window_{day}': rng.random() < 0.7 for day in ('mon', 'tue', 'sat')}
            books.company.write(
                {
                    'dso_tz': rng.choice(ZONES),
                    'dso_contact_interval': rng.choice((0, 2, 5, 5, 9)),
                    'dso_payment_grace': rng.choice((0, 3, 3, 7)),
                    'dso_dispute_grace': rng.choice((0, 3, 10)),
                    'dso_dispute_partial': rng.random() < 0.4,
                    'dso_ignore_below': rng.choice((0, 0, 10, 45)),
                    'dso_hold_credits': rng.random() < 0.8,
                    'dso_hold_books': rng.random() < 0.2,
                    'dso_books_days': rng.choice((2, 5, 30)),
                    'dso_hold_unsent': rng.random() < 0.2,
                    'dso_collector_id': rng.choice((False, *self.users)),
                    'dso_careful_until': self._careful_until(books),
                    **window,
                }
            )
        for _number in range(rng.randint(0, 3)):
            self._make_holiday(rng)

    def _careful_until(self, books):
        rng = self.rng(self.books.index(books), 'start')
        return rng.choice((False, self.day(rng, -10, 10)))

    def _make_holiday(self, rng):
        company = rng.choice(self.books).company
        start = self.moment(rng, -5, 15)
        self.env['resource.calendar.leaves'].create(
            {
                'name': "Holiday",
                'company_id': company.id,
                'calendar_id': rng.choice((False, company.resource_calendar_id.id)),
                'date_from': start,
                'date_to': start + timedelta(hours=rng.choice((2, 12, 47))),
            }
        )

    def _make_scenarios(self):
        rng = self.random
        written = datetime.combine(self.today - timedelta(days=90), time())
        self.scenarios = insert_all(
            self.env,
            'dso_scenario',
            [
                {
                    'name': Json({'en_US': f'Scenario {number}'}),
                    'active': True,
                    'minimum_amount': rng.choice((0, 50, 50, 200)),
                    'after_last': rng.choice(('decide', 'decide', 'repeat', 'stop')),
                    'repeat_days': rng.choice((1, 4, 15)),
                    'broken_promise': rng.choice(('continue', 'raise')),
                    'start_again': rng.random() < 0.2,
                }
                for number in range(8)
            ],
        )
        steps = []
        for scenario in self.scenarios:
            offsets = rng.sample(OFFSETS, rng.choice((0, 1, 2, 3, 3, 4, 4, 5)))
            steps += [self._step(rng, scenario, offset, written) for offset in offsets]
        self.steps = insert_all(self.env, 'dso_scenario_step', steps)
        for books in self.books:
            books.company.dso_scenario_id = rng.choice(self.scenarios)['id']

    def _step(self, rng, scenario, offset, written):
        mode = rng.choice(('manual', 'automatic', 'automatic', 'automatic_confirm'))
        action_type = rng.choice(MANUAL_TYPES) if mode == 'manual' else 'email'
        recently = rng.random() < 0.1
        becomes = [('email', 'automatic'), ('call', 'manual'), ('letter', 'manual')]
        becomes += [('email', 'automatic_confirm'), ('task', 'manual')]
        undone_type, undone_mode = rng.choice(becomes)
        return {
            'undone_rule': rng.choice(('wait', 'go_on', 'become', 'become')),
            'undone_days': rng.choice((1, 3, 5)),
            'undone_type': undone_type,
            'undone_mode': undone_mode,
            'scenario_id': scenario['id'],
            'name': Json({'en_US': f'{action_type} {offset}'}),
            'delay': offset,
            'mode': mode,
            'cc_rule': 'company',
            'action_type': action_type,
            'mail_template_id': self.template_id,
            'write_date': self.moment(rng, -3, 0) if recently else written,
        }

    # --- partners and customer accounts ----------------------------------------------------

    def _partner(self, rng, name, **values):
        email = rng.choice((f'{name}@example.com',) * 6 + ('shared@example.com', 'nonsense', None))
        valid = email and '@' in email
        phone, sanitized = rng.choice(PHONES)
        street, street2, zip_code, city = rng.choice(ADDRESSES)
        return {
            'name': name,
            'complete_name': name,
            'active': True,
            'type': 'contact',
            'autopost_bills': 'ask',
            'email': email,
            'email_normalized': email.lower() if valid else None,
            'phone': phone,
            'phone_sanitized': sanitized,
            'street': street,
            'street2': street2,
            'zip': zip_code,
            'city': city,
            'country_id': rng.choice((None, *self.countries)),
            **{f'collection_by_{medium}': rng.random() < 0.8 for medium in MEDIA},
            **values,
        }

    def _make_partners(self):
        env = self.env
        names = [f'Customer{index}' for index in range(self.size)]
        partners = [self._partner(self.rng(n, 'partner'), name) for n, name in enumerate(names)]
        self.partners = insert_all(env, 'res_partner', partners)
        env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
            [[partner['id'] for partner in self.partners]],
        )
        children = []
        for index, parent in enumerate(self.partners):
            rng = self.rng(index, 'contacts')
            for number in range(rng.choice((0, 0, 0, 1, 2))):
                links = {'parent_id': parent['id'], 'commercial_partner_id': parent['id']}
                child = self._partner(rng, f'{parent["name"]}-{number}', **links)
                child['type'] = rng.choice(('contact', 'invoice', 'invoice', 'other'))
                child['is_collection_contact'] = rng.random() < 0.4
                child['active'] = rng.random() < 0.9
                children.append(child)
        insert_all(env, 'res_partner', children)
        for partner in self.partners:
            partner['contacts'] = [partner['id']]
        parents = {partner['id']: partner for partner in self.partners}
        for child in children:
            parents[child['parent_id']]['contacts'].append(child['id'])

    def _make_blacklists(self):
        rng = self.random
        emails = {partner['email_normalized'] for partner in self.partners} - {None}
        rows = {
            ('mail_blacklist', 'email'): rng.sample(sorted(emails), len(emails) // 10),
            ('phone_blacklist', 'number'): rng.sample(('+49302312511', '+16175550100'), 1),
        }
        for (table, column), texts in rows.items():
            insert(
                self.env, table, [{column: text, 'active': rng.random() < 0.7} for text in texts]
            )

    def _make_customers(self):
        rows = []
        for index, partner in enumerate(self.partners):
            rng = self.rng(index, 'customer')
            partner['books'] = rng.choice((self.books[0],) * 3 + (self.books[1],))
            partner['customer'] = None
            if rng.random() < 0.95:
                partner['customer'] = self._customer(rng, partner)
                rows.append(partner['customer'])
        keys = ('partner_id', 'company_id', 'last_booking_date')
        positions = [{key: row[key] for key in keys} for row in rows]
        positions = insert(self.env, 'dso_position', positions)
        for row, position in zip(rows, positions, strict=True):
            row['position_id'] = position
        insert_all_with(self.env, 'dso_customer', rows)
        self._make_groups()

    def _customer(self, rng, partner):
        scenarios = [scenario['id'] for scenario in self.scenarios]
        held = rng.random() < 0.12
        agreed = rng.random() < 0.12
        start = self.day(rng, -20, 3)
        return {
            'partner_id': partner['id'],
            'company_id': partner['books'].company.id,
            'last_booking_date': rng.choice((None, None, self.day(rng, -9, 0))),
            'scenario_id': rng.choice((None, *scenarios * 3)),
            'collector_id': rng.choice((None, *self.users)),
            'hold_reason': 'legal' if held else None,
            'hold_from': rng.choice((None, start)) if held else None,
            'hold_until': rng.choice((None, start + timedelta(rng.randint(0, 25))))
            if held
            else None,
            'not_before': self.day(rng, -5, 12) if agreed else None,
            'not_before_on': self.moment(rng, -10, 0) if agreed else None,
            'regrouped_on': self.moment(rng, -10, 0) if rng.random() < 0.1 else None,
            'start_decision': rng.choice((None,) * 7 + ('planned', 'confirm', 'confirm', 'review')),
        }

    def _make_groups(self):
        """About every fifth account is collected through an earlier one of its company."""
        leads, grouped = {}, []
        for index, partner in enumerate(self.partners):
            rng, customer = self.rng(index, 'group'), partner['customer']
            if not customer:
                continue
            lead = leads.get(customer['company_id'])
            if lead and rng.random() < 0.2:
                customer['group_account_id'] = lead['id']
                grouped.append((customer['id'], lead['id']))
            elif rng.random() < 0.5:
                leads[customer['company_id']] = customer
        query = """UPDATE dso_customer SET group_account_id = v.lead
                     FROM (VALUES %s) v(id, lead) WHERE dso_customer.id = v.id"""
        if grouped:
            execute_values(self.env.cr._obj, query, grouped)

    # --- books -----------------------------------------------------------------------------

    def _make_books(self):
        moves, lines = [], []
        for index, partner in enumerate(self.partners):
            rng = self.rng(index, 'books')
            for _number in range(rng.choice((0, 1, 1, 2, 3, 5))):
                move = self._move(rng, partner['books'])
                moves.append(move)
                lines += self._lines(rng, partner, move)
        insert_all_with(self.env, 'account_move', moves)
        for line in lines:
            line['move_id'] = line['move']['id']
        insert_all_with(self.env, 'account_move_line', lines)
        self.lines = lines
        for books in self.books:
            self._make_bank_entry(books)

    def _move(self, rng, books):
        move_type = rng.choice(('out_invoice',) * 6 + ('entry', 'out_refund', 'out_refund'))
        posted = self.day(rng, -70, 0)
        return {
            'journal_id': books.journals['sale' if move_type != 'entry' else 'general'],
            'company_id': rng.choice(books.company_ids),
            'currency_id': rng.choice((self.currencies[0],) * 3 + (self.currencies[1],)),
            'state': rng.choice(('posted',) * 12 + ('draft', 'cancel')),
            'move_type': move_type,
            'auto_post': 'no',
            'date': posted,
            'invoice_date_due': self.day(rng, -40, 20) if move_type != 'entry' else None,
            'payment_state': rng.choice(('not_paid', 'partial') * 8 + CLOSED_STATES),
            'is_move_sent': rng.random() < 0.8,
            'rate': rng.choice((1, 2, 0.9)),
        }

    def _lines(self, rng, partner, move):
        sign = -1 if move['move_type'] == 'out_refund' or rng.random() < 0.1 else 1
        first = rng.choice((self.day(rng, -60, 20), self.today - timedelta(rng.choice(AGES))))
        for number in range(rng.choice((1, 1, 1, 2, 3))):
            amount = sign * rng.choice((*AMOUNTS, rng.randint(1, 99999) / 100))
            foreign = move['currency_id'] != self.currencies[0]
            booked = round(amount * (move['rate'] if foreign else 1), 2)
            reconciled = rng.random() < 0.08
            yield {
                'move': move,
                'partner': partner,
                'company_id': move['company_id'],
                'journal_id': move['journal_id'],
                'parent_state': move['state'],
                'date': move['date'],
                'date_maturity': rng.choice((None, *[first + timedelta(days=10 * number)] * 12)),
                'partner_id': rng.choice((*partner['contacts'], partner['id'])),
                'account_id': rng.choice(
                    (partner['books'].accounts['trade'],) * 20
                    + (partner['books'].accounts['non_trade'], partner['books'].accounts['other'])
                ),
                'currency_id': move['currency_id'],
                'display_type': 'payment_term',
                'amount_currency': amount,
                'balance': booked,
                'debit': max(booked, 0),
                'credit': max(-booked, 0),
                'amount_residual_currency': 0 if reconciled else amount,
                'amount_residual': 0 if reconciled else booked,
                'reconciled': reconciled,
                'no_followup': rng.random() < 0.06,
                'create_date': self.moment(rng, -12, -1),
            }

    def _make_bank_entry(self, books):
        if self.random.random() < 0.7:
            entry = self._move(self.random, books)
            entry.update(move_type='entry', state='posted', journal_id=books.journals['bank'])
            insert_all_with(self.env, 'account_move', [entry])

    # --- actions ---------------------------------------------------------------------------

    def _make_actions(self):
        actions, items = [], []
        for index, partner in enumerate(self.partners):
            rng = self.rng(index, 'actions')
            for _number in range(rng.choice((0, 0, 1, 2, 4)) if partner['customer'] else 0):
                action = self._done(rng, partner)
                actions.append(action)
                items += self._listed(rng, action)
        insert_all_with(self.env, 'dso_action', actions)
        for item in items:
            item['action_id'] = item['action']['id']
        insert_all_with(self.env, 'dso_action_item', items)

    def _done(self, rng, partner):
        """A done or dropped action on an item of the account, or of another one of its group."""
        step = rng.choice(self.steps) if self.steps else None
        own = [line for line in self.lines if line['partner'] is partner]
        leader = rng.choice(own) if own and rng.random() < 0.8 else self._any_line(rng)
        moment = self.moment(rng, -30, -1)
        zone = ZoneInfo(partner['books'].company.dso_tz)
        email = f'{partner["name"]}@example.com'
        return {
            'customer_id': partner['customer']['id'],
            'company_id': partner['books'].company.id,
            'origin': rng.choice(('scenario',) * 8 + ('direct', 'specific')),
            'state': rng.choice(('done',) * 9 + ('cancelled',)),
            'step_id': step and step['id'],
            'step_delay': step and step['delay'],
            'action_type': step['action_type'] if step else 'call',
            'mode': step['mode'] if step else 'manual',
            'leader_move_id': leader and leader['move_id'],
            'leader_due': leader and due_of(leader),
            'date_planned': moment.date(),
            'date_done': moment,
            'day_done': moment.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).date(),
            'is_contact': rng.random() < 0.6,
            'delivery': rng.choice((None, 'sent', 'sent', 'bounced')),
            'recipient': rng.choice((email, email, '+49302312511', None)),
            'leader': leader,
        }

    def _make_replies(self):
        replies = []
        for index, partner in enumerate(self.partners):
            rng = self.rng(index, 'reply')
            if partner['customer'] and rng.random() < 0.15:
                replies.append(
                    {
                        'customer_id': partner['customer']['id'],
                        'company_id': partner['books'].company.id,
                        'kind': 'email',
                        'date': self.moment(rng, -12, -1),
                        'state': rng.choice(('new', 'answered', 'discarded')),
                    }
                )
        insert_all_with(self.env, 'dso_reply', replies)

    def _any_line(self, rng):
        return rng.choice(self.lines) if self.lines else None

    def _listed(self, rng, action):
        lines = [action['leader'], *(self._any_line(rng) for _n in range(rng.randint(0, 2)))]
        for line in filter(None, lines):
            due = due_of(line) + timedelta(days=rng.choice((0,) * 9 + (1,)))
            leads = (line['move_id'], due) == (action['leader_move_id'], action['leader_due'])
            offset = rng.choice((None, *OFFSETS))
            yield {
                'action': action,
                'customer_id': action['customer_id'],
                'move_id': line['move_id'],
                'due_date': due,
                'is_leader': leads,
                'offset_counted': action['step_delay'] if leads else offset,
            }


def due_of(line):
    return line['date_maturity'] or line['move']['invoice_date_due'] or line['move']['date']


def insert_all_with(env, table, rows):
    """Insert rows that also carry links to other rows, and give each its id."""
    links = ('move', 'partner', 'rate', 'leader', 'action', 'last_booking_date')
    plain = [{name: row[name] for name in row if name not in links} for row in rows]
    for row, row_id in zip(rows, insert(env, table, plain), strict=True):
        row['id'] = row_id
