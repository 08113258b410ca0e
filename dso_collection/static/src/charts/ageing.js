import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";

/** Colours of age, those of the ageing bar (dso_collection.scss), and one for what is credit. */
const COLORS = {
    "0_not_due": "#3f9d5b",
    "1_30": "#f3c94a",
    "31_60": "#f39b3b",
    "61_90": "#e2662c",
    91: "#b3261e",
    "0_credit": "#8a8f98",
};

/** No line over the bars: collectors, scenarios and countries are no series. */
export class AgeingGraphModel extends graphView.Model {
    _getLineOverlayDataset() {
        return null;
    }
}

export class AgeingGraphRenderer extends graphView.Renderer {
    getBarChartData() {
        const data = super.getBarChartData();
        const ages = this.model.metaData.fields.bucket.selection;
        const colors = new Map(ages.map(([age, label]) => [label, COLORS[age]]));
        for (const dataset of data.datasets) {
            dataset.backgroundColor = colors.get(dataset.label) || dataset.backgroundColor;
        }
        return data;
    }
}

registry.category("views").add("dso_ageing_graph", {
    ...graphView,
    Model: AgeingGraphModel,
    Renderer: AgeingGraphRenderer,
});
