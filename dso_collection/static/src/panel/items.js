import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { ITEM_STATUS_LOOKS } from "../fields/item_status";
import { openQualify, QuickPromise } from "../qualify/quick_promise";

/** Open items of the customer of an action: people tick those of which they spoke. */
export class PanelItems extends Component {
    static template = "dso_collection.PanelItems";
    static components = { QuickPromise };
    static props = {
        /** What the server told of the action. */
        data: Object,
        /** Stores what is typed, before something else is opened. */
        keep: Function,
        /** Shows what has changed. */
        reload: Function,
    };

    setup() {
        this.action = useService("action");
        this.state = useState({ ticked: [] });
        this.getTarget = async () => (await this.props.keep()) && this.chosen;
        useEffect(
            () => {
                this.state.ticked = [];
            },
            () => [this.props.data]
        );
    }

    get moreItems() {
        const { item_count: count, items } = this.props.data;
        return count > items.length ? _t("and %s more", count - items.length) : "";
    }

    look(item) {
        return ITEM_STATUS_LOOKS[item.category];
    }

    isTicked(item) {
        return this.state.ticked.includes(item.id);
    }

    tick(item) {
        const { ticked } = this.state;
        this.state.ticked = this.isTicked(item)
            ? ticked.filter((id) => id !== item.id)
            : [...ticked, item.id];
    }

    /** The ticked items; without a tick what the customer has overdue. */
    get chosen() {
        const { ticked } = this.state;
        return ticked.length
            ? { resModel: "account.move.line", resIds: ticked }
            : { resModel: "dso.customer", resIds: [this.props.data.customer.id] };
    }

    async qualify() {
        const target = await this.getTarget();
        if (target) {
            openQualify(this.action, target, this.props.reload);
        }
    }

    openItem(item) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: item.move_id,
            views: [[false, "form"]],
        });
    }
}
