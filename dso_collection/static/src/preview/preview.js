import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { ACTION_ICONS } from "../fields/action_type";

const KILO = 1024;

/** Around the text of an email, which is written for white paper. */
const PAGE = `<base target="_blank"><style>body { margin: 12px; background: #fff; }</style>`;

/**
 * The message of a step as a customer would get it: any step of the scenario, any customer account,
 * any language. Nothing leaves from here but a test to the user.
 */
export class PreviewDialog extends Component {
    static template = "dso_collection.PreviewDialog";
    static components = { Dialog, RecordSelector };
    static props = { stepId: Number, close: Function };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.state = useState({ data: null, isBusy: false });
        onWillStart(() => this.load(this.props.stepId));
    }

    async load(stepId, customerId = false, lang = false) {
        const kwargs = { customer_id: customerId, lang };
        const call = this.orm.call("dso.scenario.step", "get_preview", [[stepId]], kwargs);
        this.state.data = await this.keepLast.add(call);
    }

    // --- words ---------------------------------------------------------------------------------

    icon(message) {
        return ACTION_ICONS[message.kind];
    }

    page(message) {
        return PAGE + message.body;
    }

    size(file) {
        return _t("%s KB", formatFloat(Math.max(file.size / KILO, 1), { digits: [16, 0] }));
    }

    // --- choices -------------------------------------------------------------------------------

    chooseStep(ev) {
        const { customer_id: customerId, lang } = this.state.data;
        return this.load(parseInt(ev.target.value), customerId, lang);
    }

    /** Another customer reads another language, unless the user says otherwise. */
    chooseCustomer(customerId) {
        return this.load(this.state.data.step_id, customerId);
    }

    chooseLang(ev) {
        const { step_id: stepId, customer_id: customerId } = this.state.data;
        return this.load(stepId, customerId, ev.target.value);
    }

    // --- message -------------------------------------------------------------------------------

    /** An email is shown as long as it is: nothing in it can measure itself, as it has no script. */
    fitFrame(ev) {
        const { contentDocument, style } = ev.target;
        style.height = `${contentDocument.documentElement.scrollHeight}px`;
    }

    /** Address of a letter as PDF. */
    documentUrl(message) {
        const { step_id: stepId, customer_id: customerId, lang } = this.state.data;
        return `/dso_collection/preview/${stepId}/${customerId}/${lang}/${message.kind}`;
    }

    /** Whether a message can go to the user: letters are looked at. */
    canTest(message) {
        return this.state.data.can_test && Boolean(message.body || message.text);
    }

    async sendTest(message) {
        const { step_id: stepId, customer_id: customerId, lang } = this.state.data;
        this.state.isBusy = true;
        try {
            const args = [[stepId], customerId, lang, message.kind];
            const sentence = await this.orm.call("dso.scenario.step", "send_test", args);
            this.notification.add(sentence, { type: "success" });
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("actions").add("dso_collection.preview", (env, action) => {
    env.services.dialog.add(PreviewDialog, { stepId: action.params.step_id });
});
