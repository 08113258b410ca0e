import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Look of each category of statuses: its badge, and an icon for those who do not see colours. */
export const ITEM_STATUS_LOOKS = {
    in_progress: { badge: "text-bg-info", icon: "fa-hourglass-half" },
    promise: { badge: "text-bg-success", icon: "fa-handshake-o" },
    dispute: { badge: "text-bg-warning", icon: "fa-commenting-o" },
    dispute_resolved: { badge: "text-bg-300", icon: "fa-check" },
    litigation: { badge: "text-bg-dark", icon: "fa-gavel" },
};

/** Where the category of a status stands beside it. */
const CATEGORY_FIELDS = ["dso_status_category", "category"];

/** Status of an open item, or its category, with the icon of the category. */
export class ItemStatus extends Component {
    static template = "dso_collection.ItemStatus";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get field() {
        return this.props.record.fields[this.props.name];
    }

    get look() {
        const { data } = this.props.record;
        const name = CATEGORY_FIELDS.find((name) => name in data);
        const category = this.field.type === "selection" ? this.value : data[name];
        return ITEM_STATUS_LOOKS[category] || ITEM_STATUS_LOOKS.in_progress;
    }

    get label() {
        if (this.field.type === "selection") {
            return formatSelection(this.value, { selection: this.field.selection });
        }
        return this.value.display_name;
    }
}

export const itemStatus = { component: ItemStatus, supportedTypes: ["selection", "many2one"] };

registry.category("fields").add("dso_item_status", itemStatus);
