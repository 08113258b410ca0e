import { useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { parseCells } from "./cells";

/** Missing values that a notification names; the button copies all of them. */
const MAX_NAMED = 10;

/**
 * Search bar that takes a list copied from a spreadsheet for one facet of exact values.
 */
export class PasteSearchBar extends SearchBar {
    setup() {
        super.setup();
        this.notification = useService("notification");
        const onPaste = this.onPaste.bind(this);
        useEffect(
            (el) => {
                // Captured: the input would make one line of it, and search for that.
                el?.addEventListener("paste", onPaste, { capture: true });
                return () => el?.removeEventListener("paste", onPaste, { capture: true });
            },
            () => [this.root.el]
        );
    }

    async onPaste(ev) {
        const values = parseCells(ev.clipboardData.getData("text/plain"));
        if (values.length < 2) {
            return; // a word to search for
        }
        ev.preventDefault();
        ev.stopPropagation();
        const { resModel, context } = this.env.searchModel;
        const result = await this.orm.call(resModel, "dso_find_pasted", [values], { context });
        if (result.found) {
            this.addFacet(result);
        }
        if (result.missing.length) {
            this.reportMissing(result);
        }
    }

    /** A second list adds to the first one, as further values of a field do. */
    addFacet({ description, domain }) {
        const model = this.env.searchModel;
        const active = new Set(model.query.map((element) => element.searchItemId));
        const former = Object.values(model.searchItems).find(
            (item) => item.isPasted && active.has(item.id)
        );
        const filter = { description, domain: new Domain(domain).toString(), isPasted: true };
        model.blockNotification = true;
        model.createNewFilters([filter]);
        if (former) {
            filter.groupId = former.groupId;
        }
        model.blockNotification = false;
        model._notify();
    }

    reportMissing({ missing, warning }) {
        const named = missing.slice(0, MAX_NAMED).join(", ");
        const close = this.notification.add(missing.length > MAX_NAMED ? `${named}, …` : named, {
            title: warning,
            type: "warning",
            sticky: true,
            buttons: [
                {
                    name: _t("Copy Them"),
                    onClick: async () => {
                        await this.copy(missing.join("\n"));
                        close();
                    },
                },
            ],
        });
    }

    async copy(text) {
        try {
            await browser.navigator.clipboard.writeText(text);
        } catch (error) {
            // Without https a browser has no clipboard for pages.
            browser.console.warn(error);
            this.notification.add(_t("The browser does not allow pages to copy."), {
                type: "danger",
            });
        }
    }
}
