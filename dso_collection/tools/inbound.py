"""What a received email is, read from its headers: an answer of a person or of a machine."""

#: Headers of automatic answers beyond RFC 3834, as mail systems really write them. Not among them:
#: ``X-Auto-Response-Suppress``, which ticket systems set on what people write in them, too.
AUTOMATIC_HEADERS = ('X-Autoreply', 'X-Autorespond', 'X-Autoresponder')
AUTOMATIC_PRECEDENCES = ('auto_reply', 'auto-reply')

#: Newsletters; ticket systems send the answers of people so.
MASS_PRECEDENCES = ('bulk', 'junk')

#: Fields ``Action`` of a delivery report (RFC 3464) that say that a message is lost.
FAILED = 'failed'


def is_automatic(message):
    """Tell whether a machine answered: out of office, acknowledgement, report.

    :param email.message.EmailMessage message: the received email
    :rtype: bool
    """
    submitted = _word(message, 'Auto-Submitted')
    precedence = _word(message, 'Precedence')
    is_answer = _text(message, 'In-Reply-To') or _text(message, 'References')
    return bool(
        submitted not in ('', 'no')
        or any(_word(message, name) not in ('', 'no') for name in AUTOMATIC_HEADERS)
        or precedence in AUTOMATIC_PRECEDENCES
        or (precedence in MASS_PRECEDENCES and not is_answer)
        or _text(message, 'Return-Path') == '<>'  # nobody to answer to (RFC 5321)
    )


def is_harmless_report(message):
    """Tell whether a report says something else than that a message could not be delivered.

    Receipts for what was read, and warnings that a delivery takes longer than usual, have the form
    of a bounce.

    :param email.message.EmailMessage message: the received email
    :rtype: bool
    """
    if message.get_content_type() != 'multipart/report':
        return False
    if str(message.get_param('report-type')).lower() == 'disposition-notification':
        return True
    actions = _actions(message)
    return bool(actions) and FAILED not in actions


def _actions(message):
    """Return what a delivery report says about each recipient."""
    blocks = [
        block
        for part in message.walk()
        if part.get_content_type() == 'message/delivery-status'
        for block in part.get_payload()
    ]
    return {_word(block, 'Action') for block in blocks} - {''}


def _word(message, name):
    """Return the value of a header without its parameters."""
    return _text(message, name).partition(';')[0].strip()


def _text(message, name):
    return str(message.get(name) or '').strip().lower()
