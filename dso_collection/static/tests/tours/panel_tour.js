import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const row = (name) => `.o_dso_agenda .o_data_row:contains('${name}')`;
const panel = (name) => `.o_dso_panel:has(.o_dso_panel_title:contains('${name}'))`;

const press = (key, options = {}) =>
    window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...options }));

registry.category("web_tour.tours").add("dso_collection_panel_calls", {
    steps: () => [
        ...openApp(),
        {
            content: "A click on a row opens the panel beside the list",
            trigger: `${row("Azure Interior")} td[name='customer_id']`,
            run: "click",
        },
        { trigger: `.o_dso_split .o_dso_row_open:contains('Azure Interior')` },
        {
            content: "The customer is a click away from being called",
            trigger: `${panel("Azure Interior")} a.o_dso_phone[href='tel:%2B15550100']`,
        },
        { trigger: `${panel("Azure Interior")} .o_dso_item_overdue:has(.o_dso_star)` },
        {
            content: "The next row by the keyboard",
            trigger: ".o_dso_panel",
            run: () => press("ArrowDown", { altKey: true }),
        },
        {
            trigger: `${panel("Ready Mat")} .o_dso_next:disabled`,
        },
        { trigger: `.o_dso_row_open:contains('Ready Mat')` },
        {
            content: "And back",
            trigger: ".o_dso_panel",
            run: () => press("ArrowUp", { altKey: true }),
        },
        {
            content: "Nobody answered: try again tomorrow",
            trigger: `${panel("Azure Interior")} .o_dso_do_no_answer`,
            run: "click",
        },
        {
            trigger: ".o_dso_note",
            run: "edit Voice mail",
        },
        {
            trigger: ".o_dso_outcome_form .o_dso_apply",
            run: "click",
        },
        {
            content: "The panel goes on with the row that follows",
            trigger: panel("Ready Mat"),
        },
        {
            content: "The call stands on its new day",
            trigger: `${row("Azure Interior")}:contains('Tomorrow'):has(.badge:contains('Upcoming'))`,
        },
        {
            content: "A note, and it is done",
            trigger: ".o_dso_note",
            run: "edit Promised to pay on Friday",
        },
        {
            trigger: ".o_dso_panel",
            run: () => press("d", { altKey: true }),
        },
        {
            content: "Ready Mat has its next call, which is another row",
            trigger: "body:not(:has(.o_dso_row_open:contains('Ready Mat')))",
        },
        {
            content: "Skip with a reason, all by the keyboard",
            trigger: `${row("Azure Interior")} td[name='customer_id']`,
            run: "click",
        },
        {
            trigger: panel("Azure Interior"),
            run: () => press("k", { altKey: true }),
        },
        {
            trigger: ".o_dso_outcome_form input:focus",
            run: "edit Paid by cheque",
        },
        { trigger: ".o_dso_apply", run: "click" },
        {
            content: "The call has gone; what to decide after the last step has come",
            trigger: `${row("Azure Interior")}:contains('Decide'):not(:contains('Reminder call'))`,
        },
        {
            content: "Escape closes what is left",
            trigger: ".o_dso_agenda",
            run: () => press("Escape"),
        },
        { trigger: "body:not(:has(.o_dso_panel))" },
    ],
});

/** Replace the text of the step by another one. */
const writeEmail = (subject, text) => [
    { trigger: ".o_dso_email:not(:has(.o_dso_restore)) .o_dso_edit", run: "click" },
    { trigger: "input.o_dso_subject", run: `edit ${subject}` },
    {
        trigger: ".o_dso_editor .odoo-editor-editable p:contains('Please pay.')",
        run: `editor ${text}`,
    },
    { trigger: ".o_dso_keep", run: "click" },
    { trigger: ".o_dso_email .badge:contains('Edited')" },
    { trigger: `.o_dso_email_body:contains('${text}')` },
];

registry.category("web_tour.tours").add("dso_collection_panel_email", {
    steps: () => [
        ...openApp(),
        { trigger: `${row("Azure Interior")} td[name='customer_id']`, run: "click" },
        {
            content: "A note is kept when another row is clicked",
            trigger: `${panel("Azure Interior")} .o_dso_note`,
            run: "edit Ask for Paula",
        },
        { trigger: `${row("Brandon Freeman")} td[name='customer_id']`, run: "click" },
        {
            content: "The text stands there as it would leave",
            trigger: `${panel("Brandon Freeman")} .o_dso_email_body:contains('Please pay.')`,
        },
        { trigger: ".o_dso_edit", run: "click" },
        {
            content: "Who changes nothing has edited nothing",
            trigger: ".o_dso_email:has(.odoo-editor-editable p:contains('Please pay.')) .o_dso_keep",
            run: "click",
        },
        ...writeEmail("About nothing", "By mistake"),
        {
            content: "What was written by mistake is taken back",
            trigger: ".o_dso_restore",
            run: "click",
        },
        { trigger: ".o_dso_email:not(:has(.badge:contains('Edited'))):contains('Please pay.')" },
        { trigger: ".o_dso_email:not(:contains('About nothing')):not(:contains('By mistake'))" },
        ...writeEmail("About your invoice", "Just for you"),
        { trigger: ".o_dso_do_send", run: "click" },
        { trigger: ".o_notification:contains('Messages on their way: 1.')" },
        {
            content: "A note is kept when people leave the list",
            trigger: `${row("Ready Mat")} td[name='customer_id']`,
            run: "click",
        },
        { trigger: `${panel("Ready Mat")} .o_dso_note`, run: "edit In June" },
        { trigger: ".o_dso_tabs [data-tab='automatic']", run: "click" },
        {
            content: "Automatic emails are shown, and edited in the scenario alone",
            trigger: `.o_dso_tabs:has([data-tab='automatic'].active)`,
        },
        { trigger: `${row("Azure Exterior")} td[name='customer_id']`, run: "click" },
        {
            trigger: `${panel("Azure Exterior")} .o_dso_email:not(:has(.o_dso_edit)):contains('Please pay.')`,
        },
        {
            content: "Confirmed, it goes out on its date",
            trigger: ".o_dso_do_confirm",
            run: "click",
        },
        { trigger: `${row("Azure Exterior")}:has(.badge:contains('Confirmed'))` },
    ],
});

registry.category("web_tour.tours").add("dso_collection_panel_phone", {
    steps: () => [
        {
            content: "On a phone, a card opens the panel over the whole screen",
            trigger: ".o_dso_card:contains('Ready Mat') .text-muted.small",
            run: "click",
        },
        { trigger: `.modal ${panel("Ready Mat")} .o_dso_note`, run: "edit In June" },
        { trigger: ".modal-header button.oi-arrow-left, .modal-header button", run: "click" },
        {
            content: "The note is kept when the panel is closed",
            trigger: "body:not(:has(.modal)) .o_dso_card:contains('Ready Mat') .text-muted.small",
            run: "click",
        },
        { trigger: `.modal ${panel("Ready Mat")}` },
        { trigger: ".modal .o_dso_do_reschedule", run: "click" },
        { trigger: ".modal .o_dso_outcome_form button:contains('In 3 days')", run: "click" },
        { trigger: ".modal .o_dso_apply", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_dso_card_blue:contains('Ready Mat')" },
    ],
});
