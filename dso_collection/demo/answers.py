"""What customers of the demo answered to their last reminders, as emails that the gateway takes."""

from email.message import EmailMessage

#: Language of the customer → what two of them wrote above the reminder they quote.
ANSWERS = {
    'fr_FR': (
        "Bonjour,\n\nLe virement est parti ce matin, vous devriez le recevoir demain.\n\n"
        "Bien cordialement",
        "Bonjour,\n\nLa facture n'est pas payée parce qu'il manquait deux palettes à la "
        "livraison. Qui peut nous rappeler ?",
    ),
    'en_US': (
        "Hello,\n\nwe have no trace of this invoice. Could you send it again?\n\nKind regards",
        "Approved, it is in the payment run of Thursday.",
    ),
}
INTRODUCTIONS = {
    'fr_FR': "Le %(date)s, %(sender)s a écrit\N{NO-BREAK SPACE}:",
    'en_US': "On %(date)s, %(sender)s wrote:",
}

#: Somebody of whom the books know nothing: address, subject, text.
STRANGER = (
    '"Yvonne Kessler" <y.kessler@kessler-treuhand.example>',
    "Your reminder of this week",
    "Good morning,\n\nwe keep the books of one of your customers and are told that an invoice is "
    "still open. Which one is it?",
)


def answers(messages):
    """Return the emails that come in: an answer to some of the messages, and one of a stranger.

    :param dso.action.message messages: what was sent, the newest first
    :return: raw emails
    :rtype: list[bytes]
    """
    left = {lang: list(texts) for lang, texts in ANSWERS.items()}
    emails, customers = [_email(*STRANGER)], set()
    for message in messages:
        lang, customer = message.partner_id.lang, message.action_id.customer_id
        if left.get(lang) and customer not in customers:
            customers.add(customer)
            emails.append(_answer(message, left[lang].pop(0), INTRODUCTIONS[lang]))
    for number, email in enumerate(emails):
        email['Message-ID'] = f'<answer{number}@customers.example>'
    return [email.as_bytes() for email in emails]


def _answer(message, text, introduction):
    sent = message.mail_message_id
    introduction %= {'date': sent.date.strftime('%d/%m/%Y'), 'sender': sent.author_id.name}
    quoted = f"{introduction}\n> {sent.subject}\n"
    email = _email(message.partner_id.email_formatted, f"Re: {sent.subject}", f"{text}\n\n{quoted}")
    email['In-Reply-To'] = sent.message_id
    return email


def _email(sender, subject, text):
    email = EmailMessage()
    email['From'] = sender
    email['To'] = 'collection@lumora.example'
    email['Subject'] = subject
    email.set_content(text)
    return email
