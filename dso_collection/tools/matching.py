"""Which record a text of a file means."""


def match(values, levels, refuse):
    """Find the one record that each value means.

    The first level that knows a value decides. Records that cannot be used count only when no other
    is meant: their problem is then told.

    :param values: texts
    :param levels: in the order in which they are asked, text → list of records
    :param refuse: function of a record; returns its problem, ``None`` when it can be used
    :return: value → pair of a record, or ``None``, and a problem: ``unknown``, ``ambiguous``, what
        ``refuse`` returns, or ``None``
    :rtype: dict
    """
    found = {}
    for value in values:
        candidates = next((level[value] for level in levels if level.get(value)), [])
        problems = {record: refuse(record) for record in candidates}
        usable = [record for record, problem in problems.items() if not problem]
        if len(usable) == 1:
            found[value] = (usable[0], None)
        elif usable:
            found[value] = (None, 'ambiguous')
        else:
            found[value] = next(iter(problems.items()), (None, 'unknown'))
    return found


def by_text(records, text):
    """Index records by a text of theirs.

    :param records: iterable of records
    :param text: function of a record
    :return: text → list of records
    :rtype: dict
    """
    index = {}
    for record in records:
        index.setdefault(text(record), []).append(record)
    return index
