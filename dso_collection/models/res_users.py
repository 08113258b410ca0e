from odoo import api, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Domain

from ..const import OPEN_STATES

#: Fields that make a user responsible for collection, beside customer accounts and their actions,
#: and where their company is.
DUTIES = (
    ('res.company', 'dso_collector_id', 'id'),
    ('res.company', 'dso_sender_id', 'id'),
    ('dso.assignment.rule', 'collector_id', 'company_id'),
)

#: Fields that decide in which companies somebody may collect.
REACH_FIELDS = frozenset(['company_ids', 'group_ids'])


class ResUsers(models.Model):
    """Nobody who still collects disappears: somebody takes over first."""

    _inherit = 'res.users'

    # === CRUD METHODS === #

    def write(self, vals):
        if 'active' in vals and not vals['active']:
            self._check_nothing_to_collect()
        result = super().write(vals)
        if not REACH_FIELDS.isdisjoint(vals):
            self._check_nothing_out_of_reach()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collector(self):
        self._check_nothing_to_collect()

    def _check_nothing_to_collect(self):
        """Refuse to lose users on whom collection depends, and offer the dialog that hands over."""
        summary = self._get_collection_summary()
        if summary:
            self._refuse_without_handover(
                self.env._(
                    "%(users)s cannot be archived or deleted, for they still collect: %(summary)s. "
                    "Let somebody take over first.",
                    users=", ".join(self.mapped('name')),
                    summary=summary,
                )
            )

    def _check_nothing_out_of_reach(self):
        """Refuse to take a company, or all of them from a portal user, where somebody collects."""
        roots = self.env['res.company'].sudo()._dso_search_roots()
        users = self.sudo()  # who sets the companies of users need not see collection
        for lost, losers in users.grouped(
            lambda user: roots - user.filtered(lambda u: not u.share).company_ids.root_id
        ).items():
            summary = lost and losers._get_collection_summary(lost)
            if summary:
                losers._refuse_without_handover(
                    self.env._(
                        "Let somebody take over from %(users)s first, in the company that is taken "
                        "away: %(summary)s.",
                        users=", ".join(losers.mapped('name')),
                        summary=summary,
                    ),
                    default_company_ids=lost.ids,
                    default_archive=False,
                )

    def _refuse_without_handover(self, sentence, **defaults):
        """Refuse with a sentence, and offer the dialog in which somebody takes over.

        :param str sentence: what is wrong and what to do
        :param defaults: context of the dialog
        """
        raise RedirectWarning(
            sentence,
            self.env.ref('dso_collection.dso_handover_action').id,
            self.env._("Take Over"),
            {'active_ids': self.ids, 'active_model': self._name, **defaults},
        )

    # === BUSINESS METHODS === #

    def _get_collection_duties(self, companies=None):
        """Return what these users are responsible for.

        Whoever may archive users answers for every company; others for their own companies alone.

        :param res.company companies: root companies that count; default: all
        :return: customer accounts, open actions of any account, and settings as pairs of records
            and the field that names the user
        :rtype: tuple
        """
        env = self.sudo().env  # whoever archives a user need not see every company
        scopes = [companies.ids] if companies else []
        if not (self.env.su or self.env['res.users'].has_access('write')):
            scopes.append(self.env.user.sudo().company_ids.root_id.ids)

        def search(model, field, path='company_id', domain=Domain.TRUE):
            own = Domain.AND(Domain(path, 'in', scope) for scope in scopes)
            records = env[model].with_context(active_test=False)
            return records.search(own & Domain(field, 'in', self.ids) & domain)

        customers = search('dso.customer', 'collector_id')
        still_open = Domain('state', 'in', OPEN_STATES)
        actions = search('dso.action', 'collector_id', domain=still_open)
        settings = [(search(model, field, path), field) for model, field, path in DUTIES]
        return customers, actions, [(records, field) for records, field in settings if records]

    def _get_collection_summary(self, companies=None):
        """Return in words what these users are responsible for; empty when there is nothing.

        :param res.company companies: root companies that count; default: all
        """
        customers, actions, settings = self._get_collection_duties(companies)
        parts = []
        if customers:
            parts.append(self.env._("customer accounts: %(count)s", count=len(customers)))
        if actions:
            parts.append(self.env._("open actions: %(count)s", count=len(actions)))
        for records, field in settings:
            label = records._fields[field]._description_string(self.env)
            names = ", ".join(records.mapped('display_name'))
            parts.append(self.env._("%(label)s of %(names)s", label=label, names=names))
        return "; ".join(parts)

    def _hand_over_collection(self, successor, companies=None):
        """Let another user take over all that these users collect, as far as the caller may decide.

        :param res.users successor: user who takes over
        :param res.company companies: root companies in which he does; default: all
        """
        if not (
            self.env.user.has_group('dso_collection.group_dso_manager')
            or self.env['res.users'].has_access('write')
        ):
            raise AccessError(
                self.env._("Only collection managers and administrators may hand over.")
            )
        if not successor or successor in self:
            raise UserError(
                self.env._("Choose another user who takes over, or the customers have nobody.")
            )
        customers, _actions, settings = self._get_collection_duties(companies)
        note = self.env._("%(name)s takes over.", name=successor.name)
        for source, accounts in customers.grouped('collector_source').items():
            # The source stays: a rule goes on to decide where it has decided.
            accounts._assign({'collector_id': successor.id}, source=source or 'person', note=note)
        for records, field in settings:
            owners = records if records._name == 'res.company' else records.company_id
            customers._check_assigned_collector(successor.id, owners.root_id)
            records.write({field: successor.id})
        _customers, actions, _settings = self._get_collection_duties(companies)
        actions.write({'collector_id': successor.id})
        actions.filtered('given_to_id').write({'given_to_id': successor.id})

    # === ACTIVITY MENU === #

    @api.model
    def _get_activity_groups(self):
        """Override of `mail` to count the manual actions of a collector beside his activities."""
        groups = super()._get_activity_groups()
        if self.env.user.has_group('dso_collection.group_dso_collector'):
            groups += self.env['dso.action']._get_activity_group()
        return groups
