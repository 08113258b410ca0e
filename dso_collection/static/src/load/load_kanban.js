import { onWillStart, useEnv, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { KanbanHeader } from "@web/views/kanban/kanban_header";
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

/** Says above a column that its collector is away, and who does the work. */
export class LoadHeader extends KanbanHeader {
    static template = "dso_collection.LoadHeader";

    setup() {
        super.setup();
        this.away = useEnv().dsoAway;
    }

    get absence() {
        return this.props.list.groupByField.name === "collector_id" && this.away[this.group.value];
    }
}

export class LoadRenderer extends KanbanRenderer {
    static components = { ...KanbanRenderer.components, KanbanHeader: LoadHeader };

    setup() {
        super.setup();
        const orm = useService("orm");
        const dsoAway = {};
        useSubEnv({ dsoAway });
        onWillStart(async () => {
            const [mayCollect, away] = await Promise.all([
                user.hasGroup("dso_collection.group_dso_collector"),
                orm.call("dso.substitute", "get_away", []),
            ]);
            this.mayCollect = mayCollect;
            Object.assign(dsoAway, away);
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
