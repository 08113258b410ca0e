import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

registry.category("web_tour.tours").add("dso_collection_substitute", {
    steps: () => [
        ...openApp(),
        {
            content: "What a collector does for a colleague who is away stands among his own",
            trigger: ".o_searchview_facet:contains('My Actions')",
        },
        {
            content: "It says for whom",
            trigger: ".o_dso_agenda tr:contains('Ready Mat') td[name='absent_id'][data-tooltip='Carl Collector'] img",
        },
        {
            trigger: ".o_dso_agenda tr:contains('Ready Mat') td[name='customer_id']",
            run: "click",
        },
        { trigger: ".o_dso_panel .o_dso_absent:contains('For Carl Collector')" },
        {
            content: "Do it",
            trigger: ".o_dso_panel .o_dso_do_complete",
            run: "click",
        },
        {
            content: "What follows is the same collector's, and stands there too",
            trigger: ".o_dso_agenda tr:contains('Ready Mat'):contains('Decide')",
        },
    ],
});

registry.category("web_tour.tours").add("dso_collection_substitute_enter", {
    steps: () => [
        {
            content: "The columns of the load tell who is away",
            trigger:
                ".o_kanban_group:has(.o_column_title:contains('Carl Collector')) .o_dso_away:contains('Sue Stand-in')",
        },
        ...openApp(),
        { trigger: "button[data-menu-xmlid='dso_collection.menu_agenda']", run: "click" },
        {
            trigger: ".dropdown-item[data-menu-xmlid='dso_collection.menu_substitutes']",
            run: "click",
        },
        { trigger: ".o_list_view tr:contains('Carl Collector'):contains('Sue Stand-in')" },
        { content: "Enter another absence", trigger: ".o_list_button_add", run: "click" },
        {
            trigger: ".o_field_widget[name='substitute_id'] input",
            run: "edit Sue",
        },
        { trigger: ".dropdown-item:contains('Sue Stand-in')", run: "click" },
        {
            trigger: ".o_field_widget[name='date_until'] input, .o_field_widget[name='date_until'] button",
            run: "click",
        },
        { trigger: ".o_date_item_cell.o_today", run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
    ],
});
