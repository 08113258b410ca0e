"""Windows of the web client that several models open."""


def open_form(record, **more):
    """Return the action that opens the form of a record.

    :param record: the record
    :param more: further keys of the action, such as ``name`` or ``target``
    :rtype: dict
    """
    return {
        'type': 'ir.actions.act_window',
        'res_model': record._name,
        'res_id': record.id,
        'views': [(False, 'form')],
        **more,
    }
