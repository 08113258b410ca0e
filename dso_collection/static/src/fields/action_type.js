import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export const ACTION_ICONS = {
    call: "fa-phone",
    email: "fa-envelope-o",
    sms: "fa-commenting-o",
    letter: "fa-file-text-o",
    registered_letter: "fa-certificate",
    litigation: "fa-gavel",
    task: "fa-check-square-o",
};

/**
 * Action type as an icon and a word; `icon_only` keeps the word for screen readers and the tooltip.
 */
export class ActionType extends Component {
    static template = "dso_collection.ActionType";
    static props = { ...standardFieldProps, iconOnly: { type: Boolean, optional: true } };

    get value() {
        return this.props.record.data[this.props.name];
    }

    /** The type of the action and those of the messages that go beside it. */
    get types() {
        const types = (this.props.record.data.channels || this.value).split(",");
        const { selection } = this.props.record.fields[this.props.name];
        return types.map((type) => ({
            type,
            icon: ACTION_ICONS[type],
            label: formatSelection(type, { selection }),
        }));
    }
}

export const actionType = {
    component: ActionType,
    supportedTypes: ["selection"],
    extractProps: ({ options }) => ({ iconOnly: Boolean(options.icon_only) }),
};

registry.category("fields").add("dso_action_type", actionType);
