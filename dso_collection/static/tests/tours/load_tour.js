import { registry } from "@web/core/registry";

const CENTER = { position: "center", relative: true };
const column = (name) => `.o_kanban_group:has(.o_column_title:contains('${name}'))`;

registry.category("web_tour.tours").add("dso_collection_load", {
    steps: () => [
        {
            content: "Collectors without work have a column too",
            trigger: column("Mona Manager"),
        },
        {
            content: "The column of nobody does not stand in the way while it is empty",
            trigger: `${column("Mona Manager")} ~ ${column("None")}`,
        },
        {
            content: "Give an action to somebody else",
            trigger: `${column("Carl Collector")} .o_kanban_record:contains('Ready Mat')`,
            run: (helpers) => helpers.drag_and_drop(column("Mona Manager"), CENTER),
        },
        { trigger: `${column("Mona Manager")} .o_kanban_record:contains('Ready Mat')` },
        {
            content: "What is given to nobody is refused",
            trigger: `${column("Carl Collector")} .o_kanban_record:contains('Azure Interior')`,
            run: (helpers) => helpers.drag_and_drop(column("None"), CENTER),
        },
        { trigger: ".modal:contains('Choose who does it')" },
        { trigger: ".modal .btn-primary", run: "click" },
        {
            trigger: `body:not(:has(.modal)) ${column("Carl Collector")} .o_kanban_record:contains('Azure Interior')`,
        },
    ],
});
