import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Tells what the scenario in the form would change, without saving it.
 */
export class ScenarioTrial extends Component {
    static template = "dso_collection.ScenarioTrial";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async tryChanges() {
        const { record } = this.props;
        await record.isDirty(); // takes what is being typed
        if (!(await record.checkValidity({ displayNotification: true }))) {
            return;
        }
        const changes = await record.getChanges();
        const args = [[record.resId], changes];
        this.action.doAction(await this.orm.call("dso.scenario", "try_changes", args));
    }
}

export const scenarioTrial = { component: ScenarioTrial };

registry.category("view_widgets").add("dso_scenario_trial", scenarioTrial);
