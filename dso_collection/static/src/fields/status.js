import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Look of each colour of the agenda: its badge, and an icon for those who do not see colours. */
export const STATUS_LOOKS = {
    red: { badge: "text-bg-danger", icon: "fa-exclamation-circle" },
    blue: { badge: "text-bg-info", icon: "fa-clock-o" },
    green: { badge: "text-bg-success", icon: "fa-check-circle" },
    yellow: { badge: "text-bg-warning", icon: "fa-exclamation-triangle" },
    white: { badge: "text-bg-300", icon: "fa-question-circle" },
};

/** Colour of an open action with its icon and its word. */
export class Status extends Component {
    static template = "dso_collection.Status";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get look() {
        return STATUS_LOOKS[this.value];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return formatSelection(this.value, { selection });
    }
}

export const status = { component: Status, supportedTypes: ["selection"] };

registry.category("fields").add("dso_status", status);
