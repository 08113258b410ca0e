from odoo import api, models
from odoo.fields import Domain

from ..tools.matching import by_text, match

#: Column with a decision of people → what its values name.
LOOKUPS = {
    'collector_id': 'collector',
    'scenario_id': 'scenario',
    'group_account_id': 'customer',
    'dso_collector_id': 'collector',
    'dso_scenario_id': 'scenario',
    'dso_group_account_id': 'customer',
}


class DsoImportMixin(models.AbstractModel):
    """Records to which an import gives collectors, scenarios and group accounts (spec 2.5).

    Odoo's import takes the first of several matches and looks values up line by line. Here those
    of a file are looked up together, and one that is unknown, ambiguous, archived or of another
    company is an error on its line; Odoo then writes nothing of the batch.
    """

    _name = 'dso.import.mixin'
    _description = "Imported With Collector and Scenario"

    #: Column of customer codes, by which an import finds what exists already.
    _dso_code_column = None

    #: Whether nothing else finds them, so that codes count without such a column too.
    _dso_only_by_code = False

    @api.model
    def load(self, fields, data):
        return super(DsoImportMixin, self.with_context(dso_source='import')).load(fields, data)

    def _extract_records(self, field_paths, data, log=lambda a: None, limit=float('inf')):
        records = super()._extract_records(field_paths, data, log=log, limit=limit)
        names = {path[0] for path in field_paths if len(path) == 1}
        columns = [name for name in LOOKUPS if name in names and name in self._fields]
        if not columns and not self._dso_only_by_code:
            return records
        if self._dso_code_column in names and not {'id', '.id'} & names:
            columns.append(self._dso_code_column)
        return self._dso_resolve(list(records), columns, log)

    def _load_records(self, data_list, update=False):
        """Override of `base` to give the same decision to many records at once."""
        decided = [field for field in LOOKUPS if field in self._fields]
        others = []
        for data in data_list:
            # Copies: after an error Odoo comes again with each line alone.
            values = {name: value for name, value in data['values'].items() if name not in decided}
            others.append({**data, 'values': values})
        records = super()._load_records(others, update=update)
        ids = {}
        for record, data in zip(records, data_list, strict=True):
            for field in decided:
                if field in data['values']:
                    ids.setdefault((field, data['values'][field]), []).append(record.id)
        for (field, value), record_ids in ids.items():
            self._check_field_access(self._fields[field], 'write')
            self.browse(record_ids)._dso_decide(field, value)
        return records

    def _load_records_write(self, values):
        """Override of `base` to spare lines without other columns a statement each."""
        return super()._load_records_write(values) if values.keys() - {'id'} else None

    # === RESOLUTION === #

    def _dso_resolve(self, records, columns, log):
        """Put ids in the place of what a file says, or report the line.

        :param list records: pairs of a raw record and of its place in the file
        :param list columns: names of fields to resolve
        :param log: function that takes the messages of an import
        :return: generator of the pairs without errors
        """
        answers = {}
        for column in columns:
            values = {self._dso_raw_value(raw, column) for raw, _place in records}
            answers[column] = self._dso_answers(column, values - {''})
        for raw, place in records:
            errors, skip = self._dso_resolve_line(raw, columns, answers)
            for column, message in errors:
                label = self._fields[column]._description_string(self.env)
                line = {'record': place['rows']['from'], 'field': column, 'field_name': label}
                log({**place, **line, 'type': 'error', 'message': message})
            if not errors and not skip:
                yield raw, place

    def _dso_resolve_line(self, raw, columns, answers):
        """Resolve one line in place.

        :return: pairs of a column and a sentence, and whether the user chose to skip such lines
        :rtype: tuple[list, bool]
        """
        errors, skip = [], False
        for column in columns:
            value = self._dso_raw_value(raw, column)
            record_id, error = answers[column].get(value, (None, None))
            if error and column in self.env.context.get('import_skip_records', ()):
                skip = True
            elif error and column in self.env.context.get('import_set_empty_fields', ()):
                raw[column] = []
            elif error:
                errors.append((column, error))
            elif column == self._dso_code_column:
                errors += self._dso_put_code(raw, value, record_id)
            elif value:
                raw[column] = [{'.id': record_id}]
        return errors, skip

    def _dso_raw_value(self, raw, column):
        value = raw[column]
        if column in LOOKUPS:  # relational: a list of what is below it
            value = value[0][None] if value else ''
        return str(value).strip()

    def _dso_answers(self, column, values):
        """Look up the values of a column, with as many queries for one as for thousands.

        :param str column: name of a field
        :param set values: texts
        :return: value → pair of an id, or ``None``, and an error sentence, or ``None``
        :rtype: dict
        """
        kind = LOOKUPS.get(column, 'existing')
        found = getattr(self, f'_dso_find_{kind}')(values)
        return {
            value: (
                record and not problem and record.id,
                problem and self._dso_import_error(column, value, problem, record),
            )
            for value, (record, problem) in found.items()
        }

    # === LOOKUPS === #

    def _dso_find_collector(self, values):
        """Find users by login, else name, else email."""
        lowered = {value.lower() for value in values}
        users = self.env['res.users'].sudo()  # to tell archived users from unknown ones
        users = users.with_context(active_test=False).search_fetch(
            Domain('share', '=', False)
            & (
                Domain('login', 'in', list(values))
                | Domain('name', 'in', list(values))
                | Domain('email_normalized', 'in', list(lowered))
            ),
            ['login', 'name', 'email_normalized', 'active', 'company_ids'],
        )
        company = self.env.company.root_id

        def refuse(user):
            if company not in user.company_ids.root_id:
                return 'company'
            return None if user.active else 'archived'

        by_email = by_text(users, lambda user: user.email_normalized)
        return match(
            values,
            [
                by_text(users, lambda user: user.login),
                by_text(users, lambda user: user.name),
                {value: by_email.get(value.lower()) for value in values},
            ],
            refuse,
        )

    def _dso_find_scenario(self, values):
        """Find scenarios by name, in the language of the user or in English."""
        scenarios = self.env['dso.scenario'].sudo()  # to tell foreign ones from unknown ones
        scenarios = scenarios.with_context(active_test=False)
        levels = []
        for model in (scenarios, scenarios.with_context(lang='en_US')):
            found = model.search_fetch([('name', 'in', list(values))], ['name'])
            levels.append(by_text(found, lambda scenario: scenario.name))
        return match(values, levels, self._dso_refuse)

    def _dso_find_customer(self, values):
        return self._dso_find_commercial(values)

    def _dso_find_commercial(self, values):
        """Find customers by code, else VAT number, else exact name."""

        def refuse(partner):
            is_contact = partner != partner.commercial_partner_id
            return self._dso_refuse(partner) or ('contact' if is_contact else None)

        return self._dso_find_partner(values, ('ref', 'vat', 'name'), refuse)

    def _dso_find_existing(self, values):
        """Find the records that codes name; codes that are not in the answer create one."""
        found = self._dso_find_partner(values, ('ref',), self._dso_refuse)
        return {value: pair for value, pair in found.items() if pair[1] != 'unknown'}

    def _dso_find_partner(self, values, names, refuse):
        partners = self.env['res.partner'].sudo()  # as above
        partners = partners.with_context(active_test=False).search_fetch(
            Domain.OR(Domain(name, 'in', list(values)) for name in names),
            [*names, 'active', 'company_id', 'commercial_partner_id'],
        )
        levels = [by_text(partners, lambda p, name=name: p[name]) for name in names]
        return match(values, levels, refuse)

    def _dso_refuse(self, record):
        """Tell why a record that may belong to one company cannot be used in the current one."""
        owner = record.company_id.root_id
        if owner and owner != self.env.company.root_id:
            return 'company'
        return None if record.active else 'archived'

    # === HOOKS === #

    def _dso_decide(self, field, value):
        """Give a collector, a scenario or a group account to these records.

        :param str field: name of a field
        :param value: id, or ``False``
        """
        raise NotImplementedError

    def _dso_put_code(self, raw, _code, record_id):
        """Name in a raw record what it updates.

        :param record_id: id of the record with the code, ``None`` when there is none
        :return: pairs of a column and an error sentence
        :rtype: list
        """
        if record_id:
            raw['.id'] = record_id
        return []

    # === SENTENCES === #

    def _dso_import_error(self, column, value, problem, record):
        """Return what is wrong with a value, and what to do.

        :param str column: name of a field
        :param str value: text of the file
        :param str problem: see :func:`match`
        :param record: what the value means, if anything
        """
        names = {
            'field': self._fields[column]._description_string(self.env),
            'value': value,
            'company': self.env.company.root_id.sudo().name,  # branches may not read their root
            'customer': problem == 'contact' and record.commercial_partner_id.display_name,
        }
        texts = {
            'unknown': self.env._("%(field)s “%(value)s” is unknown: correct it.", **names),
            'ambiguous': self.env._(
                "%(field)s “%(value)s” means several records: use what only one of them has.",
                **names,
            ),
            'archived': self.env._(
                "%(field)s “%(value)s” is archived: use one that is active.", **names
            ),
            'company': self.env._(
                "%(field)s “%(value)s” does not belong to %(company)s: use one that does.", **names
            ),
            'contact': self.env._(
                "%(field)s “%(value)s” is a contact of %(customer)s: use %(customer)s.", **names
            ),
        }
        return texts[problem]
