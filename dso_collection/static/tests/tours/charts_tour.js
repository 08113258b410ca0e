import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("dso_collection_charts", {
    steps: () => [
        {
            content: "Search for a customer in the list",
            trigger: ".o_searchview_input",
            run: "fill Azure",
        },
        {
            trigger: ".o_searchview_autocomplete .dropdown-item:contains('Customer')",
            run: "click",
        },
        { trigger: ".o_dso_agenda:not(:has(tr:contains('Ready Mat')))" },
        {
            content: "The charts take the search along",
            trigger: ".o_dso_tabs [data-tab='charts']",
            run: "click",
        },
        { trigger: ".o_dso_tabs [data-tab='charts'].active" },
        { trigger: ".o_searchview_facet:contains('Azure')" },
        {
            content: "Actions are counted in whole numbers",
            trigger: ".o_graph_view canvas",
            run: ({ anchor }) => {
                const labels = window.Chart.getChart(anchor).scales.y.ticks.map((tick) => tick.label);
                if (!labels.length || labels.some((label) => !/^\d+$/.test(label))) {
                    throw new Error(`The axis shows ${labels.join(", ")}`);
                }
            },
        },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        {
            content: "Two actions of Azure are to do, those of others are not counted",
            trigger: ".o_pivot_cell_value:contains(/^2/)",
            run: "click",
        },
        {
            content: "The number leads to the actions behind it",
            trigger: ".o_list_view tr.o_data_row:contains('Azure Interior')",
        },
        { trigger: ".o_list_view tr.o_data_row:contains('Azure Exterior')" },
        { trigger: ".o_list_view:not(:has(tr:contains('Ready Mat')))" },
        { trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        {
            content: "And back to the first tab, still with the search",
            trigger: ".o_dso_tabs [data-tab='manual']",
            run: "click",
        },
        { trigger: ".o_dso_tabs [data-tab='manual'].active" },
        { trigger: ".o_searchview_facet:contains('Azure')" },
        { trigger: ".o_dso_agenda tr:contains('Azure Interior')" },
    ],
});

registry.category("web_tour.tours").add("dso_collection_charts_currencies", {
    steps: () => [
        { trigger: ".o_graph_view canvas" },
        { trigger: ".o_graph_view button:contains('Measures')", run: "click" },
        { trigger: ".dropdown-item:contains('Amount to Collect')", run: "click" },
        {
            content: "Actions are counted: there is no amount of two currencies",
            trigger: ".o_graph_view .alert:contains('several currencies')",
        },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot_view button:contains('Measures')", run: "click" },
        { trigger: ".dropdown-item:contains('Amount to Collect')", run: "click" },
        { trigger: ".o_pivot thead:contains('Amount to Collect')" },
        {
            content: "The total stays empty, rows of one currency have their amount",
            trigger:
                ".o_pivot tbody tr:contains('Total'):not(:contains('$')):not(:contains('€'))",
        },
        { trigger: ".o_pivot tbody td:contains('$')" },
    ],
});
