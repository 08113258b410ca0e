import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const CARD = ".o_dso_todo .o_kanban_record:contains('Reminder call')";

registry.category("web_tour.tours").add("dso_collection_collector", {
    steps: () => [
        ...openApp(),
        {
            content: "The late call is red and says so",
            trigger: ".o_dso_agenda tr.text-danger:contains('Azure Interior') .badge:contains('To do')",
        },
        {
            content: "Open the customer account",
            trigger:
                ".o_dso_agenda .o_data_row:contains('Azure Interior') button[name='action_open_customer']",
            run: "click",
        },
        {
            content: "The ageing bar is there",
            trigger: ".o_dso_cockpit .o_dso_ageing_bar",
        },
        {
            content: "The leader has its star among the open items",
            trigger: ".o_field_widget[name='unit_line_ids'] .o_dso_star",
        },
        {
            content: "Reschedule the call",
            trigger: `${CARD} .o_dso_reschedule`,
            run: "click",
        },
        {
            content: "Enter a date",
            trigger: ".modal .o_field_widget[name='date'] input",
            run: "edit +3d",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The call stands on its new day, in blue",
            trigger: `body:not(:has(.modal)) ${CARD}:has(.o_dso_card_blue):contains('In 3 days')`,
        },
        {
            content: "Complete it all the same",
            trigger: `${CARD} .o_dso_complete`,
            run: "click",
        },
        {
            content: "The dialog shows the script of the call",
            trigger: ".modal .o_dso_instructions:contains('Ask for a date')",
        },
        {
            content: "Write down what was agreed",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit Promised to pay on Friday",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The scenario has proposed the next step at once",
            trigger:
                "body:not(:has(.modal)) .o_dso_todo .o_kanban_record:contains('Second reminder')",
        },
        {
            content: "Open the history",
            trigger: "button[data-menu-xmlid='dso_collection.menu_agenda']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='dso_collection.menu_agenda_history']",
            run: "click",
        },
        {
            content: "The call is in the history with its note",
            trigger:
                ".o_data_row:contains('Azure Interior'):contains('Reminder call'):contains('Promised to pay on Friday')",
        },
    ],
});
