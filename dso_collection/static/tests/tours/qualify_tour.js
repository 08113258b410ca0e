import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const row = (name) => `.o_dso_agenda .o_data_row:contains('${name}')`;
const panel = (name) => `.o_dso_panel:has(.o_dso_panel_title:contains('${name}'))`;
const item = (name, amount) => `${panel(name)} .o_dso_panel_items tr:contains('${amount}')`;

const openPanel = (name) => [
    { trigger: `${row(name)} td[name='customer_id']`, run: "click" },
    { trigger: `${panel(name)} .o_dso_panel_items` },
];

/** Choose a status in the dialog. */
const choose = (status) => ({
    trigger: `.modal [name='status_id'] .o_selection_badge:contains('${status}')`,
    run: "click",
});

const apply = [
    { trigger: ".modal footer button[name='action_apply']", run: "click" },
    { trigger: "body:not(:has(.modal))" },
];

registry.category("web_tour.tours").add("dso_collection_quick_promise", {
    steps: () => [
        ...openApp(),
        ...openPanel("Azure Interior"),
        {
            content: "Of two items the customer spoke of one",
            trigger: `${item("Azure Interior", "1,000.00")} input[type='checkbox']`,
            run: "click",
        },
        {
            content: "Two clicks",
            trigger: `${panel("Azure Interior")} .o_dso_quick_promise`,
            run: "click",
        },
        { trigger: ".o-dropdown--menu [data-days='7']", run: "click" },
        { trigger: ".o_notification:contains('Promise recorded'):contains('1,000.00')" },
        {
            content: "The other item leads, later: the panel has gone on",
            trigger: `${row("Azure Interior")}:contains('300.00'):has(.badge:contains('Upcoming'))`,
        },
        ...openPanel("Azure Interior"),
        {
            content: "The panel shows what is promised",
            trigger: `${item("Azure Interior", "1,000.00")}:not(:has(.o_dso_star)) .o_dso_item_status:contains('Promise to pay')`,
        },
        { trigger: `${item("Azure Interior", "300.00")}:has(.o_dso_star)` },
        {
            content: "What was recorded by mistake is taken back",
            trigger: `${item("Azure Interior", "300.00")} input[type='checkbox']`,
            run: "click",
        },
        { trigger: `${panel("Azure Interior")} .o_dso_quick_promise`, run: "click" },
        { trigger: ".o-dropdown--menu [data-days='14']", run: "click" },
        {
            trigger:
                ".o_notification:contains('Promise recorded'):contains('300.00') button:contains('Undo')",
            run: "click",
        },
        {
            trigger: `${row("Azure Interior")}:contains('Reminder call')`,
        },
    ],
});

registry.category("web_tour.tours").add("dso_collection_qualify_dispute", {
    steps: () => [
        ...openApp(),
        ...openPanel("Ready Mat"),
        { trigger: `${panel("Ready Mat")} .o_dso_qualify_button`, run: "click" },
        {
            content: "What is overdue is proposed",
            trigger: ".modal [name='line_ids'] .o_data_row:contains('1,000.00')",
        },
        choose("Dispute"),
        { trigger: ".modal [name='reason_id'] label:contains('Price')", run: "click" },
        { trigger: ".modal [name='department'] input:value('Sales')" },
        { trigger: ".modal [name='comment'] textarea", run: "edit We agreed on less" },
        ...apply,
        {
            content: "The reminder has gone; the follow-up stands on the agenda",
            trigger: `${row("Ready Mat")}:contains('Resolve the dispute')`,
        },
        { trigger: `.o_dso_agenda:not(:has(.o_data_row:contains('Ready Mat'):contains('Reminder call')))` },
        ...openPanel("Ready Mat"),
        { trigger: `${item("Ready Mat", "1,000.00")} .o_dso_item_status:contains('Price')` },
        { trigger: ".o_dso_do_settle", run: "click" },
        { trigger: ".modal [name='dispute_outcome'] input[data-value='due']", run: "click" },
        { trigger: ".modal [name='note'] textarea", run: "edit The price is right" },
        ...apply,
        {
            content: "The item is chased again",
            trigger: `.o_dso_agenda:has(.o_data_row:contains('Ready Mat'):contains('Reminder call'))`,
        },
    ],
});

registry.category("web_tour.tours").add("dso_collection_instalments", {
    steps: () => [
        { trigger: ".o_form_view .o_dso_quick_promise", run: "click" },
        { trigger: ".o-dropdown--menu [data-days='ask']", run: "click" },
        { trigger: ".modal [name='promise_date'] input", run: "edit +7d" },
        { trigger: ".modal [name='promise_kind'] input[data-value='plan']", run: "click" },
        { trigger: ".modal [name='instalment_count'] input", run: "edit 2 && click .modal-title" },
        { trigger: ".modal [name='instalment_ids'] .o_data_row:nth-child(2):contains('500.00')" },
        {
            trigger: ".modal [name='instalment_ids'] .o_data_row:nth-child(1) td[name='amount']",
            run: "click",
        },
        {
            trigger: ".modal [name='instalment_ids'] .o_data_row:nth-child(1) td[name='amount'] input",
            run: "edit 700",
        },
        {
            trigger: ".modal [name='instalment_ids'] .o_data_row:nth-child(2) td[name='amount']",
            run: "click",
        },
        {
            trigger: ".modal [name='instalment_ids'] .o_data_row:nth-child(2) td[name='amount'] input",
            run: "edit 300",
        },
        { trigger: ".modal [name='comment'] textarea", run: "edit Agreed with Paula" },
        ...apply,
        {
            content: "The form shows the status of the item",
            trigger: ".o_form_view [name='unit_line_ids'] .o_data_row .badge:contains('Promise to pay')",
        },
    ],
});

const tick = (name) => ({
    trigger: `.o_dso_items .o_data_row:contains('${name}') .o_list_record_selector input`,
    run: "click",
});

registry.category("web_tour.tours").add("dso_collection_qualify_items", {
    steps: () => [
        { trigger: ".o_dso_items .o_data_row:contains('Ready Mat')" },
        tick("Ready Mat"),
        tick("Azure Exterior"),
        { trigger: "button.o_dso_quick_promise" },
        {
            trigger: ".o_control_panel button:contains('Qualify')",
            run: "click",
        },
        { trigger: ".modal .modal-body:contains('2 customers')" },
        choose("Document sent again"),
        { trigger: ".modal [name='then'] input[data-value='scenario']", run: "click" },
        { trigger: ".modal [name='comment'] textarea", run: "edit Copies sent" },
        ...apply,
        {
            trigger: ".o_dso_items .o_data_row:contains('Ready Mat') .badge:contains('Document sent again')",
        },
        {
            trigger: ".o_dso_items .o_data_row:contains('Azure Exterior') .badge:contains('Document sent again')",
        },
    ],
});

registry.category("web_tour.tours").add("dso_collection_qualify_phone", {
    steps: () => [
        {
            trigger: ".o_dso_card:contains('Ready Mat') .text-muted.small",
            run: "click",
        },
        {
            content: "On a phone, too, a promise takes two touches",
            trigger: `.modal ${panel("Ready Mat")} .o_dso_quick_promise`,
            run: "click",
        },
        {
            // What opens from the foot of a phone lies outside of the dialog.
            trigger: "body:has([data-days='14']) .modal .o_dso_quick_promise",
            run: () => document.querySelector("[data-days='14']").click(),
        },
        { trigger: ".o_notification:contains('Promise recorded')" },
    ],
});
