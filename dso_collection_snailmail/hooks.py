from .const import ERROR_CODES


def uninstall_hook(env):
    """Leave the letters that nobody has taken yet to *Letters to Print*.

    Actions of which the service refused a letter wait for somebody to retry them: what kept it from
    posting them goes with this module, and one letter may have been posted all the same.
    """
    env['dso.action.message']._give_back_letters(env['res.company'].search([]))
    ours = [code for code, _label in ERROR_CODES]
    refused = env['dso.action'].search([('state', '=', 'error'), ('error_code', 'in', ours)])
    refused.write({'error_code': 'lost'})
