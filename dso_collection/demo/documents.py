"""What customers bought and how they pay: pure, and the same in every build.

Days are numbers relative to the day of the build: -30 is a month ago, 0 today. What lies after
today has not happened yet and is left out.
"""

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

FIRST_DAY = -545
SEED = 'dso_collection'

#: Habit → days between due date and payment.
HABITS = {
    'early': (-12, -1),
    'prompt': (-2, 6),
    'late': (4, 24),
    'slow': (18, 55),
    'bad': (35, 110),
}

#: Share of the invoices of bad payers that stay unpaid, and for how long back: older ones have been
#: paid or written off in any company that is still there.
NEVER_PAID = 0.45
NEVER_PAID_SINCE = -260

#: Size → (documents over the whole time, lowest amount, highest amount).
SIZES = {1: (6, 120, 900), 2: (7, 600, 3200), 3: (9, 1800, 9500), 4: (12, 5200, 26000)}

#: Payment terms → days of the instalments, and how often each is agreed on.
TERMS = {'15': (15,), '30': (30,), '45': (45,), '60': (60,), 'parts': (30, 60, 90)}
USUAL_TERMS = {
    1: ('15', '30'),
    2: ('30', '30', '45'),
    3: ('30', '45', '60'),
    4: ('45', '60', 'parts'),
}

#: More documents lie in the last months than in the first: the company grows.
GROWTH = 1.4

#: Codes of customers that are also invoiced in the other currency, with the share.
FOREIGN = {
    'europe': {'C1051': 1.0, 'C1052': 0.7, 'C1037': 0.3, 'C1045': 0.2},
    'america': {'C1037': 1.0, 'A2006': 0.3},
}


class Payment(NamedTuple):
    """A part of a document that is paid; ``instalment`` None: of all that is open of it."""

    day: int
    share: float = 1.0
    instalment: int | None = None


@dataclass
class Document:
    """An invoice or, with a negative amount, a credit note; amounts are without taxes."""

    code: str
    day: int
    amount: float
    terms: str = '30'
    foreign: bool = False
    payments: list = field(default_factory=list)
    credited: 'Document' = None  # the invoice with which a credit note is reconciled
    no_followup: bool = False
    blocked: bool = False

    @property
    def due_days(self):
        return [self.day + days for days in TERMS[self.terms]]


class Deposit(NamedTuple):
    """A payment that nobody has matched with an invoice."""

    code: str
    day: int
    amount: float
    foreign: bool = False


def due(code, day, amount, *payments, **values):
    """An invoice due on a day, at 30 days."""
    return Document(code, day - 30, amount, payments=[Payment(*p) for p in payments], **values)


#: Code, due date and amount of invoices that nobody disputes and nobody has paid: they give
#: collectors first reminders, calls and second reminders to do.
LATE = (
    ('C1018', -3, 480),
    ('C1026', -4, 390),
    ('C1029', -5, 1850),
    ('C1033', -5, 640),
    ('C1043', -6, 310),
    ('C1045', -6, 9400),
    ('C1017', -7, 12300),
    ('C1031', -4, 11200),
    ('C1044', -14, 2650),
    ('C1034', -15, 6100),
    ('C1048', -5, 4900),
    ('C1002', -12, 3150),
    ('C1003', -12, 1490),
    ('C1005', -13, 4720),
    ('C1038', -13, 1120),
    ('C1041', -14, 1380),
    ('C1050', -15, 2280),
    ('C1046', -22, 960),
    ('C1051', -23, 5100),
    ('C1042', -24, 1270),
)

#: Situations that every screen should show, on customers who otherwise pay as they do.
STORIES = {
    'europe': (
        due('C1015', -9, 620),  # no email
        due('C1036', -6, 480),  # an invalid one
        due('C1040', -14, 1900),
        due('C1049', -8, 1250),
        due('C1004', -95, 4200),  # insolvent, on hold
        due('C1004', -64, 3900),
        due('C1004', -33, 2700),
        due('C1005', -32, 1480, (-9,)),  # promised and paid
        due('C1002', -29, 3200, (-6, 0.5)),  # promised, half of it paid
        due('C1020', -40, 3600, (-12, 0.3)),  # pays by a plan, on hold
        due('C1030', -12, 1450),  # its hold has ended
        due('C1009', -11, 2400),  # paid without a reference, see the deposits
        due('C1025', -9, 1250),
        due('C1025', -21, 1180),
        due('C1039', -7, 850),
        Document('C1039', -12, -930),
        due('C1022', -28, 7800, blocked=True),
        due('C1022', -10, 4100),
        due('C1028', -150, 5200, no_followup=True),  # brought forward from an older system
        due('C1027', -20, 34),
        due('C1014', -16, 640, (-15, 0.98)),
        due('C1012', -210, 3900),  # nothing has helped
        due('C1012', -168, 2600),
        due('C1012', -20, 4400),
        due('C1035', -130, 980),
        due('C1013', -18, 1700),
        due('C1021', -22, 6800),
        due('C1052', -16, 8200, foreign=True),
        due('C1010', -25, 5200, (-6, 0.6)),
        Document('C1016', -45, 24000, 'parts'),
        Document('C1011', -62, 31500, 'parts', payments=[Payment(-20, 1.0, 0)]),
        due('C1001', -4, 410),
        due('C1007', -4, 365),
        due('C1023', -5, 720),
        due('C1008', -3, 2150),
        due('C1035', -3, 1980),
        due('C1037', -4, 5300),
        due('C1042', 5, 1640),
        due('C1046', 4, 1320),
        due('C1047', -31, 540),
        *(due(code, day, amount) for code, day, amount in LATE),
    ),
    'america': (
        due('A2008', -12, 380),
        due('A2005', -75, 6900),
        due('A2005', -44, 5100),
        due('A2001', -19, 4700),
        due('A2004', 6, 1500),
        # What the start of its collection decides on.
        due('A2005', -230, 7400),
        due('A2003', -215, 5400),
        due('A2006', -120, 3300),
        due('A2007', -260, 12800, no_followup=True),
        due('A2002', -190, 940, no_followup=True),
    ),
}
DEPOSITS = {
    'europe': (
        Deposit('C1009', -5, 2880),
        Deposit('C1025', -4, 1500),
        Deposit('C1052', -8, 1000),
        Deposit('C1043', -2, 300),
        Deposit('C1031', -9, 2500),
    ),
    'america': (Deposit('A2003', -6, 1200),),
}


def documents(company, customers):
    """Return the documents of a company, oldest first.

    :param str company: ``europe`` or ``america``
    :param customers: :class:`customers.Customer` tuples
    :rtype: list[Document]
    """
    found = [
        document
        for customer in customers
        for document in _documents(company, customer, Random(f'{SEED} {company} {customer.code}'))
    ]
    found += STORIES[company]
    return sorted(found, key=lambda document: document.day)


def _documents(company, customer, rng):
    count, lowest, highest = SIZES[customer.size]
    terms = rng.choice(USUAL_TERMS[customer.size])
    foreign = FOREIGN[company].get(customer.code, 0)
    for _number in range(round(count * rng.uniform(0.75, 1.25))):
        document = Document(
            code=customer.code,
            day=-1 - int(-FIRST_DAY * rng.random() ** GROWTH),
            amount=round(rng.triangular(lowest, highest, (2 * lowest + highest) / 3), 2),
            terms=terms,
            foreign=rng.random() < foreign,
        )
        document.payments = _payments(document, customer.habit, rng)
        yield document
        yield from _credit_notes(document, rng)


def _payments(document, habit, rng):
    """How a document is paid: each instalment after its due date, some in two parts."""
    shortest, longest = HABITS[habit]
    if habit == 'bad' and document.day > NEVER_PAID_SINCE and rng.random() < NEVER_PAID:
        return []
    several = len(document.due_days) > 1
    payments = []
    for instalment, due_day in enumerate(document.due_days):
        target = instalment if several else None
        day = max(document.day, due_day + rng.randint(shortest, longest))
        if rng.random() < 0.08:
            payments.append(Payment(day, rng.choice((0.3, 0.5, 0.7)), target))
            day += rng.randint(15, 45)
        payments.append(Payment(day, 1.0, target))
    return [payment for payment in payments if payment.day < 0]


def _credit_notes(document, rng):
    """Some goods come back; most credit notes are matched with their invoice."""
    if rng.random() >= 0.05:
        return
    day = document.day + rng.randint(3, 20)
    first_payment = min((payment.day for payment in document.payments), default=0)
    if day >= min(0, first_payment):
        return
    amount = -round(document.amount * rng.choice((0.1, 0.15, 0.25)), 2)
    is_matched = rng.random() < 0.8
    yield Document(
        document.code,
        day,
        amount,
        foreign=document.foreign,
        credited=document if is_matched else None,
    )
