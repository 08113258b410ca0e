import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const CODES = "TOUR-1\r\nTOUR-2\tNobody at all\r\nTour customer 3\r\n";

/** What a browser does when somebody presses Ctrl+V: tours may not read the real clipboard. */
function paste(input, text) {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const options = { clipboardData, bubbles: true, cancelable: true };
    input.dispatchEvent(new ClipboardEvent("paste", options));
}

const openMenu = (xmlid, child) => [
    { trigger: `.o_menu_sections [data-menu-xmlid='${xmlid}']`, run: "click" },
    ...(child
        ? [{ trigger: `.dropdown-item[data-menu-xmlid='${child}']`, run: "click" }]
        : []),
];

registry.category("web_tour.tours").add("dso_collection_mass_change", {
    steps: () => [
        ...openApp(),
        {
            content: "The agenda says that customers have no collector; a click lists them",
            trigger: ".o_dso_agenda .o_dso_orphans button[data-filter='no_collector']",
            run: "click",
        },
        {
            content: "All of them, not only those that are overdue",
            trigger: ".o_searchview:contains('Balance Without Collector'):not(:contains('Overdue'))",
        },
        {
            trigger: ".o_data_row:contains('Tour customer 1')",
        },
        {
            content: "Paste codes from a spreadsheet",
            trigger: ".o_searchview_input",
            run: ({ anchor }) => paste(anchor, CODES),
        },
        {
            content: "They make one facet",
            trigger: ".o_searchview_facet:contains('Customer codes: 3')",
        },
        {
            content: "What matched nothing is named",
            trigger: ".o_notification:contains('Pasted values without a customer account: 1'):contains('Nobody at all')",
        },
        {
            trigger: ".o_notification .o_notification_close",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Tour customer 4')))",
        },
        {
            content: "Select all",
            trigger: ".o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_selection_container button:contains('Assign')",
            run: "click",
        },
        {
            content: "Choose the other collector",
            trigger: ".modal .o_field_widget[name='collector_id'] input",
            run: "edit Jonas",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Jonas')",
            run: "click",
        },
        {
            content: "The dialog says how many change",
            trigger: ".modal .o_field_widget[name='summary']:contains('3 of 3 selected customers')",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('Customer accounts changed: 3')",
        },
        {
            content: "They have a collector now, so the filter lists them no more",
            trigger: "body:not(:has(.modal)):not(:has(.o_data_row:contains('Tour customer')))",
        },
        ...openMenu("dso_collection.menu_agenda", "dso_collection.menu_agenda_manual"),
        {
            trigger: ".o_searchview_facet:contains('My Actions') .o_facet_remove",
            run: "click",
        },
        {
            content: "Search for the other collector's agenda",
            trigger: ".o_searchview_input",
            run: "edit Jonas",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains('Collector')",
            run: "click",
        },
        {
            content: "The actions are on his agenda",
            trigger: ".o_dso_agenda:has(.o_data_row:contains('Tour customer 1')):has(.o_data_row:contains('Tour customer 2')):has(.o_data_row:contains('Tour customer 3'))",
        },
        ...openMenu("dso_collection.menu_customers"),
        {
            trigger: "body:not(:has(.o_dso_agenda)) .o_data_row:contains('Tour customer 4')",
        },
        {
            content: "Paste once more, and keep the list as a favourite",
            trigger: ".o_searchview_input",
            run: ({ anchor }) => paste(anchor, "TOUR-1\nTOUR-2\nTOUR-3\n"),
        },
        {
            trigger: ".o_searchview_facet:contains('Customer codes: 3')",
        },
        {
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_add_favorite",
            run: "click",
        },
        {
            trigger: ".o_favorite_menu input[type='text'], .o_accordion_values input[type='text']",
            run: "edit My list",
        },
        {
            trigger: ".o_save_favorite",
            run: "click",
        },
        {
            trigger: ".o_searchview_facet:contains('My list')",
        },
        ...openMenu("dso_collection.menu_agenda", "dso_collection.menu_agenda_manual"),
        {
            trigger: ".o_dso_agenda",
        },
        ...openMenu("dso_collection.menu_customers"),
        {
            trigger: "body:not(:has(.o_dso_agenda)) .o_data_row:contains('Tour customer 4')",
        },
        {
            content: "The favourite finds the pasted customers again",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_favorite_menu .o_menu_item:contains('My list')",
            run: "click",
        },
        {
            trigger: ".o_searchview_facet:contains('My list')",
        },
        {
            trigger: ".o_list_view:has(.o_data_row:contains('Tour customer 1')):has(.o_data_row:contains('Tour customer 3')):not(:has(.o_data_row:contains('Tour customer 4')))",
        },
    ],
});
