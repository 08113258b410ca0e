import { Component, reactive, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";
import { NavBar } from "@web/webclient/navbar/navbar";

/**
 * Which companies send nothing now: told with the session, then by the server whenever somebody
 * starts, pauses or resumes one. No screen has to ask.
 */
export const sendingService = {
    dependencies: ["bus_service", "orm"],
    start(env, { bus_service: bus, orm }) {
        const state = reactive({ silent: session.dso_sending || [] });
        bus.subscribe("dso_collection/sending", async () => {
            state.silent = await orm.silent.call("res.company", "get_dso_sending", []);
        });
        return state;
    },
};

registry.category("services").add("dso_sending", sendingService);

/** Says on every screen of the app, red or calm, that nothing is sent, and why. */
export class SendingBanner extends Component {
    static template = "dso_collection.SendingBanner";
    static props = {};

    setup() {
        this.sending = useState(useService("dso_sending"));
        this.menu = useService("menu");
        this.action = useService("action");
        this.state = useState({ app: this.currentApp, mayStart: false });
        user.hasGroup("dso_collection.group_dso_manager").then((is) => (this.state.mayStart = is));
        useBus(this.env.bus, "MENUS:APP-CHANGED", () => (this.state.app = this.currentApp));
    }

    get currentApp() {
        return this.menu.getCurrentApp()?.xmlid;
    }

    /** Of the companies in which people work now; a branch sends and pauses with its main one. */
    get silent() {
        const active = user.activeCompanies.map(({ id }) => id);
        return this.state.app === "dso_collection.menu_root"
            ? this.sending.silent.filter(({ companies }) =>
                  companies.some((id) => active.includes(id))
              )
            : [];
    }

    open(company) {
        return this.action.doAction("dso_collection.dso_start_action", {
            additionalContext: { default_company_id: company.companies[0] },
        });
    }
}

// In the bar at the top: every view has it, on a phone too, and full screens for other purposes have not.
patch(NavBar, { components: { ...NavBar.components, SendingBanner } });
