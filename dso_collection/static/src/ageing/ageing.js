import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Bar of the open debit items of a customer account by age, with its figures beneath.
 */
export class Ageing extends Component {
    static template = "dso_collection.Ageing";
    static props = { ...standardWidgetProps, compact: { type: Boolean, optional: true } };

    get buckets() {
        const data = this.props.record.data;
        const currencyId = data.currency_id?.id;
        const buckets = [
            { name: "not_due", label: _t("Not due") },
            { name: "bucket_30", label: _t("1–30 days") },
            { name: "bucket_60", label: _t("31–60 days") },
            { name: "bucket_90", label: _t("61–90 days") },
            { name: "bucket_older", label: _t("Over 90 days") },
        ];
        const total = buckets.reduce((sum, { name }) => sum + Math.max(data[name], 0), 0);
        return buckets.map((bucket) => ({
            ...bucket,
            amount: formatMonetary(data[bucket.name], { currencyId }),
            isEmpty: !data[bucket.name],
            width: total ? (100 * Math.max(data[bucket.name], 0)) / total : 0,
        }));
    }

    get filled() {
        return this.buckets.filter((bucket) => bucket.width > 0);
    }

    get description() {
        return this.filled.map((bucket) => `${bucket.label}: ${bucket.amount}`).join(", ");
    }
}

export const ageing = {
    component: Ageing,
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
    fieldDependencies: [
        { name: "currency_id", type: "many2one" },
        { name: "not_due", type: "monetary" },
        { name: "bucket_30", type: "monetary" },
        { name: "bucket_60", type: "monetary" },
        { name: "bucket_90", type: "monetary" },
        { name: "bucket_older", type: "monetary" },
    ],
};

registry.category("view_widgets").add("dso_ageing", ageing);
