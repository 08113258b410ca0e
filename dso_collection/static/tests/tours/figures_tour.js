import { registry } from "@web/core/registry";

const open = (menu) => [
    { trigger: "button[data-menu-xmlid='dso_collection.menu_reporting']", run: "click" },
    { trigger: `.dropdown-item[data-menu-xmlid='dso_collection.${menu}']`, run: "click" },
];

/** From the ageing to the customer behind it and back, then the trend and the figures. */
registry.category("web_tour.tours").add("dso_collection_figures", {
    steps: () => [
        { content: "Ageing is drawn", trigger: ".o_graph_view canvas" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        {
            content: "Open the customer behind an amount",
            trigger: ".o_data_row:contains('Azure Interior') .o_data_cell[name=amount]",
            run: "click",
        },
        { trigger: ".o_form_view .o_breadcrumb:contains('Azure Interior')" },
        { trigger: ".o_breadcrumb .breadcrumb-item a:contains('Ageing')", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('Azure Interior')" },
        ...open("menu_overdue_trend"),
        { content: "The trend is drawn", trigger: ".o_graph_view canvas" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_data_row" },
        ...open("menu_figures"),
        {
            content: "The newest figures stand above the chart",
            trigger: ".o_dso_figures [data-name=dso] dd:contains('days')",
        },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_data_row .o_data_cell[name=dso]" },
    ],
});
