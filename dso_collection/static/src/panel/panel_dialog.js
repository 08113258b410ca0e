import { Component, useEffect, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { ActionPanel } from "./panel";

/** The panel where there is no room beside the list. */
export class ActionPanelDialog extends Component {
    static template = "dso_collection.ActionPanelDialog";
    static components = { ActionPanel, Dialog };
    static props = { panel: Object, close: Function };

    setup() {
        this.panel = useState(this.props.panel);
        this.env.dialogData.dismiss = () => this.panel.keep();
        useEffect(
            (resId) => {
                if (!resId) {
                    this.props.close();
                }
            },
            () => [this.panel.resId]
        );
    }
}
