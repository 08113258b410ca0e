import { Component, onWillStart, useComponent, useState } from "@odoo/owl";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useAutofocus, useService } from "@web/core/utils/hooks";

const TRIGGER = "#";

/** The hashtags of collection texts in the language of the user, asked for once. */
export const hashtagService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        let loading;
        return () => {
            loading ??= orm
                .call("dso.scenario.step", "get_hashtags")
                .catch((error) => {
                    loading = undefined;
                    throw error;
                });
            return loading;
        };
    },
};

registry.category("services").add("dso_hashtags", hashtagService);

/** Hashtags with what they stand for; typing filters them, arrows and Enter choose. */
export class HashtagPicker extends Component {
    static template = "dso_collection.HashtagPicker";
    static props = {
        close: Function,
        onSelect: Function,
        withBlocks: { type: Boolean, optional: true },
    };

    setup() {
        const load = useService("dso_hashtags");
        this.state = useState({ query: "", index: 0 });
        useAutofocus({ refName: "search", mobile: true });
        onWillStart(async () => {
            const hashtags = await load();
            this.hashtags = hashtags.filter((tag) => this.props.withBlocks || !tag.is_block);
        });
    }

    get found() {
        const query = this.state.query.toLowerCase().replace(/^#/, "");
        return this.hashtags.filter(
            ({ name, label }) => name.includes(query) || label.toLowerCase().includes(query)
        );
    }

    filter(ev) {
        Object.assign(this.state, { query: ev.target.value, index: 0 });
    }

    select(tag) {
        this.props.onSelect(`${TRIGGER}${tag.name}`);
        this.props.close();
    }

    onKeydown(ev) {
        const { found } = this;
        const moves = { ArrowDown: 1, ArrowUp: found.length - 1 };
        if (ev.key in moves && found.length) {
            this.state.index = (this.state.index + moves[ev.key]) % found.length;
        } else if (ev.key === "Enter" && found.length) {
            this.select(found[this.state.index]);
        } else if (ev.key === "Escape") {
            this.props.close();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}

/**
 * Offer hashtags in an input: by a button, and when `#` is typed.
 *
 * @param {Object} ref reference of the input
 * @returns {{open: Function, onKeydown: Function}}
 */
export function useHashtagPicker(ref) {
    const field = useComponent();
    let caret = 0;
    const popover = usePopover(HashtagPicker, { onClose: () => ref.el?.focus() });

    const insert = (hashtag) => {
        const { el } = ref;
        const start = el.value[caret - 1] === TRIGGER ? caret - 1 : caret;
        const glue = start && /\w/.test(el.value[start - 1]) ? " " : "";
        el.setRangeText(`${glue}${hashtag}`, start, caret, "end");
        field.props.record.update({ [field.props.name]: el.value });
    };

    const open = (position) => {
        caret = position ?? ref.el.selectionStart;
        popover.open(ref.el, { onSelect: insert });
    };

    return {
        open: () => open(),
        onKeydown(ev) {
            if (ev.key === TRIGGER) {
                open(ref.el.selectionStart + 1); // behind the sign that is being typed
            }
        },
    };
}
