import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

class LoadGroupList extends RelationalModel.DynamicGroupList {
    /** A card that is dropped on another collector is given to him, with what that checks. */
    async moveRecord(dataRecordId, dataGroupId, refId, targetGroupId) {
        if (dataGroupId === targetGroupId) {
            return;
        }
        const find = (id) => this.groups.find((group) => group.id === id);
        const { resId } = find(dataGroupId).list.records.find(({ id }) => id === dataRecordId);
        await this.model.orm.call("dso.action", "action_give", [
            [resId],
            find(targetGroupId).value,
        ]);
        await this.model.load();
    }
}

export class LoadModel extends RelationalModel {
    static DynamicGroupList = LoadGroupList;
}

export class LoadRenderer extends KanbanRenderer {
    setup() {
        super.setup();
        onWillStart(async () => {
            this.mayCollect = await user.hasGroup("dso_collection.group_dso_collector");
        });
    }

    /** What is nobody's comes first, as everywhere; the column of none comes last. */
    getGroupsOrRecords() {
        const columns = super.getGroupsOrRecords();
        const isIdle = ({ group }) => group && !group.value && !group.count;
        return [...columns.filter((column) => !isIdle(column)), ...columns.filter(isIdle)];
    }

    // The collector is nobody's to write: giving has its own method.
    get canMoveRecords() {
        const { isGrouped, groupByField } = this.props.list;
        return this.mayCollect && isGrouped && groupByField.name === "collector_id";
    }
}

registry.category("views").add("dso_load_kanban", {
    ...kanbanView,
    Model: LoadModel,
    Renderer: LoadRenderer,
});
