"""Words that several models share: one list each, so that copies cannot drift apart."""

ACTION_TYPES = [
    ('call', "Call"),
    ('email', "Email"),
    ('sms', "SMS"),
    ('letter', "Letter"),
    ('registered_letter', "Registered Letter"),
    ('litigation', "Litigation File"),
    ('task', "Task"),
]

#: Action types that reach the customer: they alone count for, and wait for, the contact interval.
CONTACT_TYPES = ('call', 'email', 'sms', 'letter', 'registered_letter')

#: Action types that are messages: written from a text, one row of `dso.action.message` each.
MESSAGE_TYPES = ('email', 'sms', 'letter', 'registered_letter')

#: Messages that somebody prints and posts.
LETTER_TYPES = ('letter', 'registered_letter')

#: Action types that may go out without a person.
AUTOMATIC_TYPES = MESSAGE_TYPES

MODES = [
    ('manual', "Manual"),
    ('automatic', "Automatic"),
    ('automatic_confirm', "Automatic with confirmation"),
]

AUTOMATIC_MODES = ('automatic', 'automatic_confirm')

ORIGINS = [
    ('scenario', "Scenario"),
    ('specific', "Specific"),
    ('direct', "Out of scenario"),
    ('control', "Control task"),
]

ACTION_STATES = [
    ('planned', "Planned"),
    ('sending', "Sending"),
    ('error', "In error"),
    ('done', "Done"),
    ('cancelled', "Cancelled"),
]

OPEN_STATES = ('planned', 'sending', 'error')
CLOSED_STATES = ('done', 'cancelled')

#: What goes along when a customer account gets another collector or group account: actions that
#: people have planned, but what is being sent.
MOVING_ORIGINS = ('specific', 'direct')
MOVING_STATES = ('planned', 'error')

OUTCOMES = [
    ('done', "Done"),
    ('sent', "Sent"),
    ('no_answer', "No answer"),
    ('skipped', "Skipped"),
]

DELIVERIES = [
    ('queued', "Queued"),
    ('sent', "Sent"),
    ('failed', "Failed"),
    ('bounced', "Bounced"),
]

TASK_KINDS = [
    ('decide', "Decide what follows the last step"),
    ('allocate', "Allocate or refund the credits"),
    ('hold_end', "Decide what follows the dunning hold"),
]

HOLD_REASONS = [
    ('insolvency', "Insolvency"),
    ('legal', "Legal proceedings"),
    ('management', "Management decision"),
    ('payment_plan', "Payment plan"),
    ('direct_debit', "Direct debit"),
]

SOURCES = [
    ('person', "Person"),
    ('import', "Import"),
    ('rule', "Rule"),
    ('default', "Default"),
]

#: What Search & Assign gives to a customer account → field that remembers where it came from
#: (spec 2.7).
SOURCE_FIELDS = {
    'collector_id': 'collector_source',
    'scenario_id': 'scenario_source',
    'group_account_id': 'group_source',
}

#: Collectors and scenarios that the company of a record can use.
COLLECTOR_DOMAIN = "[('share', '=', False), ('company_ids', 'in', company_id)]"
SCENARIO_DOMAIN = "['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]"

#: What fixed the date of a proposed action (docs/engine.md, section 4).
DATE_RULES = [
    ('due', "Due date of the leader invoice"),
    ('spacing', "Time between two steps"),
    ('interval', "Minimum contact interval"),
    ('grace', "Grace after a payment"),
    ('dispute', "Grace after a dispute"),
    ('undone', "Not done in time"),
    ('user', "Date set by a person"),
    ('repeat', "Repetition of the last step"),
]

#: Why an automatic action is held although its date has come.
HELD_REASONS = [
    ('credits', "Unallocated credits"),
    ('books', "Books not up to date"),
    ('unsent', "Invoice never sent"),
]

#: Why an automatic action waits for a confirmation (`engine/confirm_sql.py` decides).
CONFIRM_REASONS = [
    ('moved', "Another action than the one that was rescheduled"),
    ('group', "Customer accounts grouped or taken out of the group"),
    ('stale', "Planned date long past"),
    ('contact', "Contact after the confirmation"),
    ('amount', "Amount risen after the confirmation"),
    ('recipient', "Recipient changed after the confirmation"),
    ('text', "Step or text changed after the confirmation"),
    ('withdrawn', "Letter withdrawn by hand"),
    ('unconfirmed', "Confirmation taken back"),
    ('mode', "The step asks for it"),
    ('age', "Decided at the start of collection"),
    ('start', "Collection has just been started"),
]

#: Those of them that end by themselves; the others stay until somebody confirms.
PASSING_REASONS = ('stale', 'mode', 'age')

#: Why an automatic message that is due does not leave today (docs/belts.md).
BELTS = [
    ('cap', "Enough for today"),
    ('address', "Address reached today"),
]

#: Why a customer account has, or has not, a scenario action (docs/engine.md, section 9).
REASONS = [
    ('grouped', "Collected through another customer account"),
    ('hold', "Dunning hold"),
    ('clear', "Nothing to collect"),
    ('review', "To review since the start"),
    ('no_scenario', "No scenario"),
    ('empty_scenario', "Scenario without steps"),
    ('not_eligible', "No eligible item"),
    ('decide', "Last step reached: to decide"),
    ('stopped', "Last step reached: stopped"),
    ('covered', "Covered by credits"),
    ('below_minimum', "Below the minimum amount"),
    ('planned', "Planned"),
]

#: What becomes of an overdue amount (spec 3.18): every customer account that is overdue is in one.
COVERAGE_STATES = [
    ('planned', "Planned"),
    ('held', "Held"),
    ('excluded', "Excluded"),
    ('to_decide', "To decide"),
]

#: State of completeness by the reason of the account that leads; `engine/coverage_sql.py` refines
#: `planned` and `not_eligible`. A reason that is missing here leaves the account to decide.
COVERAGE_OF_REASON = {
    'grouped': 'to_decide',  # never the reason of an account that leads
    'hold': 'held',
    'clear': 'excluded',
    'review': 'to_decide',
    'no_scenario': 'to_decide',
    'empty_scenario': 'excluded',
    'not_eligible': 'excluded',
    'decide': 'to_decide',
    'stopped': 'to_decide',
    'covered': 'excluded',
    'below_minimum': 'excluded',
    'planned': 'planned',
}

#: Why an open action fell away; the texts stand in the history.
CANCEL_REASONS = [
    *REASONS,
    ('lapsed', "Not done before the due date"),
    ('replaced', "Replaced: another leader invoice or step"),
    ('cause_gone', "Its cause has gone"),
    ('cleared', "All its items are cleared"),
    ('undone', "Not done in time"),
    ('person', "Cancelled by a person"),
    ('merged', "Customer accounts merged"),
]

ERROR_CODES = [
    ('no_recipient', "No e-mail address"),
    ('invalid_recipient', "Invalid e-mail address"),
    ('no_phone', "No phone number"),
    ('invalid_phone', "Invalid phone number"),
    ('no_address', "Postal address incomplete"),
    ('bounced', "Message bounced"),
    ('refused', "Refused by the mail server"),
    ('blacklisted', "Address or number blacklisted"),
    ('no_sender', "No sender address"),
    ('render', "Text could not be produced"),
    ('connection', "Mail server out of reach"),
    ('sms_credit', "No credit for SMS"),
    ('sms_account', "No account for SMS"),
    ('sms_country', "Country not served by SMS"),
    ('sms_refused', "Refused by the SMS service"),
    ('sms_connection', "SMS service out of reach"),
    ('lost', "Message lost"),
    ('withdrawn', "Message withdrawn"),
    ('paused', "Taken back while sending was paused"),
    ('address', "Address reached today already"),
]

#: Errors that a contact causes, found when planning (docs/engine.md, section 7).
RECIPIENT_ERRORS = (
    'no_recipient',
    'invalid_recipient',
    'no_phone',
    'invalid_phone',
    'no_address',
    'blacklisted',
)

#: How a customer is reached → field of a contact that is chosen for it.
CONTACT_FIELDS = {
    'email': 'collection_by_email',
    'sms': 'collection_by_sms',
    'letter': 'collection_by_letter',
    'call': 'collection_by_call',
}

REPLY_KINDS = [
    ('email', "Email"),
    ('comment', "Comment"),
]

REPLY_STATES = [
    ('new', "Waiting"),
    ('validated', "Validated"),
    ('answered', "Answered"),
    ('planned', "Follow-up planned"),
    ('discarded', "Discarded"),
]

#: What a person may plan on a reply.
FOLLOW_UP_TYPES = ('call', 'task')

#: What is out of order in the portfolio (spec 7.4), the gravest first.
INSIGHTS = [
    ('no_collector', "No collector"),
    ('no_scenario', "No scenario"),
    ('no_recipient', "No valid recipient"),
    ('action_error', "Actions in error"),
    ('idle', "Overdue without any action"),
    ('limit_exceeded', "Credit limit exceeded"),
    ('guarantee_expired', "Guarantee expired"),
    ('review', "To review since the start"),
    ('last_step', "Last step reached"),
    ('credits', "Unallocated credits"),
    ('credit_balance', "Credit balance with open items"),
    ('shared_address', "Shared addresses"),
    ('no_followup', "Items excluded from follow-up"),
]

ALERT_TYPES = [
    ('collection', "Collection"),
    ('risk', "Risk"),
    ('none', "None"),
]

#: How grave an alert is, which its colour shows.
ALERT_LEVELS = [
    ('blue', "Information"),
    ('yellow', "Attention"),
    ('orange', "Warning"),
    ('red', "Critical"),
]

#: What a status of an item means to the engine and to figures (spec 8.1).
STATUS_CATEGORIES = [
    ('in_progress', "In progress"),
    ('promise', "Promise to pay"),
    ('dispute', "Dispute"),
    ('dispute_resolved', "Dispute resolved"),
    ('litigation', "Litigation"),
]

PROMISE_STATES = [
    ('open', "Open"),
    ('kept', "Kept"),
    ('partial', "Partly kept"),
    ('broken', "Broken"),
    ('cancelled', "Cancelled"),
]

DISPUTE_STATES = [
    ('open', "Open"),
    ('resolved', "Resolved"),
    ('cancelled', "Cancelled"),
]

DISPUTE_OUTCOMES = [
    ('credit_note', "Credit note"),
    ('due', "Due as invoiced"),
]

#: What a broken promise does to the next step of the scenario (docs/engine.md, 4).
BROKEN_PROMISE_RULES = [
    ('continue', "Go on as before"),
    ('raise', "Skip to the step after the next one"),
]

#: What becomes of a manual action that is not done in time (docs/engine.md, 11).
UNDONE_RULES = [
    ('wait', "Wait, and tell the managers"),
    ('go_on', "Go on with the next step"),
    ('become', "Become another action"),
]

#: Why an item that people have qualified is out of the scenario, the strongest reason first.
EXCLUSIONS = ('dispute', 'litigation', 'promise', 'specific')

#: Days after the start of a company in which every automatic action waits for a confirmation.
START_DAYS = 14

#: How old the leader invoice of a customer account is when collection starts (spec 3.20).
START_AGES = [
    ('not_due', "Not due"),
    ('30', "1–30 days overdue"),
    ('180', "31–180 days overdue"),
    ('older', "Over 180 days overdue"),
]

#: Most days overdue of each age but the last.
START_AGE_DAYS = {'not_due': 0, '30': 30, '180': 180}

#: What becomes of a customer account when collection starts.
START_DECISIONS = [
    ('planned', "As planned"),
    ('confirm', "With confirmation"),
    ('review', "To review"),
]

#: Age → decision that is proposed.
START_DEFAULTS = {'not_due': 'planned', '30': 'planned', '180': 'confirm', 'older': 'review'}

#: What the log of the start keeps.
START_EVENTS = [
    ('start', "Collection started"),
    ('decide', "Decided by age"),
    ('release', "Released from review"),
    ('take_in', "Items taken into collection"),
    ('write_off', "Write-off proposed"),
]

#: Days after its planned date from which an automatic action waits for a confirmation (spec 3.21).
STALE_DAYS = 5

#: A pre-due step must lie at least this many days after posting (spec 3.12).
PRE_DUE_NOTICE_DAYS = 2
