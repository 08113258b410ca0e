import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const ROW = ".o_list_view .o_data_row:contains('Lindenhof')";
const MEMBERS = ".o_dso_members .o_field_widget[name='grouped_account_ids']";

registry.category("web_tour.tours").add("dso_collection_group", {
    steps: () => [
        ...openApp(),
        {
            content: "Open the customers",
            trigger: ".o_menu_sections [data-menu-xmlid='dso_collection.menu_customers']",
            run: "click",
        },
        {
            content: "Search for the chain",
            trigger: ".o_control_panel .o_last_breadcrumb_item:contains('Customers')",
        },
        {
            trigger: ".o_searchview_input",
            run: "edit Lindenhof",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains('Customer')",
            run: "click",
        },
        {
            content: "Only the chain is left",
            trigger: `body:not(:has(.o_data_row:contains('Azure Interior'))) ${ROW}`,
        },
        {
            content: "Select them all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row_selected:contains('L2')",
        },
        {
            content: "Group their collection",
            trigger: ".o_control_panel button:contains('Group Collection')",
            run: "click",
        },
        {
            content: "The largest balance is proposed, and what will happen is said",
            trigger:
                ".modal:has(.o_field_widget[name='amounts']:contains('1,600.00')) .o_field_widget[name='account_count']:contains('3')",
        },
        {
            trigger: ".modal .o_data_row:first:contains('L0')",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The group account shows its members beside what is to do",
            trigger: `body:not(:has(.modal)) ${MEMBERS} .o_data_row:contains('L1'):contains('Lindenhof North')`,
        },
        {
            content: "One action for all three",
            trigger: ".o_dso_todo .o_kanban_record:contains('1,600.00')",
        },
        {
            content: "The items tell whose they are",
            trigger: ".o_field_widget[name='unit_line_ids'] .o_data_row:contains('L2')",
        },
        {
            content: "Open a member",
            trigger: `${MEMBERS} .o_data_row:contains('L1') button[name='action_open']`,
            run: "click",
        },
        {
            content: "It says through whom it is collected and has nothing to do",
            trigger:
                ".o_dso_cockpit:not(:has(.o_dso_todo .o_kanban_record:not(.o_kanban_ghost))) .o_dso_grouped:contains('Lindenhof Head Office')",
        },
        {
            content: "Take it out again",
            trigger: ".o_dso_grouped button[name='action_cancel_grouping']",
            run: "click",
        },
        {
            content: "It has its own action at once",
            trigger:
                ".o_dso_cockpit:not(:has(.o_dso_grouped)) .o_dso_todo .o_kanban_record:contains('400.00')",
        },
        {
            content: "Back to the group account",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "The group account is planned without it",
            trigger: ".o_dso_todo .o_kanban_record:contains('1,200.00')",
        },
        {
            trigger: `${MEMBERS}:not(:has(.o_data_row:contains('L1')))`,
        },
    ],
});
