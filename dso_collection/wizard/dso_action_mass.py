from markupsafe import Markup
from odoo import api, fields, models

from ..tools.screens import open_form


class DsoActionMass(models.AbstractModel):
    """Dialog on many actions: counts first, does what is possible, and reports the rest."""

    _name = 'dso.action.mass'
    _description = "Change Collection Actions"

    #: What the dialog does; see ``MASS_METHODS``.
    _kind = None

    action_ids = fields.Many2many(
        'dso.action', default=lambda self: self._default_action_ids(), required=True
    )
    selected_count = fields.Integer(default=lambda self: len(self._get_selected_records()))
    summary = fields.Char(compute='_compute_summary')
    left_out = fields.Html(compute='_compute_summary')
    report = fields.Html(readonly=True)

    def _default_action_ids(self):
        return self._get_selected_records().exists()

    def _get_selected_records(self):
        return self.env['dso.action']._get_selected_records()

    @api.depends('action_ids')
    def _compute_summary(self):
        for wizard in self:
            actions = wizard.action_ids._origin
            possible, obstacles = actions._sort_out(wizard._get_kind())
            wizard.summary = wizard._count(len(possible), obstacles, len(actions))
            wizard.left_out = actions._tabulate_obstacles(obstacles)

    def _count(self, done, obstacles, total):
        """Return in words for how many actions something is possible, and why not for the rest."""
        values = {'done': done, 'total': total}
        if not obstacles:
            return self.env._("%(done)s of %(total)s actions", **values)
        return self.env._(
            "%(done)s of %(total)s actions; left out: %(reasons)s",
            reasons=self.env['dso.action']._explain_obstacles(obstacles),
            **values,
        )

    def _get_kind(self):
        return self._kind

    def _get_arguments(self):
        """Return the named arguments of the method behind the dialog."""
        return {}

    def action_apply(self):
        actions, total = self.action_ids, self.selected_count
        kind, arguments = self._get_kind(), self._get_arguments()
        done, obstacles = actions._apply_where_possible(kind, **arguments)
        words = self._count(done, obstacles, total)
        if gone := total - done - len(obstacles):
            words = self.env._("%(words)s; %(count)s have gone", words=words, count=gone)
        if obstacles:
            table = actions._tabulate_obstacles(obstacles)
            self.report = Markup("<p>%s</p>%s") % (words, table)
            return self._open_report()
        close = {'type': 'ir.actions.act_window_close'}
        if total == 1:
            return close
        params = {'type': 'success', 'message': words, 'next': close}
        return {'type': 'ir.actions.client', 'tag': 'display_notification', 'params': params}

    def _open_report(self):
        return open_form(
            self,
            name=self.env._("Done where possible"),
            target='new',
            context={'dialog_size': 'medium'},
        )
