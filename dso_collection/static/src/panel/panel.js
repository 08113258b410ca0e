import { MAIN_PLUGINS } from "@html_editor/plugin_sets";
import { Wysiwyg } from "@html_editor/wysiwyg";
import { Component, markup, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { ACTION_ICONS } from "../fields/action_type";
import { STATUS_LOOKS } from "../fields/status";
import { PanelItems } from "./items";

const { DateTime } = luxon;

/** Days that one click fills into a date. */
const QUICK_DAYS = [1, 3, 7];

/** Milliseconds after which what was read ahead is read again. */
const FRESH = 60_000;

/** Places whose own Escape comes first. */
const OWN_ESCAPE = ".o_searchview, .o-overlay-container, .o_cp_searchview";

/**
 * Everything about one action beside the list: whom to call, what is open, what was said, and what
 * came of it. After an outcome it goes on with the next row.
 */
export class ActionPanel extends Component {
    static template = "dso_collection.ActionPanel";
    static components = { PanelItems, Wysiwyg };
    static props = { panel: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.panel = useState(this.props.panel);
        this.state = useState({ data: null, form: false, isBusy: false, editing: false });
        this.root = useRef("root");
        this.keepLast = new KeepLast();
        this.prefetched = {};
        const keep = () => this.keep();
        this.panel.keep = keep;
        onWillUnmount(() => (this.panel.keep = async () => true));
        // The editor writes HTML its own way, before anybody has typed.
        this.onEditorReady = () => (this.loadedBody = this.editor.getContent());
        onWillStart(() => this.load(this.panel.resId));
        useEffect(
            (resId) => {
                if (resId && resId !== this.state.data?.id) {
                    this.load(resId);
                }
            },
            () => [this.panel.resId]
        );
        useEffect(
            (id) => id && this.root.el?.focus(),
            () => [this.state.data?.id]
        );
        useEffect(
            (form) => form && this.root.el?.querySelector(".o_dso_outcome_form input")?.focus(),
            () => [this.state.form]
        );
        const everywhere = { bypassEditableProtection: true };
        useHotkey("alt+arrowdown", () => this.go(this.panel.next), everywhere);
        useHotkey("alt+arrowup", () => this.go(this.panel.previous), everywhere);
        useHotkey("escape", () => this.onEscape(), {
            ...everywhere,
            isAvailable: (target) => !target.closest(OWN_ESCAPE) || this.env.inDialog,
        });
    }

    // --- loading -------------------------------------------------------------------------------

    async load(resId) {
        const { resId: readId, promise, on } = this.prefetched;
        const ahead = readId === resId && Date.now() - on < FRESH && promise;
        this.prefetched = {};
        let data = await this.keepLast.add(ahead || this.fetch(resId));
        if (ahead && data?.customer.id === this.state.data?.customer.id) {
            data = await this.keepLast.add(this.fetch(resId)); // what was just done shows there
        }
        if (!data) {
            this.notification.add(_t("This action has gone: the plan has changed."));
            return this.panel.advance();
        }
        Object.assign(this.state, { data, form: false, editing: false });
        Object.assign(this.state, { note: data.note, date: "", reason: "" });
        this.editor = null;
        this.prefetch();
    }

    fetch(resId) {
        return this.orm.silent.call("dso.action", "get_panel", [[resId]]);
    }

    /** Show what came of items that were qualified; the plan may have another action now. */
    async reload() {
        const { resId } = this.panel;
        await this.panel.reload();
        const isThere = resId === this.panel.resId && (await this.fetch(resId));
        if (resId !== this.panel.resId) {
            return; // people went elsewhere in the meantime
        }
        return isThere ? this.load(resId) : this.panel.advance();
    }

    prefetch() {
        const resId = this.panel.next;
        if (resId) {
            const promise = this.fetch(resId);
            promise.catch(() => (this.prefetched = {})); // asked for again when it is shown
            this.prefetched = { resId, promise, on: Date.now() };
        }
    }

    // --- words ---------------------------------------------------------------------------------

    get icon() {
        return ACTION_ICONS[this.state.data.action_type];
    }

    get look() {
        return STATUS_LOOKS[this.state.data.color];
    }

    get place() {
        const { index, resIds } = this.panel;
        return index < 0 ? "" : _t("%(place)s of %(count)s", { place: index + 1, count: resIds.length });
    }

    get quickDays() {
        return QUICK_DAYS.map((days) => ({
            days,
            label: days === 1 ? _t("Tomorrow") : _t("In %s days", days),
        }));
    }

    get today() {
        return serializeDate(DateTime.local());
    }

    eventIcon(event) {
        return ACTION_ICONS[event.type] || "fa-sticky-note-o";
    }

    tel(phone) {
        return `tel:${encodeURIComponent(phone.replace(/\s+/g, ""))}`;
    }

    can(outcome) {
        return this.state.data.can.includes(outcome);
    }

    // --- moving --------------------------------------------------------------------------------

    go(resId) {
        return this.panel.open(resId);
    }

    async close() {
        if (await this.keep()) {
            this.panel.close();
        }
    }

    onEscape() {
        if (this.state.form) {
            this.state.form = false;
            this.root.el.focus();
        } else {
            this.close();
        }
    }

    async openCustomer() {
        if (await this.keep()) {
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "dso.customer",
                res_id: this.state.data.customer.id,
                views: [[false, "form"]],
            });
        }
    }

    // --- what is typed -------------------------------------------------------------------------

    /** Store what is typed and not yet stored; tell whether that worked. */
    async keep() {
        await this.keepNote();
        return !this.state.editing || this.keepText();
    }

    async keepNote() {
        const { data, note } = this.state;
        if (data && note !== data.note && data.can.length) {
            data.note = note;
            await this.orm.write("dso.action", [data.id], { note });
        }
    }

    setDays(days) {
        this.state.date = serializeDate(DateTime.local().plus({ days }));
    }

    // --- texts ---------------------------------------------------------------------------------

    /** The text of a message as it is shown: an SMS is no HTML. */
    shown(message) {
        return message.kind === "sms" ? message.body : markup(message.body);
    }

    get edited() {
        return this.state.data.messages.find((message) => message.kind === this.state.editing);
    }

    get editorConfig() {
        return {
            content: markup(this.edited.body),
            Plugins: MAIN_PLUGINS,
            allowChecklist: false,
            allowFile: false,
            allowImage: false,
            allowVideo: false,
            onEditorReady: this.onEditorReady,
        };
    }

    /** Edit one message; what was typed in another is kept first. */
    async edit(message) {
        if (await this.keep()) {
            const { kind, subject, body } = message;
            Object.assign(this.state, { editing: kind, subject, text: body });
        }
    }

    onEditorLoad(editor) {
        this.editor = editor;
    }

    get typedBody() {
        if (this.state.editing === "sms") {
            return this.state.text;
        }
        return this.editor ? String(this.editor.getContent()) : this.edited.body;
    }

    get isTextChanged() {
        const { subject, body, kind } = this.edited;
        if (kind === "sms") {
            return this.state.text !== body;
        }
        const isSubjectChanged = this.state.subject !== subject;
        return isSubjectChanged || (this.editor && this.typedBody !== String(this.loadedBody));
    }

    storeText(message, subject, body) {
        const args = [[this.state.data.id], subject, String(body), message.items_key, message.kind];
        return this.orm.call("dso.action", "action_edit_text", args);
    }

    discardText() {
        this.editor = null;
        this.state.editing = false;
    }

    async keepText() {
        if (this.isTextChanged) {
            const message = this.edited;
            const [subject, body] = [this.state.subject, this.typedBody];
            await this.storeText(message, subject, body);
            const fresh = { subject, body, size: "", is_edited: true, is_outdated: false };
            Object.assign(message, fresh);
        }
        this.discardText();
        return true;
    }

    /** Forget what was written in one message; what is typed in another is kept first. */
    async restoreText({ kind }) {
        const { id } = this.state.data;
        if (this.state.editing === kind) {
            this.discardText();
        }
        if (await this.keep()) {
            await this.orm.call("dso.action", "action_restore_text", [[id], kind]);
            await this.load(id);
        }
    }

    // --- outcomes ------------------------------------------------------------------------------

    openForm(name) {
        this.state.form = this.state.form === name ? false : name;
        if (name !== "skip" && !this.state.date) {
            this.setDays(1);
        }
    }

    applyForm() {
        const { form, date, reason, note } = this.state;
        if (form === "skip") {
            return this.run("action_skip", { reason });
        }
        if (form === "reschedule") {
            return this.run("action_reschedule", { date });
        }
        return this.run("action_no_answer", { retry_on: date || false, note });
    }

    complete() {
        return this.run("action_complete");
    }

    /** Ask for the outcome of a dispute, and go on with the next row when it was told. */
    async settle() {
        const { id } = this.state.data;
        if (!(await this.keep())) {
            return;
        }
        this.action.doAction("dso_collection.dso_action_complete_action", {
            additionalContext: { active_model: "dso.action", active_ids: [id] },
            onClose: async () => {
                const data = await this.fetch(id);
                return data?.can.length ? this.load(id) : this.panel.advance();
            },
        });
    }

    confirm() {
        return this.run("action_confirm");
    }

    unconfirm() {
        return this.run("action_unconfirm");
    }

    retry() {
        return this.run("action_retry");
    }

    /** Send the texts that are on the screen, even if the books have changed since an edit. */
    async send() {
        await this.keepOutdated();
        return this.run("action_send_now");
    }

    async print() {
        await this.keepOutdated();
        return this.run("action_print_letter");
    }

    async openLitigationFile() {
        const args = [[this.state.data.id]];
        this.action.doAction(await this.orm.call("dso.action", "action_litigation_file", args));
    }

    async keepOutdated() {
        for (const message of this.state.data.messages) {
            if (message.is_outdated) {
                await this.storeText(message, message.subject, message.body);
                message.is_outdated = false;
            }
        }
    }

    /** Do something with the action, tell what it returned, and go on with the next row. */
    async run(method, kwargs = {}) {
        const { resId } = this.panel;
        if (this.state.isBusy || this.state.data.id !== resId) {
            return; // the next row is on its way
        }
        this.state.isBusy = true;
        try {
            await this.keep();
            const result = await this.orm.call("dso.action", method, [[resId]], kwargs);
            if (result?.type === "ir.actions.act_url") {
                await this.action.doAction(result);
            }
            let isDone = true;
            if (result?.tag === "display_notification") {
                const { message, type, sticky } = result.params;
                this.notification.add(message, { type, sticky });
                isDone = type === "success";
            }
            if (isDone && resId === this.panel.resId) {
                return await this.panel.advance();
            }
            await this.panel.reload();
            if (resId === this.panel.resId) {
                await this.load(resId);
            } // else people went elsewhere in the meantime
        } finally {
            this.state.isBusy = false;
        }
    }
}
