from odoo import fields, models


class DsoTextMixin(models.AbstractModel):
    """Records that say with which texts messages are written, one per kind of message."""

    _name = 'dso.text.mixin'
    _description = "Texts of Collection Messages"

    mail_template_id = fields.Many2one(
        'mail.template',
        string="Email Text",
        domain=[('model', '=', 'dso.action')],
        ondelete='restrict',
    )
    sms_template_id = fields.Many2one(
        'sms.template',
        string="SMS Text",
        domain=[('model', '=', 'dso.action')],
        ondelete='restrict',
    )
    letter_template_id = fields.Many2one(
        'mail.template',
        string="Letter Text",
        domain=[('model', '=', 'dso.action')],
        ondelete='restrict',
        help="Its subject is the title of the letter.",
    )
