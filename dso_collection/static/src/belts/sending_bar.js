import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * Says above the automatic actions how many messages went out today by themselves and how many
 * wait, and lets managers release the rest. Counted anew whenever the list below it is.
 */
export class SendingBar extends Component {
    static template = "dso_collection.SendingBar";
    static props = { list: { type: Object, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ companies: [] });
        // Not awaited: the list does not wait for the bar.
        onWillStart(() => void this.load());
        onWillUpdateProps(() => void this.load());
    }

    async load() {
        this.state.companies = await this.orm.silent.call("dso.sending.day", "get_status", []);
    }

    /** Lists the messages that wait, whichever limit stops them. */
    show() {
        return this.action.doAction("dso_collection.dso_action_action_automatic", {
            additionalContext: { search_default_my_actions: 0, search_default_not_today: 1 },
            clearBreadcrumbs: true,
        });
    }

    /** Lists the customers whose messages share an address, to group their collection. */
    async showShared() {
        const action = await this.orm.call("dso.sending.day", "action_open_shared", []);
        return this.action.doAction(action);
    }

    release({ company_id: companyId, waiting }) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Release Today's Rest"),
            body: _t(
                "%s automatic messages go out today beyond the limit. This is noted with your name.",
                waiting
            ),
            confirmLabel: _t("Release"),
            confirm: async () => {
                await this.orm.call("res.company", "action_dso_release", [[companyId]]);
                await this.load();
            },
            cancel: () => {},
        });
    }
}
