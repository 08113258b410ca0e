import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const row = (name) => `.o_dso_agenda .o_data_row:contains('${name}')`;
const NO_DIALOG = "body:not(:has(.modal))";
const APPLY = { trigger: ".modal button[name='action_apply']", run: "click" };

const chooseOutcome = (label) => ({
    trigger: `.modal .o_field_widget[name='dispute_outcome'] .o_radio_item:contains('${label}') input`,
    run: "click",
});

registry.category("web_tour.tours").add("dso_collection_dispute", {
    steps: () => [
        ...openApp(),
        {
            content: "The follow-up of the dispute is on the agenda; its panel asks for the outcome",
            trigger: `${row("Azure Interior")}:contains('Resolve the dispute') td[name='customer_id']`,
            run: "click",
        },
        { trigger: ".o_dso_panel:not(:has(.o_dso_do_complete)) .o_dso_do_settle", run: "click" },
        {
            content: "It is still open: somebody looks at it again in three days",
            ...chooseOutcome("Still open"),
        },
        { trigger: ".modal .o_field_widget[name='date'] input", run: "edit +3d && press Tab" },
        { trigger: ".modal .o_field_widget[name='note'] textarea", run: "edit Sales asks the driver" },
        APPLY,
        { trigger: `${NO_DIALOG} ${row("Azure Interior")}:contains('In 3 days')` },
        {
            content: "The list of disputes tells where it stands",
            trigger: "button[data-menu-xmlid='dso_collection.menu_items']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='dso_collection.menu_disputes']",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Azure Interior'):contains('Price') td[name='customer_id']",
            run: "click",
        },
        { trigger: ".o_form_view button[name='action_open_settle']", run: "click" },
        {
            content: "It was due after all",
            ...chooseOutcome("due as invoiced"),
        },
        APPLY,
        { trigger: `${NO_DIALOG} .o_arrow_button_current:contains('Resolved')` },
        { trigger: ".o_field_widget[name='outcome']:contains('Due as invoiced')" },
    ],
});
