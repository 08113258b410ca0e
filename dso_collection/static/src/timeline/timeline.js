import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatSelection } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { ACTION_ICONS } from "../fields/action_type";

/**
 * The steps of a scenario on a line, before and after the due date; follows what is being typed.
 */
export class Timeline extends Component {
    static template = "dso_collection.Timeline";
    static props = { ...standardWidgetProps };

    /** Steps in the order of their days, with the due date at its place among them. */
    get stops() {
        const steps = this.props.record.data.step_ids.records
            .map((step) => this.makeStop(step))
            .sort((a, b) => a.delay - b.delay);
        const due = { key: "due", isDue: true, delay: 0, day: _t("Due date") };
        const place = steps.findIndex((step) => step.delay >= 0);
        steps.splice(place < 0 ? steps.length : place, 0, due);
        return steps;
    }

    get isEmpty() {
        return !this.props.record.data.step_ids.records.length;
    }

    makeStop(step) {
        const { delay, action_type, mode, name } = step.data;
        const label = (field) =>
            formatSelection(step.data[field], { selection: step.fields[field].selection });
        return {
            key: step.id,
            delay,
            day: this.getDay(delay),
            icon: ACTION_ICONS[action_type] || "fa-question",
            type: action_type ? label("action_type") : "",
            mode: label("mode"),
            isManual: mode === "manual",
            isPreDue: delay < 0,
            name: name || "",
        };
    }

    getDay(delay) {
        if (!delay) {
            return _t("On the day");
        }
        const days = Math.abs(delay);
        if (delay < 0) {
            return days === 1 ? _t("1 day before") : _t("%s days before", days);
        }
        return days === 1 ? _t("1 day after") : _t("%s days after", days);
    }
}

export const timeline = { component: Timeline };

registry.category("view_widgets").add("dso_timeline", timeline);
