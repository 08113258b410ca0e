import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const start = () => [
    { trigger: "button[data-menu-xmlid='dso_collection.menu_configuration']", run: "click" },
    {
        trigger: ".dropdown-item[data-menu-xmlid='dso_collection.menu_start']",
        run: "click",
    },
];

const BANNER = ".o_dso_sending_paused:contains('Bank is late')";

registry.category("web_tour.tours").add("dso_collection_pause", {
    steps: () => [
        ...openApp(),
        { trigger: "body:not(:has(.o_dso_sending))" },
        ...start(),
        { trigger: ".modal button[name='action_pause']", run: "click" },
        {
            content: "A pause has a reason",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Bank is late",
        },
        { trigger: ".modal button[name='action_apply']", run: "click" },
        {
            content: "The list says that nothing is sent, without being loaded anew",
            trigger: `${BANNER}:contains('Mona Manager')`,
        },
        { trigger: ".o_dso_tabs [data-tab='charts']", run: "click" },
        { trigger: ".o_graph_view" },
        { content: "So do charts", trigger: BANNER },
        { trigger: ".o_menu_sections [data-menu-xmlid='dso_collection.menu_customers']", run: "click" },
        { trigger: ".o_data_row:contains('Ready Mat') td[name='partner_id']", run: "click" },
        { trigger: ".o_form_view" },
        { content: "And forms", trigger: BANNER },
        { content: "Resume", trigger: `${BANNER} button`, run: "click" },
        { trigger: ".modal .o_field_widget[name='pause_ids'] tr:contains('Bank is late')" },
        { trigger: ".modal button[name='action_resume']", run: "click" },
        { trigger: "body:not(:has(.o_dso_sending))" },
    ],
});

registry.category("web_tour.tours").add("dso_collection_pause_seen", {
    steps: () => [
        ...openApp(),
        {
            content: "A calm line as long as collection has not been started",
            trigger: ".o_dso_sending_idle:contains('has not been started'):not(:has(button))",
        },
    ],
});
