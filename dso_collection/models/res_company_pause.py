from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

#: What every open browser of people who see collection is told when a company begins, pauses or
#: resumes; it asks for the rest itself, because not everybody may see every company.
SENDING_CHANGED = 'dso_collection/sending'


class ResCompany(models.Model):
    """What pauses take back and leave behind, and what screens say while nothing is sent."""

    _inherit = 'res.company'

    def write(self, vals):
        turned = self._dso_get_turned(vals)
        result = super().write(vals)
        pauses = self.env['dso.pause'].sudo()  # its rows are nobody's to write
        if turned and vals['dso_paused']:
            pauses._begin(turned)
            self.env['dso.dispatch']._withdraw_queued(turned)
            self.env['dso.dispatch']._dispatch_soon()  # for what is being written at this moment
        elif turned:
            pauses._end(turned)
        if turned or 'dso_started_on' in vals:
            readers = self.env.ref('dso_collection.group_dso_reader').sudo()
            readers._bus_send(SENDING_CHANGED, {})
        return result

    def _dso_get_turned(self, vals):
        """Return the root companies that these values pause or resume.

        :rtype: res.company
        """
        if 'dso_paused' not in vals:
            return self.browse()
        return self.filtered(
            lambda c: c._dso_root() == c and c.dso_paused != bool(vals['dso_paused'])
        )

    def action_dso_pause(self, reason=None):
        """Stop all sending at once; plans and agendas go on.

        :param str reason: why, for all who see that nothing is sent
        """
        companies = self._dso_check_manager()
        if not (reason or '').strip():
            raise UserError(self.env._("Say why sending is paused: your colleagues will read it."))
        companies.with_context(dso_pause_reason=reason.strip()).write({'dso_paused': True})
        return True

    def action_dso_resume(self):
        """Let messages go out again."""
        self._dso_check_manager().write({'dso_paused': False})
        return True

    def action_dso_ask_pause(self):
        """Open the dialog that asks why sending is to be paused."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_pause_ask_action'
        )
        return {**action, 'context': {**self.env.context, 'default_company_id': self.id}}

    # === WHAT SCREENS SAY === #

    def _dso_get_branch_note(self):
        """Return that a decision for a branch is one for its main company; empty for others."""
        root = self._dso_root()
        if root == self:
            return ""
        return self.env._(
            "%(branch)s is a branch: collection is started and paused for %(company)s and all its "
            "branches.",
            branch=self.name,
            company=root.name,
        )

    @api.model
    @api.readonly
    def get_dso_sending(self):
        """Return the companies of the user that send nothing now, with a sentence for each.

        :return: ``id`` and ``name`` of the main company, ``companies`` of the user that belong to
            it, ``state`` (``paused`` or ``idle``), ``sentence`` and ``reason``
        :rtype: list[dict]
        """
        if not self.env.user.has_group('dso_collection.group_dso_reader'):
            return []
        own = self.env.user.company_ids
        roots = own._dso_root()
        silent = roots.filtered(lambda root: root.dso_paused or not root.dso_started_on)
        if not silent:
            return []
        chased = (
            self.env['dso.customer']
            .sudo()
            ._read_group([('company_id', 'in', silent.ids)], ['company_id'])
        )
        pauses = self.env['dso.pause'].sudo()._get_open(silent)
        return [
            {
                'id': root.id,
                'name': root.name,
                'companies': own.filtered(lambda c, root=root: c._dso_root() == root).ids,
                **root._dso_describe_silence(pauses.filtered(lambda p, r=root: p.company_id == r)),
            }
            for [root] in chased
        ]

    def _dso_describe_silence(self, pause):
        """Return why a company sends nothing.

        :param dso.pause pause: the pause that has not ended, if any
        :rtype: dict
        """
        if not self.dso_started_on:
            sentence = self.env._(
                "Collection of %(company)s has not been started: nothing is sent to customers.",
                company=self.name,
            )
            return {'state': 'idle', 'sentence': sentence, 'reason': ""}
        if not pause:
            sentence = self.env._("All sending of %(company)s is paused.", company=self.name)
            return {'state': 'paused', 'sentence': sentence, 'reason': ""}
        sentence = self.env._(
            "All sending of %(company)s is paused since %(moment)s by %(name)s.",
            company=self.name,
            moment=format_datetime(self.env, pause.paused_on, dt_format='short'),
            name=pause.paused_by_id.name,
        )
        return {'state': 'paused', 'sentence': sentence, 'reason': pause.reason or ""}
