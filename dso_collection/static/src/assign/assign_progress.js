import { Component, onMounted, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { formatInteger } from "@web/views/fields/formatters";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/**
 * Changes very many customer accounts slice by slice, each a transaction of its own, and shows how
 * far it is. What is written stays when somebody stops it; to start again goes on from there.
 */
export class AssignProgress extends Component {
    static template = "dso_collection.AssignProgress";
    static components = { Dialog };
    static props = { ids: Array, values: Object, slice: Number, finish: Function, close: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ done: 0, stopped: false });
        onMounted(() => this.run());
    }

    get total() {
        return this.props.ids.length;
    }

    get percent() {
        return Math.round((100 * this.state.done) / this.total);
    }

    get sentence() {
        return _t("%(done)s of %(total)s customer accounts", {
            done: formatInteger(this.state.done),
            total: formatInteger(this.total),
        });
    }

    async run() {
        const { ids, values, slice } = this.props;
        let changed = 0;
        try {
            while (this.state.done < ids.length && !this.state.stopped) {
                const part = ids.slice(this.state.done, this.state.done + slice);
                changed += await this.orm.silent.call("dso.customer", "action_assign", [
                    part,
                    values,
                ]);
                this.state.done += part.length;
            }
        } finally {
            this.props.close();
            this.props.finish(changed);
        }
    }

    stop() {
        this.state.stopped = true;
    }
}

registry.category("actions").add("dso_collection.assign_progress", (env, { params }) => {
    const finish = (changed) => {
        const message = _t("Customer accounts changed: %s", formatInteger(changed));
        env.services.notification.add(message, { type: changed ? "success" : "info" });
        env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
    };
    env.services.dialog.add(AssignProgress, { ...params, finish });
    return { type: "ir.actions.act_window_close" };
});
