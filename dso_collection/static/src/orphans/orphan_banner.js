import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/**
 * Says how many customer accounts with a balance have no collector or no scenario, and opens them.
 * Counted anew whenever the list below it is.
 */
export class OrphanBanner extends Component {
    static template = "dso_collection.OrphanBanner";
    static props = { list: { type: Object, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ orphans: [] });
        // Not awaited: the list does not wait for the banner.
        onWillStart(() => void this.load());
        onWillUpdateProps(() => void this.load());
    }

    async load() {
        this.state.orphans = await this.orm.silent.call("dso.customer", "get_orphans", []);
    }

    async open({ filter }) {
        const window = await this.action.loadAction("dso_collection.dso_customer_action");
        // In place of the window's own context, which would search for what is overdue, too.
        const context = { [`search_default_${filter}`]: 1, dso_insight: filter };
        this.action.doAction({ ...window, context }, { clearBreadcrumbs: true });
    }
}
