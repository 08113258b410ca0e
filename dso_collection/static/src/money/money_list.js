import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ListRenderer } from "@web/views/list/list_renderer";

patch(ListRenderer.prototype, {
    /** Odoo converts the totals of its lists at today's rates; ours add one currency alone. */
    computeAggregates() {
        const aggregates = super.computeAggregates();
        if (!this.props.list.resModel.startsWith("dso.")) {
            return aggregates;
        }
        for (const [name, { multiCurrency }] of Object.entries(aggregates)) {
            if (multiCurrency) {
                const help = _t("Amounts of several currencies are not added.");
                aggregates[name] = { help, value: "–", multiCurrency: false };
            }
        }
        return aggregates;
    },
});
