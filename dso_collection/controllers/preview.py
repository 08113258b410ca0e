from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, content_disposition, request, route


class Preview(Controller):
    @route(
        '/dso_collection/preview/<int:step_id>/<int:customer_id>/<string:lang>/<string:kind>',
        type='http',
        auth='user',
    )
    def preview(self, step_id, customer_id, lang, kind):
        """Send the letter of a step as a customer account would get it.

        :param str lang: code of an active language
        :param str kind: kind of the message
        """
        step = request.env['dso.scenario.step'].browse(step_id).exists()
        customer = request.env['dso.customer'].browse(customer_id).exists()
        if not step or not customer:
            raise request.not_found()
        try:
            content = request.env['dso.preview']._get_document(step, customer, lang, kind)
        except AccessError:
            raise
        except UserError as error:
            return request.make_response(str(error), [('Content-Type', 'text/plain')], status=422)
        name = request.env._("Preview.pdf")
        return request.make_response(
            content,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(name, disposition_type='inline')),
            ],
        )
