from odoo import api, models

from ..tools import hashtags


class SmsTemplate(models.Model):
    _inherit = 'sms.template'

    @api.constrains('body', 'model_id')
    def _check_dso_hashtags(self):
        for template in self.filtered(lambda template: template.model == 'dso.action'):
            self.env['dso.hashtag']._check(hashtags.found_in_text(template.body))

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=''):
        """Override of `mail` to check the hashtags of translations too."""
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        if field_name == 'body':
            for lang in translations:
                self.with_context(lang=lang)._check_dso_hashtags()
        return result
