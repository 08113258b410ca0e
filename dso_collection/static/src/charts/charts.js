import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";
import { AgendaTabs, agendaSearch } from "../agenda/agenda";

export class AgendaGraphController extends GraphController {
    static template = "dso_collection.AgendaGraphView";
    static components = { ...GraphController.components, AgendaTabs };
}

export class AgendaPivotController extends PivotController {
    static template = "dso_collection.AgendaPivotView";
    static components = { ...PivotController.components, AgendaTabs };
}

const views = registry.category("views");
for (const [name, view, Controller] of [
    ["dso_agenda_graph", graphView, AgendaGraphController],
    ["dso_agenda_pivot", pivotView, AgendaPivotController],
]) {
    views.add(name, { ...view, Controller, SearchModel: agendaSearch(view.SearchModel) });
}
