import { registry } from "@web/core/registry";
import { openRules } from "./tour_steps";

const RULE = ".o_data_row:contains('One number, one group')";

registry.category("web_tour.tours").add("dso_collection_group_rule", {
    steps: () => [
        ...openRules(),
        {
            trigger: ".o_dso_tabs .nav-link[data-tab='group']",
            run: "click",
        },
        {
            trigger: ".o_dso_tabs .nav-link.active[data-tab='group']",
        },
        {
            content: "Create a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='name'] input",
            run: "edit One number, one group",
        },
        {
            content: "Choose the field whose value names a group",
            trigger: ".o_field_widget[name='group_field'] .o_model_field_selector",
            run: "click",
        },
        {
            trigger: ".o_model_field_selector_popover_item[data-name='vat'] button",
            run: "click",
        },
        {
            content: "No account is asked for any longer",
            trigger:
                ".o_form_view:not(:has(.o_field_widget[name='group_account_id'])) .o_field_widget[name='group_field'] .o_model_field_selector_chain_part",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
        {
            trigger: ".o_back_button, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            content: "Run the rule",
            trigger: `${RULE} button[name='action_run']`,
            run: "click",
        },
        {
            content: "The preview groups the smaller under the larger",
            trigger:
                ".modal .o_field_widget[name='line_ids'] .o_data_row:contains('Corner Shop'):contains('Azure Interior')",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            trigger: ".modal .alert-success:contains('1 changes were written')",
        },
        {
            trigger: ".modal-footer .btn:contains('Close')",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${RULE} td[name='last_count']:contains('1')`,
        },
    ],
});
