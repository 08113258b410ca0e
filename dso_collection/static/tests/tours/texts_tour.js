import { registry } from "@web/core/registry";

const row = ".o_field_widget[name=step_ids] .o_data_row:first";

registry.category("web_tour.tours").add("dso_collection_texts", {
    steps: () => [
        {
            content: "Open the text of a step",
            trigger: `${row} button[name=action_open_email_text]`,
            run: "click",
        },
        {
            content: "Insert a hashtag into the subject",
            trigger: ".modal .o_field_widget[name=subject] input",
            run: "edit Please pay ",
        },
        {
            trigger: ".modal .o_field_widget[name=subject] .o_dso_hashtag_button:not(:visible), .modal .o_field_widget[name=subject] .o_dso_hashtag_button",
            run: "click",
        },
        {
            trigger: ".o_dso_hashtags input",
            run: "edit amount_overdue && press Enter",
        },
        {
            content: "Keep the text",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Look at it as the customer would get it",
            trigger: `body:not(:has(.modal)) ${row} button[name=action_preview]`,
            run: "click",
        },
        {
            trigger: ".modal .o_dso_preview_subject:contains('Please pay $')",
        },
        {
            trigger: ".modal .o_dso_preview_body:iframe p:contains('Please pay.')",
        },
        {
            content: "Send it to oneself",
            trigger: ".modal .o_dso_preview_test",
            run: "click",
        },
        { trigger: ".o_notification:contains('on its way to')" },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});
