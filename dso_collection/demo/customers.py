"""The customers of the demo: who they are, how much they buy and how they pay.

Names and addresses are invented; the domains end in ``.example``, which nobody can own.
"""

import re
import unicodedata
from typing import NamedTuple


class Customer(NamedTuple):
    """``habit`` is a key of :data:`documents.HABITS`, ``size`` of :data:`documents.SIZES`."""

    code: str
    name: str
    country: str
    zip: str
    city: str
    street: str
    habit: str
    size: int

    @property
    def domain(self):
        text = unicodedata.normalize('NFKD', self.name.replace("ß", "ss"))
        words = text.encode('ascii', 'ignore').decode().lower()
        return re.sub(r'[^a-z0-9]+', '-', words).strip('-') + '.example'


#: Country → language of the contact, desk that gets the mail, telephone numbers nobody has.
COUNTRIES = {
    'FR': ('fr_FR', 'comptabilite', '+33 1 99 00 {:02d} {:02d}'),
    'BE': ('fr_FR', 'comptabilite', '+32 2 000 {:02d} {:02d}'),
    'CH': ('de_DE', 'kreditoren', '+41 44 000 {:02d} {:02d}'),
    'DE': ('de_DE', 'buchhaltung', '+49 30 23125 {:02d}{:02d}'),
    'AT': ('de_DE', 'buchhaltung', '+43 1 000 {:02d}{:02d}'),
    'ES': ('es_ES', 'administracion', '+34 910 00 {:02d} {:02d}'),
    'GB': ('en_US', 'accounts', '+44 20 7946 0{:01d}{:02d}'),
    'IE': ('en_US', 'accounts', '+353 20 91 {:02d} {:02d}'),
    'NL': ('en_US', 'crediteuren', '+31 20 000 {:02d}{:02d}'),
    'IT': ('en_US', 'amministrazione', '+39 02 000 {:02d}{:02d}'),
    'SE': ('en_US', 'ekonomi', '+46 8 000 {:02d} {:02d}'),
    'US': ('en_US', 'payables', '+1 617 555 0{:01d}{:02d}'),
    'CA': ('en_US', 'payables', '+1 514 555 0{:01d}{:02d}'),
}


def _read(table):
    """Customers from lines of their fields."""
    rows = ([value.strip() for value in line.split('|')] for line in table.strip().splitlines())
    return [Customer(*row[:-1], size=int(row[-1])) for row in rows]


#: Customers of the European company.
EUROPE = _read(
    """
C1001 | Brasserie du Vieux Pont | FR | 69005 | Lyon | 12 quai des Tanneurs | late | 1
C1002 | Hôtel des Deux Rives | FR | 67000 | Strasbourg | 4 rue du Passage | slow | 3
C1003 | Menuiserie Aubertin | FR | 21000 | Dijon | 31 rue des Forges | prompt | 2
C1004 | Ateliers Morvan | FR | 58000 | Nevers | 8 route de Clamecy | bad | 3
C1005 | Clinique Saint-Elme | FR | 34000 | Montpellier | 90 avenue du Père Soulas | prompt | 3
C1006 | Mairie de Valmorel-sur-Saône | FR | 71000 | Mâcon | 1 place de la Mairie | slow | 3
C1007 | Librairie Parenthèse | FR | 35000 | Rennes | 17 rue Saint-Michel | late | 1
C1008 | Granit Bretagne Sud | FR | 56100 | Lorient | Zone de Kerpont | late | 2
C1009 | Cuisines Beaulieu | FR | 44000 | Nantes | 55 boulevard Dalby | prompt | 2
C1010 | Thalasso Côte Blanche | FR | 62520 | Le Touquet | 2 digue de Mer | late | 3
C1011 | Région Haute-Vallée | FR | 05000 | Gap | 6 rue Carnot | slow | 4
C1012 | Transports Delamarre | FR | 76600 | Le Havre | 140 quai de Saône | bad | 3
C1013 | École Supérieure du Bois Clair | FR | 38000 | Grenoble | 3 rue Ampère | late | 2
C1014 | Fromagerie Les Alpages | FR | 74000 | Annecy | 21 rue Vaugelas | early | 1
C1015 | Garage Roussel Frères | FR | 80000 | Amiens | 77 rue de Rouen | late | 1
C1016 | Promotion Lacassagne | FR | 69003 | Lyon | 201 avenue Lacassagne | slow | 4
C1017 | Hafenwerk Maschinenbau GmbH | DE | 20457 | Hamburg | Am Kaispeicher 14 | prompt | 4
C1018 | Bäckerei Sonnenkorn | DE | 79098 | Freiburg | Gerberau 22 | early | 1
C1019 | Stadtwerke Lindenau | DE | 04177 | Leipzig | Lindenauer Markt 9 | slow | 3
C1020 | Elektro Wiesner KG | DE | 90402 | Nürnberg | Königstraße 51 | prompt | 2
C1021 | Möbelhaus Brandt & Söhne | DE | 33602 | Bielefeld | Detmolder Straße 8 | late | 3
C1022 | Kliniken am Auwald | DE | 85049 | Ingolstadt | Krumenauerstraße 25 | prompt | 3
C1023 | Architekturbüro Falk | DE | 50667 | Köln | Breite Straße 110 | late | 1
C1024 | Messebau Kranich GmbH | DE | 60327 | Frankfurt am Main | Gutleutstraße 300 | bad | 3
C1025 | Autohaus Petersen | DE | 24103 | Kiel | Holstenbrücke 3 | prompt | 2
C1026 | Weingut Rebstein | DE | 67433 | Neustadt | Weinstraße 12 | early | 1
C1027 | Schreinerei Obermoser | AT | 5020 | Salzburg | Linzer Gasse 40 | prompt | 1
C1028 | Seilbahnen Hochalm AG | AT | 6020 | Innsbruck | Maria-Theresien-Straße 7 | prompt | 3
C1029 | Uhrenmanufaktur Brunner | CH | 2502 | Biel | Nidaugasse 18 | early | 2
C1030 | Bodegas Sierra Clara | ES | 26001 | Logroño | Calle Laurel 5 | late | 2
C1031 | Hoteles Bahía Serena | ES | 29016 | Málaga | Paseo de Reding 44 | slow | 4
C1032 | Construcciones Albaida | ES | 46002 | Valencia | Calle Colón 31 | bad | 3
C1033 | Clínica Dental Montoya | ES | 28004 | Madrid | Calle Fuencarral 90 | prompt | 1
C1034 | Ayuntamiento de Villasol | ES | 41001 | Sevilla | Plaza Mayor 1 | slow | 3
C1035 | Cerámicas Azul Norte | ES | 12001 | Castellón | Calle Enmedio 60 | late | 2
C1036 | Librería Rayuela | ES | 50001 | Zaragoza | Calle Alfonso 12 | late | 1
C1037 | Harcourt & Finch Interiors | GB | W1F 9DB | London | 18 Carnaby Mews | late | 3
C1038 | Penrose Theatre Trust | GB | BS1 4ED | Bristol | 27 King Street | slow | 2
C1039 | Oakleigh Care Homes | GB | LS1 5DA | Leeds | 60 Park Row | prompt | 2
C1040 | Saltmarsh Brewing Co | GB | NR1 3QU | Norwich | 5 Timber Hill | late | 2
C1041 | Claddagh Coaches | IE | H91 | Galway | 9 Dock Road | late | 2
C1042 | Imprimerie Van Acker | BE | 1000 | Bruxelles | 44 rue Dansaert | prompt | 2
C1043 | Chocolaterie Meunier | BE | 5000 | Namur | 3 rue de Fer | early | 1
C1044 | Commune de Rochebois | BE | 4000 | Liège | 1 place du Marché | slow | 2
C1045 | Kanaalzicht Vastgoed | NL | 1016 | Amsterdam | Keizersgracht 402 | late | 4
C1046 | Bloemenveiling Oost | NL | 7511 | Enschede | Marktstraat 16 | prompt | 2
C1047 | De Zilveren Schaar | NL | 3511 | Utrecht | Oudegracht 150 | late | 1
C1048 | Officine Belforte | IT | 10121 | Torino | Via Lagrange 20 | slow | 3
C1049 | Ceramiche Valdinoce | IT | 47121 | Forlì | Corso Diaz 48 | late | 2
C1050 | Nordljus Design AB | SE | 111 43 | Stockholm | Norrlandsgatan 6 | prompt | 2
C1051 | Beacon Hill Outfitters | US | 02108 | Boston | 70 Charles Street | late | 3
C1052 | Cascade Retail Group | US | 98101 | Seattle | 1420 Fifth Avenue | prompt | 4
C1053 | Optique Belvoir | FR | 75009 | Paris | 28 rue de Châteaudun | late | 2
C1054 | Optique Belvoir Lille | FR | 59000 | Lille | 9 rue de Béthune | late | 1
C1055 | Optique Belvoir Nantes | FR | 44000 | Nantes | 14 rue Crébillon | slow | 1
C1056 | Optique Belvoir Toulouse | FR | 31000 | Toulouse | 3 rue d'Alsace-Lorraine | late | 1
C1057 | Optique Belvoir Nice | FR | 06000 | Nice | 40 avenue Jean-Médecin | bad | 1
"""
)

#: Head office of a chain → its shops, which are collected through it.
CHAINS = {'C1053': ('C1054', 'C1055', 'C1056', 'C1057')}

#: Customers of the American company; those of both companies stand above.
AMERICA = _read(
    """
A2001 | Juniper Street Hotels | US | 19107 | Philadelphia | 240 Juniper Street | late | 3
A2002 | Maple & Main Hardware | US | 05401 | Burlington | 11 Main Street | prompt | 1
A2003 | City of Fairhaven | US | 02719 | Fairhaven | 40 Center Street | slow | 3
A2004 | Lakeshore Dental Partners | US | 60611 | Chicago | 680 Lake Shore Drive | prompt | 2
A2005 | Redwood Film Studios | US | 94107 | San Francisco | 390 Brannan Street | bad | 3
A2006 | Atelier Laurentide | CA | H2Y | Montréal | 212 rue Saint-Paul | late | 2
A2007 | Prairie Sky Airlines | CA | R3C | Winnipeg | 330 Main Street | slow | 4
A2008 | Harbor Light Cafés | US | 04101 | Portland | 25 Wharf Street | late | 1
"""
)
SHARED_CODES = ('C1051', 'C1052', 'C1037')

#: Code → scenario other than the standard one; None for a customer that nobody has sorted yet.
SCENARIOS = {
    **dict.fromkeys(('C1006', 'C1011', 'C1013', 'C1019', 'C1034', 'C1044', 'A2003'), 'public'),
    **dict.fromkeys(('C1004', 'C1012', 'C1024', 'C1032', 'C1048', 'A2005'), 'risky'),
    **dict.fromkeys(('C1047', 'C1050', 'A2008'), None),
}

#: Customers without a collector; the others are shared out by country.
WITHOUT_COLLECTOR = ('C1041', 'C1049', 'A2006')

#: Countries of the first collector; all others are of the second.
FIRST_COLLECTOR_COUNTRIES = ('FR', 'BE', 'ES', 'IT', 'CH')

#: Code → address on the customer that is not its own desk's.
EMAILS = {
    'C1015': False,  # nobody has asked for one
    'C1036': 'administracion@',  # typed in a hurry
    'C1040': False,
    'C1049': 'amministrazione valdinoce.example',
    'A2008': False,
}

#: Contacts below customers: code, name, function, type, whether collection writes to them.
CONTACTS = [
    ('C1002', "Comptabilité fournisseurs", None, 'invoice', False),
    ('C1005', "Hélène Castaing", "Responsable comptable", 'contact', True),
    ('C1006', "Service des finances", None, 'invoice', False),
    ('C1010', "Yann Le Goff", "Directeur", 'contact', False),
    ('C1011', "Direction des finances", None, 'invoice', False),
    ('C1011', "Odile Ferrand", "Gestionnaire de marchés", 'contact', True),
    ('C1012', "Bruno Delamarre", "Gérant", 'contact', True),
    ('C1016', "Sylvie Marchetti", "Trésorière", 'contact', True),
    ('C1016', "Chantier Gerland", None, 'delivery', False),
    ('C1017', "Kreditorenbuchhaltung", None, 'invoice', False),
    ('C1017', "Anke Johannsen", "Leiterin Finanzen", 'contact', True),
    ('C1019', "Rechnungseingang", None, 'invoice', False),
    ('C1021', "Jürgen Brandt", "Geschäftsführer", 'contact', False),
    ('C1022', "Zentraler Rechnungseingang", None, 'invoice', False),
    ('C1024', "Miriam Kranich", "Geschäftsführerin", 'contact', True),
    ('C1028', "Finanzabteilung", None, 'invoice', False),
    ('C1031', "Lucía Benítez", "Jefa de administración", 'contact', True),
    ('C1031', "Proveedores", None, 'invoice', False),
    ('C1032', "Rafael Ortuño", "Gerente", 'contact', False),
    ('C1037', "Imogen Finch", "Finance director", 'contact', True),
    ('C1038', "Box office", None, 'delivery', False),
    ('C1045', "Pieter Hoekstra", "Controller", 'contact', True),
    ('C1048', "Ufficio fornitori", None, 'invoice', False),
    ('C1052', "Accounts payable centre", None, 'invoice', False),
    ('A2001', "Dana Whitfield", "Controller", 'contact', True),
    ('A2005', "Marcus Bell", "Producer", 'contact', False),
    ('A2007', "Shared services", None, 'invoice', False),
]


def partner_values(customer):
    """Fields of the contact of a customer, without those that point to other records.

    :rtype: dict
    """
    lang, desk, phone = COUNTRIES[customer.country]
    number = int(customer.code[1:])
    return {
        'name': customer.name,
        'ref': customer.code,
        'is_company': True,
        'lang': lang,
        'zip': customer.zip,
        'city': customer.city,
        'street': customer.street,
        'phone': phone.format(number % 10, number % 97),
        'email': EMAILS.get(customer.code, f'{desk}@{customer.domain}'),
    }


def contact_values(customer, name, function, contact_type, is_collection_contact):
    """Fields of a contact below a customer, without its parent.

    :rtype: dict
    """
    lang = COUNTRIES[customer.country][0]
    text = unicodedata.normalize('NFKD', name).encode('ascii', 'ignore').decode().lower()
    return {
        'name': name,
        'function': function,
        'type': contact_type,
        'lang': lang,
        'email': f'{".".join(text.split())}@{customer.domain}',
        'is_collection_contact': is_collection_contact,
    }
