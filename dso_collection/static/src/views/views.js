import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { OrphanBanner } from "../orphans/orphan_banner";
import { PasteSearchBar } from "../paste/paste_search_bar";
import { QuickPromise } from "../qualify/quick_promise";
import { NamedListRenderer } from "./list_renderer";

/** Lists and cards that can be searched by values copied from a spreadsheet. */
export class PasteListController extends ListController {
    static components = { ...ListController.components, SearchBar: PasteSearchBar };
}

export class PasteKanbanController extends KanbanController {
    static components = { ...KanbanController.components, SearchBar: PasteSearchBar };
}

/** The same with the banner of customer accounts that nobody collects. */
export class CustomerListController extends PasteListController {
    static template = "dso_collection.ListView";
    static components = { ...PasteListController.components, OrphanBanner };
}

export class CustomerKanbanController extends PasteKanbanController {
    static template = "dso_collection.KanbanView";
    static components = { ...PasteKanbanController.components, OrphanBanner };
}

/** Open items, of which several are promised at once. */
export class ItemListController extends PasteListController {
    static template = "dso_collection.ItemListView";
    static components = { ...PasteListController.components, QuickPromise };

    setup() {
        super.setup();
        const resModel = this.props.resModel;
        this.getTarget = async () => ({
            resModel,
            resIds: await this.model.root.getResIds(true),
        });
        this.reload = () => this.model.load();
        onWillStart(async () => {
            this.isCollector = await user.hasGroup("dso_collection.group_dso_collector");
        });
    }
}

const views = registry.category("views");
const namedListView = { ...listView, Renderer: NamedListRenderer };
for (const [name, view, Controller] of [
    ["dso_paste_list", namedListView, PasteListController],
    ["dso_paste_kanban", kanbanView, PasteKanbanController],
    ["dso_items_list", namedListView, ItemListController],
    ["dso_customer_list", namedListView, CustomerListController],
    ["dso_customer_kanban", kanbanView, CustomerKanbanController],
]) {
    views.add(name, { ...view, Controller });
}
