import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";
import { AgendaTabs, agendaSearch } from "../agenda/agenda";

/** Amounts of several currencies are not added: their actions are counted instead. */
export class AgendaGraphModel extends graphView.Model {
    async _loadDataPoints(metaData) {
        const loaded = await super._loadDataPoints(metaData);
        const [points, currencies] = loaded;
        // The server gives no sum of several currencies; one axis cannot show two of them either.
        this.isMixed = currencies.size > 1 || points.some(({ value }) => value === false);
        if (!this.isMixed) {
            return loaded;
        }
        Object.assign(metaData, { measure: "__count", allIntegers: true });
        return super._loadDataPoints(metaData);
    }
}

/** Counts are whole numbers; core writes the axis of every measure with decimals. */
export class AgendaGraphRenderer extends graphView.Renderer {
    getScaleOptions() {
        const options = super.getScaleOptions();
        if (options.y && this.model.metaData.measure === "__count") {
            const callback = (value) => this.formatValue(value);
            Object.assign(options.y.ticks, { precision: 0, callback });
        }
        return options;
    }
}

/** A cell of several currencies stays empty, without Odoo's conversion. */
export class AgendaPivotModel extends pivotView.Model {
    _getCurrencyIds(group, config) {
        const currencies = super._getCurrencyIds(group, config);
        return Object.fromEntries(
            Object.entries(currencies).map(([name, ids]) => [name, ids.length > 1 ? [] : ids])
        );
    }
}

export class AgendaGraphController extends GraphController {
    static template = "dso_collection.AgendaGraphView";
    static components = { ...GraphController.components, AgendaTabs };
}

export class AgendaPivotController extends PivotController {
    static template = "dso_collection.AgendaPivotView";
    static components = { ...PivotController.components, AgendaTabs };
}

const views = registry.category("views");
for (const [name, view, parts] of [
    [
        "dso_agenda_graph",
        graphView,
        {
            Controller: AgendaGraphController,
            Model: AgendaGraphModel,
            Renderer: AgendaGraphRenderer,
        },
    ],
    [
        "dso_agenda_pivot",
        pivotView,
        { Controller: AgendaPivotController, Model: AgendaPivotModel },
    ],
]) {
    views.add(name, { ...view, ...parts, SearchModel: agendaSearch(view.SearchModel) });
}
