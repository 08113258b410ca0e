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

        Here, so that a preview and an edited message show what will be sent. Those of the source
        alone: a customer may be called ``#items_list``.
        """
        mark = None
        if model == 'dso.action' and engine != 'qweb_view':
            template_src, mark = self.env['dso.hashtag']._mark(template_src)
        rendered = super()._render_template(
            template_src,
            model,
            res_ids,
            engine=engine,
            add_context=add_context,
            options=options,
        )
        if mark:
            is_html = engine != 'inline_template'
            rendered = self.env['dso.hashtag']._replace(rendered, is_html=is_html, mark=mark)
        return rendered
