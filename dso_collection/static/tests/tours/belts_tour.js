import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

registry.category("web_tour.tours").add("dso_collection_belts", {
    steps: () => [
        ...openApp(),
        { trigger: ".o_dso_tabs [data-tab=automatic]", run: "click" },
        {
            content: "The bar tells what goes today and what waits",
            trigger: ".o_dso_sending_bar[data-waiting='2']:contains('0 of at most 1')",
        },
        {
            content: "List what waits",
            trigger: ".o_dso_sending_bar .o_dso_show_waiting",
            run: "click",
        },
        { trigger: ".o_searchview_facet:contains('Waits for Another Day')" },
        { trigger: ".o_pager_value:contains('1-2')" },
        {
            content: "Let it out",
            trigger: ".o_dso_sending_bar .o_dso_release",
            run: "click",
        },
        {
            content: "Not without being asked",
            trigger: ".modal .btn-primary:contains('Release')",
            run: "click",
        },
        { trigger: ".o_dso_sending_bar[data-waiting='0']:contains('0 of at most 3')" },
    ],
});

registry.category("web_tour.tours").add("dso_collection_completeness", {
    steps: () => [
        ...openApp(),
        { trigger: "button[data-menu-xmlid='dso_collection.menu_reporting']", run: "click" },
        { trigger: ".dropdown-item[data-menu-xmlid='dso_collection.menu_coverage']", run: "click" },
        {
            content: "Opening the page proves today",
            trigger: ".o_data_row:first td[name=planned]",
            run: "click",
        },
        { trigger: ".o_form_view .alert-success:contains('together they are the ledger')" },
        {
            content: "The customers of a state",
            trigger: ".o_form_view [name=planned_count]:contains('3')",
        },
        {
            trigger: ".o_form_view button[name=action_open_state]:contains('Show')",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('Azure Interior')" },
        { trigger: ".o_pager_value:contains('1-3')" },
    ],
});
