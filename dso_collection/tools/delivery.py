"""What became of a message, read from what the mail module keeps of it."""

import ast
import re
from typing import NamedTuple

#: Pauses, in minutes, before a message that a server could not take is offered again.
RETRY_MINUTES = (5, 30, 120)

#: Failure types of the mail module that no retry mends, with our code.
PERMANENT = {
    'mail_email_invalid': 'invalid_recipient',
    'mail_email_missing': 'no_recipient',
    'mail_from_invalid': 'no_sender',
    'mail_from_missing': 'no_sender',
    'mail_spam': 'refused',
    'mail_bl': 'blacklisted',
    'mail_optout': 'blacklisted',
    'mail_dup': 'refused',
}

#: Failure types of the sms module with our code. None is retried by itself: a service that did not
#: answer may have sent the message, and a number or an account has to be mended first.
SMS_FAILURES = {
    'sms_number_missing': 'no_phone',
    'sms_number_format': 'invalid_phone',
    'sms_invalid_destination': 'invalid_phone',
    'sms_blacklist': 'blacklisted',
    'sms_optout': 'blacklisted',
    'sms_credit': 'sms_credit',
    'sms_acc': 'sms_account',
    'sms_registration_needed': 'sms_account',
    'sms_country_not_supported': 'sms_country',
    'sms_server': 'sms_connection',
}

#: Statuses of an SMS that the provider has taken: only its own report can still call it back.
SMS_ACCEPTED = frozenset(['process', 'pending', 'sent'])

#: An answer of a server as smtplib prints it: ``(550, b'5.1.1 User unknown')``.
ANSWER = re.compile(r'''\((\d{3}), (b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))''')

#: Longest text kept of a server's words or of a bounced message.
MAX_WORDS = 300


class Fate(NamedTuple):
    """``delivery`` as in :data:`const.DELIVERIES`, ``code`` as in :data:`const.ERROR_CODES`."""

    delivery: str
    code: str = ''
    words: str = ''
    is_retried: bool = False


def answers(text):
    """Return the answers of the mail server in an error text, as (code, words).

    :rtype: list[tuple[int, str]]
    """
    return [
        (int(code), ' '.join(ast.literal_eval(words).decode(errors='replace').split()))
        for code, words in ANSWER.findall(text or '')
    ]


def words(text):
    """Return what a person should read of an error text: the server's answer, else its last line.

    :rtype: str
    """
    said = answers(text)
    if said:
        return '; '.join(dict.fromkeys(f'{code} {answer}'.strip() for code, answer in said))[
            :MAX_WORDS
        ]
    lines = [line.strip() for line in (text or '').splitlines() if line.strip()]
    return lines[-1][:MAX_WORDS] if lines else ''


def is_permanent(failure_type, text):
    """Tell whether offering the message again is pointless.

    :param str failure_type: as the mail module names it
    :param str text: error text of the mail module
    :rtype: bool
    """
    if failure_type in PERMANENT:
        return True
    codes = [code for code, _words in answers(text)]
    # Without a connection the server has not judged the message, whatever it answered.
    return failure_type != 'mail_smtp' and bool(codes) and min(codes) >= 500


def fate(statuses, failure_type, text, has_live_mail, retries):
    """Return what became of a message.

    :param set statuses: statuses of the notifications of the message, one per address
    :param str failure_type: of a failed notification, as the mail module names it
    :param str text: error text of the mail module
    :param bool has_live_mail: whether its mail still waits in the queue
    :param int retries: how often it was offered again
    :rtype: Fate
    """
    if 'sent' in statuses:  # it has reached somebody, whatever other addresses did
        return Fate('sent')
    if 'bounce' in statuses:
        return Fate('bounced', 'bounced', words(text))
    if 'exception' in statuses:
        if is_permanent(failure_type, text):
            return Fate('failed', PERMANENT.get(failure_type, 'refused'), words(text))
        if retries < len(RETRY_MINUTES):
            return Fate('queued', 'connection', words(text), is_retried=True)
        return Fate('failed', 'connection', words(text))
    return Fate('queued') if has_live_mail else Fate('failed', 'lost')


def sms_fate(status, failure_type, text, has_live_sms, was_sent):
    """Return what became of an SMS.

    :param str status: of its notification
    :param str failure_type: as the sms module names it
    :param str text: words of the provider
    :param bool has_live_sms: whether it still waits in the queue
    :param bool was_sent: whether the provider had taken it before
    :rtype: Fate
    """
    if status in SMS_ACCEPTED:
        return Fate('sent')
    if status in ('exception', 'bounce'):
        code = SMS_FAILURES.get(failure_type, 'sms_refused')
        return Fate('bounced' if was_sent else 'failed', code, words(text))
    return Fate('queued') if has_live_sms else Fate('failed', 'lost')
