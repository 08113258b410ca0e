"""Random disputes, promises, statuses and specific actions on the items of a portfolio."""

from datetime import timedelta

OWNERS = ('dso_dispute', 'dso_promise')


class RecordMaker:
    """Records something on about every fourth customer account of a portfolio.

    :param PortfolioMaker maker: portfolio with its items
    :param insert_all: inserts dictionaries into a table and gives each its id
    :param due_of: due date of an item
    """

    def __init__(self, maker, insert_all, due_of):
        self.maker, self.insert_all, self.env = maker, insert_all, maker.env
        self.due_of = due_of
        self.reason_id = self.env.ref('dso_collection.dso_dispute_reason_price').id
        self.litigation_id = self.env.ref('dso_collection.dso_status_litigation').id
        self.currency_id = maker.currencies[0]
        self.rows = {
            name: []
            for name in (
                'dso_dispute',
                'dso_dispute_item',
                'dso_promise',
                'dso_promise_item',
                'dso_item_status',
                'dso_action',
                'dso_action_item',
            )
        }

    def make(self):
        for index, partner in enumerate(self.maker.partners):
            rng = self.maker.rng(index, 'records')
            for _number in range(rng.choice((0, 0, 1, 2)) if partner['customer'] else 0):
                kind = rng.choice(('dispute', 'promise', 'litigation', 'specific'))
                getattr(self, f'_add_{kind}')(rng, partner)
        self._insert('dso_action', 'dso_action_item', 'action_id')
        for dispute, _items in self.rows['dso_dispute']:
            dispute['action_id'] = dispute.pop('action', {}).get('id')
        self._insert('dso_dispute', 'dso_dispute_item', 'dispute_id')
        self._insert('dso_promise', 'dso_promise_item', 'promise_id')
        self.insert_all(self.env, 'dso_item_status', self.rows['dso_item_status'])

    def _insert(self, table, items_table, link):
        self.insert_all(self.env, table, [owner for owner, _items in self.rows[table]])
        rows = [{**item, link: owner['id']} for owner, items in self.rows[table] for item in items]
        self.insert_all(self.env, items_table, rows)

    # --- choices ---------------------------------------------------------------------------

    def _items(self, rng, partner):
        """Names of some items: mostly of the customer's own, some of which have changed since."""
        own = [line for line in self.maker.lines if line['partner'] is partner]
        chosen = rng.sample(own, min(len(own), rng.choice((1, 1, 2))))
        return [self._name(rng, line) for line in chosen]

    def _name(self, rng, line):
        lines = [other for other in self.maker.lines if other['move'] is line['move']]
        return {
            'move_id': line['move_id'],
            'due_date': self.due_of(line) + timedelta(days=rng.choice((0,) * 6 + (1,))),
            'line_id': rng.choice((line['id'],) * 4 + (None, rng.choice(lines)['id'])),
            'currency_id': line['currency_id'],
        }

    def _owner(self, rng, partner):
        """The customer account of the items, or another one that had them before."""
        others = [other['customer'] for other in self.maker.partners if other['customer']]
        customer = rng.choice((partner['customer'],) * 9 + (rng.choice(others),))
        return {'customer_id': customer['id'], 'company_id': customer['company_id']}

    # --- kinds -----------------------------------------------------------------------------

    def _add_dispute(self, rng, partner):
        state = rng.choice(('open', 'open', 'resolved', 'cancelled'))
        dispute = {
            **self._owner(rng, partner),
            'reason_id': self.reason_id,
            'currency_id': self.currency_id,
            'amount': 1,
            'opened_on': self.maker.moment(rng, -12, -1),
            'state': state,
            'resolved_on': self.maker.day(rng, -12, 0) if state == 'resolved' else None,
        }
        if rng.random() < 0.3 and self.rows['dso_action']:
            dispute['action'] = rng.choice(self.rows['dso_action'])[0]
        items = [
            {**item, 'amount': rng.choice((5, 33.33, 40, 10**6))}
            for item in self._items(rng, partner)
        ]
        self.rows['dso_dispute'].append((dispute, items))

    def _add_promise(self, rng, partner):
        state = rng.choice(('open', 'open', 'broken', 'kept', 'cancelled'))
        promise = {
            **self._owner(rng, partner),
            'currency_id': self.currency_id,
            'amount': 50,
            'tolerance': 0,
            'date': self.maker.day(rng, -8, 8),
            'grace_days': rng.choice((0, 2, 3)),
            'pauses': rng.random() < 0.8,
            'lapsed': rng.random() < 0.1,
            'taken_on': self.maker.moment(rng, -12, -1),
            'state': state,
            'settled_on': self.maker.day(rng, -25, 0) if state != 'open' else None,
        }
        items = self._items(rng, partner) if rng.random() < 0.8 else []
        self.rows['dso_promise'].append((promise, items))

    def _add_litigation(self, rng, partner):
        for item in self._items(rng, partner):
            row = {
                **self._owner(rng, partner),
                **item,
                'status_id': self.litigation_id,
                'category': rng.choice(('litigation', 'litigation', 'in_progress')),
                'date': self.maker.today,
                'is_current': rng.random() < 0.8,
            }
            key = (row['customer_id'], row['move_id'], row['due_date'])
            taken = [
                (other['customer_id'], other['move_id'], other['due_date'])
                for other in self.rows['dso_item_status']
                if other['is_current']
            ]
            if key not in taken:
                self.rows['dso_item_status'].append(row)

    def _add_specific(self, rng, partner):
        owner = self._owner(rng, partner)
        lead = partner['customer'].get('group_account_id') or partner['customer']['id']
        mode = rng.choice(('manual', 'manual', 'automatic', 'automatic_confirm'))
        action = {
            'customer_id': lead,
            'member_id': partner['customer']['id'] if lead != partner['customer']['id'] else None,
            'company_id': partner['books'].company.id,
            'origin': 'specific',
            'state': rng.choice(('planned', 'planned', 'error', 'sending', 'cancelled')),
            'action_type': 'call' if mode == 'manual' else 'email',
            'mode': mode,
            'date_planned': self.maker.day(rng, -8, 8),
        }
        items = [
            {**item, 'customer_id': owner['customer_id']} for item in self._items(rng, partner)
        ]
        self.rows['dso_action'].append((action, items))
