from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import clean_context

from .dso_customer_credit import GUARANTEE_FIELDS

#: What a person may write on an action; all else changes through its methods.
ACTION_FIELDS = frozenset(['note'])

#: What a person may give to an action that he creates.
NEW_ACTION_FIELDS = frozenset(['customer_id', 'action_type', 'date_planned', 'name', 'note'])

#: What a person may decide on a customer account; all else belongs to the engine.
CUSTOMER_FIELDS = frozenset(
    [
        'collector_id',
        'scenario_id',
        'group_account_id',
        'hold_reason',
        'hold_from',
        'hold_until',
        'late_exempt',
        'late_policy_id',
        'credit_limit',
        'insurer',
        'policy_number',
        *GUARANTEE_FIELDS,
        'guarantee_other_label',
    ]
)
NEW_CUSTOMER_FIELDS = CUSTOMER_FIELDS | {'partner_id', 'company_id'}

#: What a manager says in a rule; what came of its runs, and who wrote its criteria, is on record.
RULE_FIELDS = frozenset(
    [
        'name',
        'sequence',
        'active',
        'company_id',
        'kind',
        'collector_id',
        'scenario_id',
        'group_account_id',
        'group_field',
        'domain',
        'filter_id',
        'autorun',
        'new_only',
        'overwrite_manual',
    ]
)


#: What an owner or a manager says of an alert.
ALERT_FIELDS = frozenset(
    [
        'name',
        'sequence',
        'active',
        'alert_type',
        'level',
        'is_shared',
        'company_id',
        'domain',
        'filter_id',
    ]
)


class DsoGuard(models.AbstractModel):
    """Refuses columns that are nobody's to write through the web client, an import or RPC.

    Rights on a model open all of its columns; an action "done" by a plain write would change the
    plan and forge the history. Methods check who calls them, then write in sudo.

    A model inherits it before itself: people are asked for what they give, not for what the methods
    of the model add.
    """

    _name = 'dso.guard'
    _description = "Guards Columns of Collection"

    #: Columns of ours that a person may write.
    _dso_columns = frozenset()

    #: Columns of ours that a person may give to a record that he creates.
    _dso_new_columns = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_columns(vals, self._dso_new_columns)
        return super(DsoGuard, self._without_defaults()).create(vals_list)

    def write(self, vals):
        self._check_columns(vals, self._dso_columns)
        return super().write(vals)

    def _without_defaults(self):
        """Return this model without defaults of the context, which are columns given by others."""
        return self if self.env.su else self.with_context(clean_context(self.env.context))

    def _check_columns(self, names, allowed):
        refused = [
            name
            for name in names
            if name in self._fields
            and name not in allowed
            and self._fields[name]._module == 'dso_collection'
        ]
        if refused and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(field)s of %(model)s cannot be changed by hand: use the buttons.",
                    field=self._fields[refused[0]]._description_string(self.env),
                    model=self._description,
                )
            )


class DsoAction(models.Model):
    _name = 'dso.action'
    _inherit = ['dso.guard', 'dso.action']

    _dso_columns = ACTION_FIELDS
    _dso_new_columns = NEW_ACTION_FIELDS


class DsoCustomer(models.Model):
    _name = 'dso.customer'
    _inherit = ['dso.guard', 'dso.customer']

    _dso_columns = CUSTOMER_FIELDS
    _dso_new_columns = NEW_CUSTOMER_FIELDS


class DsoAssignmentRule(models.Model):
    _name = 'dso.assignment.rule'
    _inherit = ['dso.guard', 'dso.assignment.rule']

    _dso_columns = RULE_FIELDS
    _dso_new_columns = RULE_FIELDS


class DsoAlert(models.Model):
    _name = 'dso.alert'
    _inherit = ['dso.guard', 'dso.alert']

    _dso_columns = ALERT_FIELDS
    _dso_new_columns = ALERT_FIELDS
