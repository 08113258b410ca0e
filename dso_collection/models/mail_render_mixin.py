from odoo import api, models


class MailRenderMixin(models.AbstractModel):
    _inherit = 'mail.render.mixin'

    @api.model
    def _render_template(
        self,
        template_src,
        model,
        res_ids,
        engine='inline_template',
        add_context=None,
        options=None,
    ):
        """Override of `mail` to replace hashtags in texts of collection actions.

        Here, so that a preview and an edited message show what will be sent.
        """
        rendered = super()._render_template(
            template_src,
            model,
            res_ids,
            engine=engine,
            add_context=add_context,
            options=options,
        )
        if model == 'dso.action':
            is_html = engine != 'inline_template'
            rendered = self.env['dso.hashtag']._replace(rendered, is_html=is_html)
        return rendered
