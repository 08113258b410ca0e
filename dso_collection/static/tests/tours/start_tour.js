import { registry } from "@web/core/registry";

const AGE = (label) => `.modal .o_field_widget[name='age_ids'] .o_data_row:contains('${label}')`;

registry.category("web_tour.tours").add("dso_collection_start", {
    steps: () => [
        {
            content: "The dialog tells what collection begins with",
            trigger: `${AGE("Over 180 days")}:contains('To review')`,
        },
        {
            trigger: ".modal .o_field_widget[name='line_ids'] .o_data_row:contains('Reminder call')",
        },
        {
            content: "Young invoices are to be confirmed, too",
            trigger: `${AGE("1–30 days")} td[name='decision']`,
            run: "click",
        },
        {
            trigger: `${AGE("1–30 days")} td[name='decision'] .o_select_menu_toggler, ${AGE("1–30 days")} td[name='decision'] input`,
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('With confirmation')",
            run: "click",
        },
        {
            content: "Start",
            trigger: ".modal button[name='action_start']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

const CARD = (label) => `.modal .o_field_widget[name='age_ids'] .o_kanban_record:contains('${label}')`;

registry.category("web_tour.tours").add("dso_collection_start_phone", {
    steps: () => [
        {
            content: "Each age is a card; a tap changes what becomes of it",
            trigger: `${CARD("Over 180 days")}:contains('To review')`,
            run: "click",
        },
        {
            trigger: ".modal .o_form_view [name='decision'] .o_radio_item:contains('With confirmation') input",
            run: "click",
        },
        {
            trigger: ".modal:has([name='decision']) .o_form_button_save",
            run: "click",
        },
        {
            trigger: `${CARD("Over 180 days")}:contains('With confirmation')`,
        },
        {
            content: "Start",
            trigger: ".modal button[name='action_start']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("dso_collection_review", {
    steps: () => [
        {
            content: "What is to review stands in a list",
            trigger: ".o_data_row:contains('Ancient Debtor') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: "button[name='action_release']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_data_row:contains('Ancient Debtor')))",
        },
    ],
});

registry.category("web_tour.tours").add("dso_collection_trial", {
    steps: () => [
        {
            trigger: ".o_form_view .o_field_widget[name='minimum_amount'] input, .o_notebook_headers a[name='rules']",
        },
        {
            trigger: ".o_notebook_headers a[name='rules']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='minimum_amount'] input",
            run: "edit 90000",
        },
        {
            content: "What would change is told before anything is saved",
            trigger: ".o_dso_scenario_trial",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:contains('Ancient Debtor'):contains('Below the minimum')",
        },
        {
            trigger: ".modal-footer .btn:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_button_cancel:visible",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(.o_form_button_save:visible))",
        },
    ],
});
