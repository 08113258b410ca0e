import { isHtmlContentSupported } from "@html_editor/core/selection_plugin";
import { Plugin } from "@html_editor/plugin";
import { withSequence } from "@html_editor/utils/resource";
import { _t } from "@web/core/l10n/translation";
import { HashtagPicker } from "./hashtag_picker";

/** Offers hashtags in the editor: behind `/`, in the toolbar and on an empty line. */
export class HashtagPlugin extends Plugin {
    static id = "dsoHashtag";
    static dependencies = ["overlay", "selection", "history", "dom"];
    resources = {
        user_commands: [
            {
                id: "openHashtags",
                title: _t("Hashtag"),
                description: _t("Insert an amount, a table of items, a name"),
                icon: "fa-hashtag",
                run: () => this.open(),
                isAvailable: isHtmlContentSupported,
            },
        ],
        powerbox_categories: withSequence(5, { id: "dso_hashtags", name: _t("Collection") }),
        powerbox_items: { categoryId: "dso_hashtags", commandId: "openHashtags" },
        power_buttons: { commandId: "openHashtags" },
        toolbar_groups: withSequence(110, { id: "dso_hashtags" }),
        toolbar_items: { id: "dso_hashtags", groupId: "dso_hashtags", commandId: "openHashtags" },
    };

    setup() {
        this.overlay = this.dependencies.overlay.createOverlay(HashtagPicker, {
            hasAutofocus: true,
            className: "popover",
        });
    }

    open() {
        this.overlay.open({
            props: {
                close: () => this.close(),
                onSelect: (hashtag) => this.insert(hashtag),
                withBlocks: true,
            },
        });
    }

    close() {
        this.overlay.close();
        this.dependencies.selection.focusEditable();
    }

    insert(hashtag) {
        this.dependencies.dom.insert(hashtag);
        this.dependencies.history.addStep();
    }
}
