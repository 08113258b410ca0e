from odoo.tests import tagged

from .common_tours import TourCase


@tagged('post_install', '-at_install')
class TestFiguresTour(TourCase):
    def test_from_a_figure_to_its_customers(self):
        self.create_person('manager', "Mona Manager")
        self.create_late_customer("Azure Interior")._plan()
        list(self.env['dso.snapshot']._catch_up(self.company))
        self.start_tour('/odoo/collection-ageing', 'dso_collection_figures', login='manager')
