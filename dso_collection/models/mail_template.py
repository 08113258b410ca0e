from odoo import api, models

from ..tools import hashtags


class MailTemplate(models.Model):
    _inherit = 'mail.template'

    @api.constrains('subject', 'body_html', 'model_id')
    def _check_dso_hashtags(self):
        for template in self.filtered(lambda template: template.model == 'dso.action'):
            registry = self.env['dso.hashtag']
            registry._check(hashtags.found_in_text(template.subject), allow_blocks=False)
            registry._check(hashtags.found_in_html(template.body_html))

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=''):
        """Override of `mail` to check the hashtags of translations too."""
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        if field_name in ('subject', 'body_html'):
            for lang in translations:
                self.with_context(lang=lang)._check_dso_hashtags()
        return result
