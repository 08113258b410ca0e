import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { tellPromise } from "./promise_taken";

/** Days in which customers say that they pay. */
const PROMISE_DAYS = [7, 14, 30];

/** A promise in two clicks; the last way is a dialog for another date or part of the items. */
export class QuickPromise extends Component {
    static template = "dso_collection.QuickPromise";
    static components = { Dropdown, DropdownItem };
    static props = {
        /**
         * Returns where the promised items are, as a model and ids: items, or a customer account
         * that stands for what is overdue; nothing when what is typed around cannot be stored.
         */
        getTarget: Function,
        /** Shows what has changed. */
        reload: Function,
        className: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get choices() {
        return PROMISE_DAYS.map((days) => ({ days, label: _t("Pays in %s days", days) }));
    }

    async promise(days) {
        const { getTarget, reload } = this.props;
        const target = await getTarget();
        if (target) {
            const { resModel, resIds } = target;
            const method = resModel === "dso.customer" ? "action_promise" : "action_dso_promise";
            const { params } = await this.orm.call(resModel, method, [resIds], { days });
            tellPromise(this.env, params, reload);
            await reload();
        }
    }

    async ask() {
        const { getTarget, reload } = this.props;
        const target = await getTarget();
        if (target) {
            openQualify(this.action, target, reload, { dso_status_category: "promise" });
        }
    }
}

/** Open the dialog in which items are qualified, and show what has changed when it is closed. */
export function openQualify(action, { resModel, resIds }, reload, context = {}) {
    return action.doAction("dso_collection.dso_qualify_action", {
        additionalContext: {
            active_model: resModel,
            active_id: resIds[0],
            active_ids: resIds,
            ...context,
        },
        onClose: reload,
    });
}

/** The same in the form of a customer account. */
export class QuickPromiseWidget extends Component {
    static template = "dso_collection.QuickPromiseWidget";
    static components = { QuickPromise };
    static props = { ...standardWidgetProps };

    setup() {
        const { record } = this.props;
        this.getTarget = async () =>
            (await record.save()) && { resModel: record.resModel, resIds: [record.resId] };
        this.reload = () => record.load();
    }
}

registry.category("view_widgets").add("dso_quick_promise", { component: QuickPromiseWidget });
