import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";

/** The newest figures of each company, each with its formula. */
export class FigureCards extends Component {
    static template = "dso_collection.FigureCards";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({ companies: [] });
        // Not awaited: the chart does not wait for the cards.
        onWillStart(() => void this.load());
    }

    async load() {
        this.state.companies = await this.orm.silent.call("dso.figure", "get_cards", []);
    }
}

export class FigureGraphController extends GraphController {
    static template = "dso_collection.FigureGraphView";
    static components = { ...GraphController.components, FigureCards };
}

registry.category("views").add("dso_figure_graph", {
    ...graphView,
    Controller: FigureGraphController,
});
