from odoo import api, models


class DsoCustomer(models.Model):
    """Customer accounts are imported by the code of their customer."""

    _name = 'dso.customer'
    _inherit = ['dso.customer', 'dso.import.mixin']

    _dso_code_column = 'code'
    _dso_only_by_code = True

    @api.model
    def load(self, fields, data):
        """Import customer accounts of the current company; those that are missing are born.

        :return: see the override: ids, or messages and nothing written
        """
        self._check_collect_access()
        if not {'code', 'id', '.id'} & set(fields):
            message = self.env._("Choose the column with the codes of the customers.")
            return {'ids': False, 'messages': [{'type': 'error', 'message': message}], 'nextrow': 0}
        savepoint = self.env.cr.savepoint()
        self._create_imported(fields, data[: self.env.context.get('_import_limit')])
        result = super().load(fields, data)
        savepoint.close(rollback=not result['ids'])
        return result

    def _create_imported(self, fields, rows):
        """Create the customer accounts that lines name and that are not there yet."""
        columns = [i for i, name in enumerate(fields) if name in ('code', 'group_account_id')]
        values = {str(row[i]).strip() for row in rows for i in columns} - {''}
        partners = self._imported_partners(self._dso_find_commercial(values))
        # Born in sudo: collectors decide on customer accounts, but do not create them.
        self.sudo()._get_or_create(partners, self.env.company)

    def _imported_partners(self, found):
        """Return the partners that values mean, see :func:`match`."""
        return self.env['res.partner'].union(*(p for p, problem in found.values() if not problem))

    def _dso_find_customer(self, values):
        found = self._dso_find_commercial(values)
        company = self.env.company.root_id
        facade = self.env['dso.facade.mixin']
        accounts = facade._dso_accounts_by_owner(self._imported_partners(found), company)
        return {
            value: (partner if problem else accounts[partner, company], problem)
            for value, (partner, problem) in found.items()
        }

    def _dso_find_existing(self, values):
        return self._dso_find_customer(values)

    def _dso_put_code(self, raw, code, record_id):
        if not code:
            return [('code', self.env._("The code of the customer is missing: enter it."))]
        del raw['code']
        return super()._dso_put_code(raw, code, record_id)

    def _dso_decide(self, field, value):
        self._assign({field: value}, source='import')
