import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { download } from "@web/core/network/download";
import { user } from "@web/core/user";

/** Exports the history as it is filtered and sorted on screen, all pages of it. */
export class HistoryExport extends Component {
    static template = "dso_collection.HistoryExport";
    static components = { Dropdown, DropdownItem };
    static props = { list: Object };

    export(extension) {
        const { domain, orderBy } = this.props.list;
        const order = orderBy.map(({ name, asc }) => `${name} ${asc ? "asc" : "desc"}`);
        return download({
            url: `/dso_collection/history/${extension}`,
            data: {
                data: JSON.stringify({
                    domain,
                    order: order.join(", "),
                    companies: user.context.allowed_company_ids,
                }),
            },
        });
    }
}
