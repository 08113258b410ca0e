"""Words that several models share."""

#: Model that the letters of collection name as theirs.
LETTER_MODEL = 'dso.action.message'

#: What the postal service may refuse, beside the errors of the other channels.
ERROR_CODES = [
    ('post_credit', "No credit for postage"),
    ('post_account', "No account for postage"),
    ('post_country', "Country not served by post"),
    ('post_address', "Postal address incomplete for the postal service"),
    ('post_format', "Refused by the postal service"),
    ('post_unknown', "Postal service out of reach"),
]

#: Error codes of the snailmail module with ours. None is retried by itself: a service that did not
#: answer may have posted the letter, and an address or an account has to be mended first.
FAILURES = {
    'CREDIT_ERROR': 'post_credit',
    'TRIAL_ERROR': 'post_account',
    'NO_PRICE_AVAILABLE': 'post_country',
    'MISSING_REQUIRED_FIELDS': 'post_address',
    'FORMAT_ERROR': 'post_format',
    'ATTACHMENT_ERROR': 'post_format',
    'UNKNOWN_ERROR': 'post_unknown',
}
