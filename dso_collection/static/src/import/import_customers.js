import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { ImportRecords } from "@base_import/import_records/import_records";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";

/** Odoo offers an import where people create records; customer accounts are born by themselves. */
export class ImportCustomers extends ImportRecords {}

const item = {
    Component: ImportCustomers,
    groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
    isDisplayed: ({ config, isSmall, searchModel }) =>
        !isSmall &&
        config.actionType === "ir.actions.act_window" &&
        ["kanban", "list"].includes(config.viewType) &&
        searchModel.resModel === "dso.customer" &&
        user.hasGroup("dso_collection.group_dso_collector"),
};

registry.category("cogMenu").add("dso_import_customers", item, { sequence: 1 });
