import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const row = (name) => `.o_dso_agenda .o_data_row:contains('${name}')`;
const NO_DIALOG = "body:not(:has(.modal))";

const select = (name) => ({
    trigger: `${row(name)} .o_list_record_selector input`,
    run: "click",
});

const SELECT_ALL = { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" };

const header = (label) => ({
    trigger: `.o_selection_container button:contains('${label}')`,
    run: "click",
});

const APPLY = { trigger: ".modal button[name='action_apply']", run: "click" };

registry.category("web_tour.tours").add("dso_collection_mass_actions", {
    steps: () => [
        ...openApp(),
        { trigger: `${row("Ready Mat")}` },
        {
            content: "Reschedule both by days",
            ...SELECT_ALL,
        },
        header("Reschedule"),
        { trigger: ".modal .o_field_widget[name='summary']:contains('2 of 2 actions')" },
        { trigger: ".modal .o_radio_item:contains('By days') input", run: "click" },
        { trigger: ".modal .o_field_widget[name='days'] input", run: "edit 4" },
        APPLY,
        { trigger: `${NO_DIALOG} ${row("Azure Interior")}:contains('In 4 days')` },
        { trigger: `${row("Ready Mat")}:contains('In 4 days')` },
        {
            content: "Give one of them to somebody else",
            ...select("Ready Mat"),
        },
        header("Change Collector"),
        { trigger: ".modal .o_field_widget[name='collector_id'] input", run: "edit Mona" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Mona')", run: "click" },
        APPLY,
        {
            content: "It has left this agenda",
            trigger: `${NO_DIALOG}:not(:has(${row("Ready Mat")})) ${row("Azure Interior")}`,
        },
        {
            content: "Complete the other",
            ...select("Azure Interior"),
        },
        header("Complete"),
        { trigger: ".modal .o_field_widget[name='note'] textarea", run: "edit Will pay" },
        APPLY,
        { trigger: `${NO_DIALOG}:not(:has(${row("Reminder call")}))` },
        {
            content: "The emails: two can be confirmed, one cannot",
            trigger: ".o_dso_tabs [data-tab='automatic']",
            run: "click",
        },
        { trigger: ".o_dso_tabs [data-tab='automatic'].active" },
        { trigger: row("Azure Exterior") },
        SELECT_ALL,
        header("Confirm"),
        {
            trigger:
                ".modal .o_field_widget[name='summary']:contains('1 of 2 actions; left out: 1 in error')",
        },
        APPLY,
        {
            content: "What was left out is reported by row",
            trigger:
                ".modal .o_field_widget[name='report'] tr:contains('Bakery'):contains('in error')",
        },
        { trigger: ".modal-footer button:contains('Close')", run: "click" },
        { trigger: `${NO_DIALOG} ${row("Azure Exterior")}:has(.badge:contains('Confirmed'))` },
        {
            content: "What is in error says why; it is tried again",
            trigger: `${row("Bakery")}:contains('no such user') .o_list_record_selector input`,
            run: "click",
        },
        header("Retry"),
        APPLY,
        { trigger: `${NO_DIALOG} ${row("Bakery")}:not(:has(.badge:contains('In error')))` },
        {
            content: "Skip it with a reason",
            ...select("Bakery"),
        },
        header("Skip"),
        { trigger: ".modal .o_field_widget[name='reason'] input", run: "edit Paid in cash" },
        APPLY,
        { trigger: `${NO_DIALOG}:not(:has(${row("Bakery")}))` },
    ],
});
