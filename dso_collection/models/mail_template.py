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

    def _check_can_be_rendered(self, fnames=None, render_options=None):
        """Override of `mail`: a text can be saved although a reference rate is missing today.

        The action with which core happens to try it is not the one that will be sent.
        """
        checked = self.with_context(dso_without_rates=True)
        return super(MailTemplate, checked)._check_can_be_rendered(fnames, render_options)

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=''):
        """Override of `mail` to check the hashtags of translations too."""
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        if field_name in ('subject', 'body_html'):
            for lang in translations:
                self.with_context(lang=lang)._check_dso_hashtags()
        return result
