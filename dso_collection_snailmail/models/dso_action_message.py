from odoo import api, fields, models
from odoo.fields import Domain

from ..const import ERROR_CODES, LETTER_MODEL


class DsoActionMessage(models.Model):
    """Letters that a postal service prints and posts.

    They wait in the queue of the snailmail module instead of *Letters to Print*.
    """

    _inherit = 'dso.action.message'

    failure_code = fields.Selection(selection_add=ERROR_CODES)
    snailmail_letter_id = fields.Many2one(
        'snailmail.letter', readonly=True, index='btree_not_null', ondelete='set null'
    )

    # === COMPUTE METHODS === #

    @api.depends('snailmail_letter_id')
    def _compute_is_waiting(self):
        """Override of `dso_collection`: what a service posts waits for nobody."""
        return super()._compute_is_waiting()

    @api.model
    def _domain_waiting_letters(self):
        return super()._domain_waiting_letters() & Domain('snailmail_letter_id', '=', False)

    @api.model
    def _domain_revocable_letters(self):
        """Override of `dso_collection`: what waits for the service can be taken back, too."""
        return super()._domain_revocable_letters() | self._domain_queued_letters()

    @api.model
    def _domain_evidence(self):
        """Override of `dso_collection`: so is what waits for the service, as it is stored."""
        return super()._domain_evidence() | self._domain_queued_letters()

    @api.model
    def _domain_queued_letters(self):
        """Letters that wait for the postal service."""
        return Domain('delivery', '=', 'queued') & Domain(
            'snailmail_letter_id.state', '=', 'pending'
        )

    # === BUSINESS METHODS === #

    @api.private
    def message_post(self, **_values):
        """Return the message of a letter: it stands in the chatter, core would add one."""
        return self.mail_message_id

    def _is_posted(self):
        """Tell whether the postal service gets a letter; it knows no registered ones."""
        self.ensure_one()
        return self.kind == 'letter' and self.action_id.company_id.dso_post_letters

    def _hand_over(self):
        """Give letters, as they are stored, to the queue of the postal service."""
        if not self:
            return
        self.action_id.partner_id.fetch(['street'])  # of all at once, not one by one
        letters = self.env['snailmail.letter'].create(
            [message._prepare_snailmail_letter() for message in self]
        )
        for message, letter in zip(self, letters, strict=True):
            message.snailmail_letter_id = letter
        self.env['dso.dispatch']._trigger('snailmail.snailmail_print', None)

    def _prepare_snailmail_letter(self):
        company = self.action_id.company_id
        return {
            'model': LETTER_MODEL,
            'res_id': self.id,
            'partner_id': (self.partner_id or self.action_id.partner_id).id,
            'company_id': company.id,
            'attachment_id': self.document_id.id,
            'color': company.snailmail_color,
            'duplex': company.snailmail_duplex,
            'cover': False,  # the address stands on the letter itself
        }

    @api.model
    def _give_back_letters(self, companies):
        """Take what waits for the service out of its queue and let people print it.

        :param res.company companies: whose letters; one that is being posted goes
        """
        queued = self.sudo().search(  # a manager of collection has no access to the queue
            self._domain_queued_letters()
            & Domain('action_id.company_id', 'in', companies.root_id.ids)
        )
        letters = queued.snailmail_letter_id.try_lock_for_update(allow_referencing=True)
        kept = queued.filtered(lambda message: message.snailmail_letter_id in letters)
        kept.snailmail_letter_id = False
        letters._dso_cancel()

    # === RESULTS === #

    @api.model
    def _get_unsettled(self):
        """Override of `dso_collection` to add letters that have left the queue of the service."""
        left = Domain('delivery', '=', 'queued') & Domain(
            'snailmail_letter_id.state', '!=', 'pending'
        )
        return [*super()._get_unsettled(), *self.search(left).ids]

    def _report_sent(self):
        """Override of `dso_collection` to say when a letter was posted."""
        fresh = self.filtered(lambda m: m.snailmail_letter_id and m.delivery != 'sent')
        fresh.posted_on = fields.Datetime.now()
        return super()._report_sent()
