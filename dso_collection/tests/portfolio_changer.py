"""What people and books do to a planned portfolio before it is planned again, in plain SQL."""

from datetime import datetime, time, timedelta


class PortfolioChanger:
    OPEN = "state = 'planned' AND origin IN ('scenario', 'control')"

    def __init__(self, env, rng, today):
        self.env, self.rng, self.today = env, rng, today

    def change(self):
        """Touch about a third of the open actions, and some accounts and items."""
        self.env.flush_all()
        for action_id, origin in self._some('dso_action', 'id, origin', 0.35, self.OPEN):
            self._touch(action_id, origin)
        for ids in self._some('dso_action', 'id, customer_id', 0.15, self.OPEN):
            self._reschedule(*ids)
        for (line_id,) in self._some('account_move_line', 'id', 0.08, "amount_residual > 0"):
            self._book(line_id)
        for (customer_id,) in self._some('dso_customer', 'id', 0.1):
            self._decide(customer_id)
        self._regroup()
        self._settle_records()
        for (partner_id,) in self._some('res_partner', 'id', 0.1, "name LIKE 'Customer%%'"):
            self._update('res_partner', partner_id, **self._other_contact())
        self.env.invalidate_all()

    def _other_contact(self):
        """A contact loses an address, or is reached elsewhere."""
        return self.rng.choice(
            (
                {'email': None, 'email_normalized': None},
                {'phone': None, 'phone_sanitized': None},
                {'phone': '+1 617 555 0199', 'phone_sanitized': '+16175550199'},
                {'street': None},
                {'street': '9 New Street', 'city': 'Salem', 'zip': '01970'},
                {'collection_by_sms': False, 'collection_by_letter': False},
            )
        )

    def _some(self, table, columns, share, where='TRUE'):
        self.env.cr.execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY id")
        return [row for row in self.env.cr.fetchall() if self.rng.random() < share]

    def _update(self, table, row_id, **values):
        columns = ', '.join(f'{column} = %s' for column in values)
        query = f"UPDATE {table} SET {columns} WHERE id = %s"
        self.env.cr.execute(query, [*values.values(), row_id])

    def _moment(self):
        day = self.today - timedelta(days=self.rng.randint(0, 8))
        return datetime.combine(day, time(self.rng.randint(0, 23)))

    def _touch(self, action_id, origin):
        rng = self.rng
        enough = rng.choice((10, 100, 10**6, 10**6, 10**6))
        done = {'state': 'done', 'date_done': self._moment(), 'day_done': self.today}
        changes = [{'note': "Rang twice"}, done]
        if origin == 'scenario':
            changes += [
                {'confirmed_on': self._moment(), 'confirmed_amount': enough},
                {'confirmed_on': self._moment(), 'confirmed_amount': enough},
                {'state': 'sending'},
                {**done, 'delivery': 'bounced'},
                {**done, 'delivery': 'bounced', 'recipient': 'old@example.com'},
                {'state': 'error', 'error_code': 'refused'},
                {'recipient': 'old@example.com'},
                {'confirm_reason': 'contact'},
                {'step_id': None},
                *[{'undone_on': self.today - timedelta(days=rng.randint(0, 4))}] * 5,
            ]
        self._update('dso_action', action_id, **rng.choice(changes))

    def _reschedule(self, action_id, customer_id):
        """A date set by a person stands on the action and on its account."""
        agreed, moment = self.today + timedelta(days=self.rng.randint(-2, 12)), self._moment()
        self._update('dso_action', action_id, date_user=agreed, date_user_on=moment)
        self._update('dso_customer', customer_id, not_before=agreed, not_before_on=moment)

    def _book(self, line_id):
        """An item is paid, in part or in full, or moves its due date."""
        rng = self.rng
        changes = rng.choice(
            (
                {'reconciled': True, 'amount_residual': 0, 'amount_residual_currency': 0},
                {'amount_residual': 60, 'amount_residual_currency': 60},
                {'date_maturity': self.today - timedelta(days=rng.randint(-10, 40))},
                {'no_followup': True},
            )
        )
        self._update('account_move_line', line_id, **changes)

    def _settle_records(self):
        """Disputes are resolved, promises settled, other statuses given, follow-ups done."""
        day = self.today - timedelta(days=self.rng.randint(0, 3))
        for (dispute_id,) in self._some('dso_dispute', 'id', 0.3, "state = 'open'"):
            self._update('dso_dispute', dispute_id, state='resolved', resolved_on=day)
        for (promise_id,) in self._some('dso_promise', 'id', 0.4, "state = 'open'"):
            state = self.rng.choice(('broken', 'broken', 'kept', 'cancelled'))
            self._update('dso_promise', promise_id, state=state, settled_on=day)
        for (status_id,) in self._some('dso_item_status', 'id', 0.2, 'is_current'):
            self._update('dso_item_status', status_id, is_current=False)
        specific = "origin = 'specific' AND state = 'planned'"
        for (action_id,) in self._some('dso_action', 'id', 0.3, specific):
            done = {'state': 'done', 'date_done': self._moment(), 'day_done': self.today}
            self._update('dso_action', action_id, **done, is_contact=self.rng.random() < 0.5)

    def _regroup(self):
        """Some accounts leave their group, and some that lead none come under another one."""
        for customer_id, lead_id in self._some(
            'dso_customer', 'id, group_account_id', 0.3, 'group_account_id IS NOT NULL'
        ):
            self._update('dso_customer', customer_id, group_account_id=None)
            for head_id in (customer_id, lead_id):
                self._update('dso_customer', head_id, regrouped_on=self._moment())
        for customer_id, company_id in self._some(
            'dso_customer', 'id, company_id', 0.1, 'group_account_id IS NULL'
        ):
            self._collect_through_another(customer_id, company_id)

    def _collect_through_another(self, customer_id, company_id):
        self.env.cr.execute(
            """SELECT id FROM dso_customer c
                WHERE company_id = %(company)s AND group_account_id IS NULL AND id <> %(id)s
                  AND NOT EXISTS (SELECT FROM dso_customer m WHERE m.group_account_id = %(id)s)
                ORDER BY id""",
            {'company': company_id, 'id': customer_id},
        )
        leads = [row[0] for row in self.env.cr.fetchall()]
        if leads:
            lead_id = self.rng.choice(leads)
            self._update('dso_customer', customer_id, group_account_id=lead_id)
            self._update('dso_customer', lead_id, regrouped_on=self._moment())

    def _decide(self, customer_id):
        rng = self.rng
        changes = rng.choice(
            (
                {'hold_reason': 'management', 'hold_from': None, 'hold_until': None},
                {'hold_reason': None, 'hold_from': None, 'hold_until': None},
                {'not_before': self.today + timedelta(days=rng.randint(0, 9))},
                {'scenario_id': None},
            )
        )
        self._update('dso_customer', customer_id, **changes)
