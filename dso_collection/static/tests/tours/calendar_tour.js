import { registry } from "@web/core/registry";

const { DateTime } = luxon;
const CENTER = { position: "center", relative: true };
const DAY = ".fc-daygrid-day";
const day = (days) => `${DAY}[data-date='${DateTime.now().plus({ days }).toISODate()}']`;

registry.category("web_tour.tours").add("dso_collection_activity_menu", {
    steps: () => [
        {
            content: "One call is late",
            trigger: ".o_menu_systray button:has(.fa-clock-o)",
            run: "click",
        },
        {
            trigger:
                ".o-mail-ActivityGroup[data-model_name='dso.action'] .btn-link:contains('1 Late')",
            run: "click",
        },
        { trigger: ".o_searchview_facet:contains('My Actions')" },
        { trigger: ".o_searchview_facet:contains('Late')" },
        { trigger: ".o_dso_tabs [data-tab='manual'].active" },
        { trigger: ".o_dso_agenda tr.o_data_row:contains('Ready Mat')" },
        { trigger: ".o_dso_agenda:not(:has(tr:contains('Azure')))" },
    ],
});

registry.category("web_tour.tours").add("dso_collection_calendar", {
    steps: () => [
        { trigger: ".o_dso_agenda tr:contains('Ready Mat')" },
        { trigger: ".o_switch_view.o_calendar", run: "click" },
        { trigger: ".o_dso_tabs [data-tab='manual'].active" },
        {
            content: "Drag an action to tomorrow",
            trigger: `${day(0)} .fc-event:contains('Azure Interior')`,
            run: (helpers) => helpers.drag_and_drop(day(1), CENTER),
        },
        { trigger: `${day(1)} .fc-event:contains('Azure Interior')` },
        {
            content: "Drag another to the past, unless the calendar begins today",
            trigger: `${day(0)} .fc-event:contains('Ready Mat')`,
            run(helpers) {
                if (document.querySelector(DAY).matches(day(0))) {
                    document.body.classList.add("o_dso_no_past");
                    return;
                }
                return helpers.drag_and_drop(`${DAY}:first`, CENTER);
            },
        },
        {
            content: "The sentence says why not",
            trigger: "body.o_dso_no_past, .modal:contains('cannot be moved to the past')",
        },
        { trigger: ".modal .btn-primary, body.o_dso_no_past", run: "click" },
        {
            content: "And it is back where it was",
            trigger: `body:not(:has(.modal)) ${day(0)} .fc-event:contains('Ready Mat')`,
        },
    ],
});
