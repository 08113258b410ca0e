import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const row = (name) => `.o_data_row:contains('${name}')`;

registry.category("web_tour.tours").add("dso_collection_alerts", {
    steps: () => [
        ...openApp(),
        { trigger: ".o_dso_tabs [data-tab=alerts] .o_dso_count:contains('2')" },
        { trigger: ".o_dso_tabs [data-tab=alerts]", run: "click" },
        {
            content: "Each alert counts its customers",
            trigger: `${row("Very late")} td[name=customer_count]:contains('2')`,
        },
        {
            content: "Be told of who newly enters",
            trigger: `${row("Very late")} button[name=action_toggle_in_app]`,
            run: "click",
        },
        {
            trigger: `${row("Very late")} button[name=action_toggle_in_app] .fa-bell`,
        },
        {
            content: "A click lists the customers",
            trigger: `${row("Very late")} td[name=name]`,
            run: "click",
        },
        { trigger: ".o_searchview_facet:contains('Alert'):contains('Very late')" },
        {
            content: "They carry the square of the alert, which tells its name",
            trigger: `${row("Azure Interior")} .o_dso_alerts[aria-label='Very late'] [data-level=red]`,
        },
        { trigger: `${row("Ready Mat")} .o_dso_alerts` },
        { trigger: ".o_pager_value:contains('1-2')" },
        {
            content: "The form shows it too",
            trigger: `${row("Azure Interior")} td[name=partner_id]`,
            run: "click",
        },
        { trigger: ".o_form_view .o_dso_alerts[aria-label='Very late']" },
        {
            content: "And back to the alerts",
            trigger: ".breadcrumb-item a:contains('Alerts'), .o_back_button a:contains('Alerts')",
            run: "click",
        },
        {
            content: "Create one",
            trigger: ".o_dso_tabs [data-tab=alerts].active",
        },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_form_view [name=name] textarea, .o_form_view [name=name] input", run: "edit Everybody" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved [name=criteria_user_id]:contains('Carl Collector')" },
    ],
});
