import logging

from odoo import api, models
from odoo.tools.mail import unfold_references

from ..tools import inbound

_logger = logging.getLogger(__name__)

#: References of an email that are looked at, newest last; core stops there, too.
MAX_REFERENCES = 32


class MailThread(models.AbstractModel):
    _inherit = 'mail.thread'

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override of `mail`: receipts and reports of a delay say nothing about the address.

        Core marks the message as bounced for them, which would put its action in error.
        """
        if inbound.is_harmless_report(email_message):
            _logger.info("Ignored report %s: nothing bounced", message_dict['message_id'])
            return
        super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Override of `mail`: a customer who writes a new email to the address that our messages
        name for replies is heard; core would send it back."""
        if self._dso_is_lone_reply(message_dict):
            self._routing_reset_bounce(message, message_dict)
            return [('dso.customer', False, {}, self.env.uid, None)]
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        return [self._dso_route_anew(route) for route in routes or ()]

    def _dso_is_lone_reply(self, message_dict):
        """Tell whether an email without a thread comes to the catchall from a customer."""
        if message_dict.get('is_bounce') or message_dict.get('parent_id'):
            return False
        if not self._detect_write_to_catchall(message_dict):
            return False
        customers = self.env['dso.customer'].sudo()  # whoever runs the gateway
        companies = customers._companies_written_to(message_dict, {})
        return bool(customers._find_by_sender(message_dict['email_from'], companies))

    def _dso_route_anew(self, route):
        """Return a route on which what follows an unassigned reply is a reply of its own.

        Posted on the first one it would wait for nobody.
        """
        model, thread_id, custom_values, user_id, alias = route
        if model != 'dso.reply':
            return route
        reply = self.env['dso.reply'].sudo().browse(thread_id)  # whoever runs the gateway
        values = {'company_id': reply.company_id.id} if reply.company_id else custom_values
        return ('dso.customer', False, values, user_id, alias)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Override of `mail` to pass on what its headers say about an email to our models."""
        thread = self
        if any(route[0] == 'dso.customer' for route in routes or ()):
            references = unfold_references(message_dict['references'])
            references.append(message_dict['in_reply_to'])
            inbound_facts = {
                'is_automatic': inbound.is_automatic(message),
                'references': [ref.strip() for ref in references if ref][-MAX_REFERENCES:],
            }
            thread = self.with_context(dso_inbound=inbound_facts)
        return super(MailThread, thread)._message_route_process(message, message_dict, routes)
