import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Coloured squares of the alerts in which a customer account is; a tooltip names them. */
export class AlertSquares extends Component {
    static template = "dso_collection.AlertSquares";
    static props = { ...standardFieldProps };

    get alerts() {
        return this.props.record.data[this.props.name] || [];
    }

    get names() {
        return this.alerts.map((alert) => alert.name).join("\n");
    }

    get info() {
        return JSON.stringify({ squares: this.alerts });
    }
}

/** Level of an alert: its square with its word. */
export class AlertLevel extends Component {
    static template = "dso_collection.AlertLevel";
    static props = { ...standardFieldProps };

    get level() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return formatSelection(this.level, { selection });
    }
}

registry
    .category("fields")
    .add("dso_alerts", { component: AlertSquares, supportedTypes: ["json"] })
    .add("dso_alert_level", { component: AlertLevel, supportedTypes: ["selection"] });
