import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Star of the leader invoice. Unlike a favorite it is no button: the engine gives it.
 */
export class Star extends Component {
    static template = "dso_collection.Star";
    static props = { ...standardFieldProps };
}

export const star = {
    component: Star,
    supportedTypes: ["boolean"],
};

registry.category("fields").add("dso_star", star);
