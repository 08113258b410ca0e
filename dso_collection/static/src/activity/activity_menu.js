import { ActivityMenu } from "@mail/core/web/activity_menu";
import { patch } from "@web/core/utils/patch";

const FILTERS = {
    all: ["late", "today"],
    overdue: ["late"],
    today: ["today"],
    upcoming_all: ["upcoming"],
};

patch(ActivityMenu.prototype, {
    /** Actions of collection open in the agenda, filtered by what was clicked. */
    openActivityGroup(group, filter = "all", newWindow) {
        if (group.model !== "dso.action") {
            return super.openActivityGroup(group, filter, newWindow);
        }
        this.dropdown.close();
        const filters = FILTERS[filter].map((name) => [`search_default_${name}`, 1]);
        return this.action.doAction("dso_collection.dso_action_action_manual", {
            newWindow,
            clearBreadcrumbs: true,
            additionalContext: {
                ...Object.fromEntries(filters),
                search_default_my_actions: 1,
                dso_only_mine: true,
            },
        });
    },
});
