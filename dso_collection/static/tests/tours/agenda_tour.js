import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

registry.category("web_tour.tours").add("dso_collection_agenda_mine", {
    steps: () => [
        ...openApp(),
        {
            content: "A collector begins with his own actions",
            trigger: ".o_searchview_facet:contains('My Actions')",
        },
        { trigger: ".o_dso_agenda tr:contains('Ready Mat')" },
    ],
});

registry.category("web_tour.tours").add("dso_collection_agenda_tabs", {
    steps: () => [
        ...openApp(),
        {
            content: "A manager begins with everybody's actions",
            trigger: ".o_dso_agenda tr:contains('Ready Mat')",
        },
        { trigger: ".o_searchview:not(:has(.o_searchview_facet))" },
        {
            content: "Manual actions are counted, and the late ones in red",
            trigger:
                ".o_dso_tabs [data-tab='manual'].active:has(.o_dso_count:contains('2')):has(.o_dso_count_red:contains('2'))",
        },
        { trigger: ".o_dso_tabs [data-tab='automatic'] .o_dso_count:contains('1')" },
        {
            content: "Search for a customer",
            trigger: ".o_searchview_input",
            run: "fill Azure",
        },
        {
            trigger: ".o_searchview_autocomplete .dropdown-item:contains('Customer')",
            run: "click",
        },
        {
            content: "The counters follow the search",
            trigger: ".o_dso_tabs [data-tab='manual'] .o_dso_count:contains('1')",
        },
        { trigger: ".o_dso_agenda:not(:has(tr:contains('Ready Mat')))" },
        {
            content: "Keep it as a favourite",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        { trigger: ".o_add_favorite", run: "click" },
        {
            trigger: ".o_favorite_menu input[type='text'], .o_accordion_values input[type='text']",
            run: "edit Azure",
        },
        { trigger: ".o_save_favorite", run: "click" },
        { trigger: ".o_searchview_facet:contains('Azure')" },
        {
            content: "Go to the automatic actions: the search goes along",
            trigger: ".o_dso_tabs [data-tab='automatic']",
            run: "click",
        },
        { trigger: ".o_dso_tabs [data-tab='automatic'].active" },
        { trigger: ".o_searchview_facet:contains('Azure')" },
        { trigger: ".o_dso_agenda tr:contains('Azure Exterior')" },
        {
            content: "And to the history",
            trigger: ".o_dso_tabs [data-tab='history']",
            run: "click",
        },
        { trigger: ".o_dso_tabs [data-tab='history'].active" },
        { trigger: ".o_searchview_facet:contains('Azure')" },
        {
            content: "The browser's back button leads to the tab before",
            trigger: ".o_dso_tabs",
            run: () => history.back(),
        },
        { trigger: ".o_dso_tabs [data-tab='automatic'].active" },
        { trigger: ".o_dso_agenda tr:contains('Azure Exterior')" },
    ],
});
