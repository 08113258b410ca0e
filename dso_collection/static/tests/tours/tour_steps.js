import { stepUtils } from "@web_tour/tour_utils";

export const openApp = () => [
    stepUtils.showAppsMenuItem(),
    { trigger: ".o_app[data-menu-xmlid='dso_collection.menu_root']", run: "click" },
];

/** Open Search & Assign on its first tab. */
export const openRules = () => [
    ...openApp(),
    {
        trigger: "button[data-menu-xmlid='dso_collection.menu_configuration']",
        run: "click",
    },
    {
        trigger: ".dropdown-item[data-menu-xmlid='dso_collection.menu_assignment_collector']",
        run: "click",
    },
];
