import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const row = (text) => `.o_dso_agenda tr.o_data_row:contains('${text}')`;
const gone = (text) => ({ trigger: `.o_dso_agenda:not(:has(tr:contains('${text}')))` });
const inRow = (text, title) => ({
    trigger: `${row(text)} button[title='${title}'], ${row(text)} button[data-tooltip='${title}']`,
    run: "click",
});
const tick = (text) => ({
    trigger: `${row(text)} .o_list_record_selector input`,
    run: "click",
});
const waiting = (count) => ({
    trigger: `.o_dso_tabs [data-tab='replies'].active .o_dso_count:contains('${count}')`,
});

registry.category("web_tour.tours").add("dso_collection_replies", {
    steps: () => [
        ...openApp(),
        {
            content: "The tab tells from afar how many replies wait",
            trigger: ".o_dso_tabs [data-tab='replies'] .o_dso_count:contains('7')",
        },
        { trigger: ".o_dso_tabs [data-tab='replies']", run: "click" },
        { trigger: ".o_searchview_facet:contains('My Replies')" },
        { trigger: ".o_searchview_facet:contains('Waiting')" },
        waiting(7),
        {
            content: "The list shows what was written, without the quoted reminder",
            trigger: `${row("validate me")}:not(:contains('quoted reminder'))`,
        },
        { content: "Validate one", ...inRow("validate me", "Validate") },
        gone("validate me"),
        waiting(6),
        { content: "Discard one with a reason", ...inRow("discard me", "Discard") },
        { trigger: ".modal [name='reason'] input", run: "edit Sent twice" },
        { trigger: ".modal footer button[name='action_apply']", run: "click" },
        gone("discard me"),
        { content: "Plan a call", ...inRow("call me", "Plan a follow-up") },
        { trigger: ".modal [name='date'] input", run: "edit +3d" },
        { trigger: ".modal [name='note'] textarea", run: "edit Ask for Eve" },
        { trigger: ".modal footer button[name='action_apply']", run: "click" },
        gone("call me"),
        { content: "Answer in the composer", ...inRow("answer me", "Answer") },
        {
            trigger: ".modal .o_mail_composer_form_view, .modal [name='body'] .odoo-editor-editable",
        },
        {
            trigger: ".modal [name='body'] .odoo-editor-editable",
            run: "editor Thank you",
        },
        { trigger: ".modal button[name='action_send_mail']", run: "click" },
        gone("answer me"),
        waiting(3),
        {
            content: "Assign what fits no account",
            trigger: ".o_searchview_input",
            run: "click",
        },
        ...[inRow("whose am I", "Assign to a customer account")],
        { trigger: ".modal [name='customer_id'] input", run: "edit Azure" },
        { trigger: ".dropdown-item:contains('Azure')", run: "click" },
        { trigger: ".modal footer button[name='action_apply']", run: "click" },
        { trigger: `${row("whose am I")}:contains('Azure')` },
        { content: "Two at once", ...tick("first of two") },
        tick("second of two"),
        { trigger: ".o_control_panel button[name='action_validate']", run: "click" },
        gone("of two"),
        waiting(1),
        {
            content: "Back to the actions, whose search is their own",
            trigger: ".o_dso_tabs [data-tab='manual']",
            run: "click",
        },
        { trigger: ".o_dso_tabs [data-tab='manual'].active" },
        { trigger: ".o_searchview:not(:contains('Waiting'))" },
        {
            content: "The browser leads back",
            trigger: ".o_dso_tabs",
            run: () => history.back(),
        },
        { trigger: ".o_dso_tabs [data-tab='replies'].active" },
        { content: "Open the one that is left", trigger: `${row("whose am I")} td[name='excerpt']`, run: "click" },
        { trigger: ".o_form_view:contains('whose am I')" },
        { trigger: ".o_form_view button[name='action_validate']", run: "click" },
        { trigger: ".o_form_view .o_arrow_button_current:contains('Validated')" },
        { trigger: ".o_form_view button[name='action_open_customer']", run: "click" },
        {
            content: "The account counts its replies",
            trigger: ".o_form_view button[name='action_open_replies']:contains('7')",
        },
    ],
});
