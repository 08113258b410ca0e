from markupsafe import Markup
from odoo import api, fields, models

#: One letter: customer account, its name, what has changed.
ROW = Markup("<tr><td><a href='/odoo/collection-customers/%s'>%s</a></td><td>%s</td></tr>")


class DsoLetterPost(models.TransientModel):
    _name = 'dso.letter.post'
    _description = "Post Letters That Have Changed"

    message_ids = fields.Many2many('dso.action.message', required=True, readonly=True)
    changes = fields.Html(compute='_compute_changes', sanitize=False)

    @api.depends('message_ids')
    def _compute_changes(self):
        for wizard in self:
            rows = Markup("").join(
                ROW % (letter.customer_id.id, letter.customer_id.display_name, letter.caution)
                for letter in wizard._get_changed()
            )
            wizard.changes = Markup("<table class='table table-sm'>%s</table>") % rows

    def _get_changed(self):
        return self.message_ids._origin.filtered('caution')

    # === ACTION METHODS === #

    def action_post_all(self):
        """Record that all letters have left."""
        return self.message_ids.action_mark_posted(anyway=True)

    def action_post_others(self):
        """Record that the unchanged letters have left, and take the others back."""
        changed = self._get_changed()
        unchanged = self.message_ids - changed
        changed.action_withdraw()
        return unchanged.action_mark_posted(anyway=True) if unchanged else True
