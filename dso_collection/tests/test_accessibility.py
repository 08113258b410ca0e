"""No main screen keeps out who works with a screen reader or with the keyboard alone."""

import json
import unittest
from importlib import resources, util

from odoo.tests import tagged

from .common_tours import AgendaTourCase

# A development tool: whoever runs the tests of an installed addon may not have it.
AXE = 'axe_playwright_python'

#: Window action → what stands on its screen once that is complete.
SCREENS = {
    'dso_action_action_manual': '.o_data_row',
    'dso_action_action_automatic': '.o_data_row',
    'dso_action_action_history': '.o_data_row',
    'dso_reply_action': '.o_view_nocontent',
    'dso_action_action_charts': 'canvas',
    'dso_action_action_load': '.o_kanban_record',
    'dso_customer_action': '.o_data_row',
    'account_move_line_action_items': '.o_data_row',
    'dso_assignment_collector_action': '.o_list_view',
    'dso_ageing_action': 'canvas',
    'dso_figure_action': '.o_view_nocontent',
    'dso_scenario_action': '.o_data_row',
}

#: What all screens of Odoo share, and is Odoo's to mend.
PARTS_OF_ODOO = [
    '.o_searchview',
    '.o_list_record_selector',
    '.o_optional_columns_dropdown',
    '.o-mail-Avatar',
    '.o_kanban_header',
    '.badge',
]

# Opens each screen, waits until it stands still, and names what axe finds there.
CODE = """
(async () => {
    const complaints = [];
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const answer = await fetch("/web/content/%(axe)s");
    (0, eval)(await answer.text());
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    const shown = async (selector) => {
        for (let turn = 0; turn < 300 && !document.querySelector(selector); turn++) {
            await pause(50);
        }
        await pause(600); // what fades in has no contrast yet
    };
    const complain = async (name, selector) => {
        await shown(selector);
        const { violations } = await axe.run({
            include: [[".o_action_manager"]],
            exclude: %(excluded)s.map((selector) => [selector]),
        });
        for (const { id, impact, help, nodes } of violations) {
            if (["serious", "critical"].includes(impact)) {
                const places = nodes.map((node) => `${node.target} ${node.html}`);
                complaints.push(`${name}: ${id}, ${help}\\n${places.join("\\n")}`);
            }
        }
    };
    for (const [name, selector] of %(screens)s) {
        await action.doAction(`dso_collection.${name}`, { clearBreadcrumbs: true });
        await complain(name, `.o_action_manager ${selector}`);
    }
    await action.doAction("dso_collection.dso_action_action_manual", { clearBreadcrumbs: true });
    await shown(".o_data_row");
    document.querySelector(".o_data_row .o_data_cell[name=customer_id]").click();
    await complain("panel", ".o_dso_panel");
    if (complaints.length) {
        throw new Error(complaints.join("\\n\\n"));
    }
    console.log("test successful");
})();
"""


@unittest.skipUnless(util.find_spec(AXE), f"{AXE} is not installed")
@tagged('post_install', '-at_install')
class TestAccessibility(AgendaTourCase):
    """axe-core finds nothing serious or critical on the main screens."""

    def test_main_screens(self):
        [call, *_more] = self.env['dso.action'].search([('action_type', '=', 'call')])
        call.with_user(self.collector).action_complete(note="Pays on Friday")
        axe = self.env['ir.attachment'].create(
            {
                'name': 'axe.min.js',
                'mimetype': 'text/plain',
                'raw': resources.files(AXE).joinpath('axe.min.js').read_bytes(),
                'public': True,
            }
        )
        code = CODE % {
            'axe': axe.id,
            'screens': json.dumps(list(SCREENS.items())),
            'excluded': json.dumps(PARTS_OF_ODOO),
        }
        ready = 'Boolean(odoo.__WOWL_DEBUG__?.root?.env?.services?.action)'
        self.browser_js('/odoo/collection-manual', code, ready, login='manager', timeout=120)
