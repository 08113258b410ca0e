import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/**
 * A row of tabs, which may show how many records stand behind them.
 *
 * A tab is { name, label, counters: { open, red }, countTitle }; counters and what they count are
 * optional.
 */
export class Tabs extends Component {
    static template = "dso_collection.Tabs";
    static props = { tabs: Array, active: String, open: Function };

    setup() {
        this.root = useRef("root");
        // On a phone not all tabs fit: the active one is in sight all the same.
        useEffect(
            () => {
                this.root.el
                    .querySelector(".active")
                    ?.scrollIntoView({ block: "nearest", inline: "center" });
            },
            () => [this.props.active, this.props.tabs.some((tab) => tab.counters)]
        );
    }
}

/**
 * Tabs of Search & Assign: one window action each, so that each has an address of its own.
 */
export class AssignmentTabs extends Component {
    static template = "dso_collection.AssignmentTabs";
    static components = { Tabs };
    static props = { active: { type: String } };

    setup() {
        this.action = useService("action");
        onWillStart(async () => {
            this.maySetDefaults = await user.hasGroup("dso_collection.group_dso_manager");
        });
    }

    get tabs() {
        return [
            { name: "collector", label: _t("Collectors") },
            { name: "scenario", label: _t("Scenarios") },
            { name: "group", label: _t("Groups") },
            ...(this.maySetDefaults ? [{ name: "default", label: _t("By default") }] : []),
        ];
    }

    open(name) {
        const xmlId = `dso_collection.dso_assignment_${name}_action`;
        return this.action.doAction(xmlId, { clearBreadcrumbs: true });
    }
}

export class AssignmentListController extends ListController {
    static template = "dso_collection.AssignmentListView";
    static components = { ...ListController.components, AssignmentTabs };

    get activeTab() {
        return this.props.context.default_kind || "collector";
    }
}

export class AssignmentFormController extends FormController {
    static template = "dso_collection.AssignmentFormView";
    static components = { ...FormController.components, AssignmentTabs };
}

registry
    .category("views")
    .add("dso_assignment_list", { ...listView, Controller: AssignmentListController })
    .add("dso_assignment_form", { ...formView, Controller: AssignmentFormController });
