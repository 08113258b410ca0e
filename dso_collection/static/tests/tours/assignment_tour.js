import { registry } from "@web/core/registry";
import { openRules } from "./tour_steps";

const RULE = ".o_data_row:contains('Large customers')";

registry.category("web_tour.tours").add("dso_collection_assignment", {
    steps: () => [
        ...openRules(),
        {
            content: "The tab of the collectors is open",
            trigger: ".o_dso_tabs .nav-link.active[data-tab='collector']",
        },
        {
            content: "Create a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='name'] input",
            run: "edit Large customers",
        },
        {
            trigger: ".o_field_widget[name='collector_id'] input",
            run: "edit Camille",
        },
        {
            trigger: ".ui-autocomplete a:contains('Camille')",
            run: "click",
        },
        {
            content: "Take the criteria from a saved search",
            trigger: ".o_field_widget[name='filter_id'] input",
            run: "edit Over a thousand",
        },
        {
            trigger: ".ui-autocomplete a:contains('Over a thousand')",
            run: "click",
        },
        {
            content: "The domain editor shows them with the number of matches",
            trigger: ".o_field_widget[name='domain']:contains('1 record')",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Back in the list by the tab of the scenarios, which has no rule",
            trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
        {
            trigger: ".o_back_button, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: `${RULE}`,
        },
        {
            trigger: ".o_dso_tabs .nav-link[data-tab='scenario']",
            run: "click",
        },
        {
            trigger: ".o_dso_tabs .nav-link.active[data-tab='scenario']",
        },
        {
            trigger: ".o_nocontent_help:contains('Create a rule that gives a scenario')",
        },
        {
            trigger: ".o_dso_tabs .nav-link[data-tab='default']",
            run: "click",
        },
        {
            content: "Set the default collector beside the rules",
            trigger: ".o_field_widget[name='collector_id'] input",
            run: "edit Dominique",
        },
        {
            trigger: ".ui-autocomplete a:contains('Dominique')",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_status_indicator_buttons.invisible, .o_form_saved",
        },
        {
            trigger: ".o_dso_tabs .nav-link[data-tab='collector']",
            run: "click",
        },
        {
            content: "Run the rule",
            trigger: `${RULE} button[name='action_run']`,
            run: "click",
        },
        {
            content: "The preview tells before and after",
            trigger:
                ".modal .o_field_widget[name='line_ids'] .o_data_row:contains('Azure Interior'):contains('Dominique'):contains('Camille')",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "It tells how many were written",
            trigger: ".modal .alert-success:contains('1 changes were written')",
        },
        {
            trigger: ".modal-footer .btn:contains('Close')",
            run: "click",
        },
        {
            content: "The list counts the changes",
            trigger: `body:not(:has(.modal)) ${RULE} td[name='last_count']:contains('1')`,
        },
    ],
});
