"""HTML that others wrote, made ready for the program that prints it: it fetches nothing."""

from lxml import etree, html

#: Elements that bring something in from elsewhere, or hide it.
FOREIGN = (
    *('audio', 'base', 'embed', 'frame', 'frameset', 'iframe', 'link', 'meta', 'object', 'script'),
    *('style', 'svg', 'video'),
)

#: Attributes that name something to fetch.
SOURCES = ('background', 'data', 'poster', 'src', 'srcset')


def printable(body, pictures=None):
    """Return HTML without anything that would be fetched while it is printed.

    Pictures in the text itself stay, as do those that are given; of others their words do.

    :param str body: any HTML
    :param dict pictures: data URI of a picture by the end of its address
    :rtype: str
    """
    if not (body or '').strip():
        return ''
    try:
        root = html.fragment_fromstring(body, create_parent='div')
    except etree.ParserError:  # nothing but comments
        return ''
    etree.strip_elements(root, etree.Comment, *FOREIGN, with_tail=False)
    for element in root.iter(etree.Element):
        _cut_off(element, pictures or {})
    return html.tostring(root, encoding='unicode')


def _cut_off(element, pictures):
    if 'url(' in element.get('style', '').lower() or '\\' in element.get('style', ''):
        del element.attrib['style']
    for name in SOURCES:
        source = element.get(name)
        if source is None:
            continue
        known = [picture for end, picture in pictures.items() if source.endswith(end)]
        source = known[0] if known else source
        if name == 'src' and source.startswith('data:image/'):
            element.set(name, source)
        else:
            del element.attrib[name]
