import { HtmlMailField, htmlMailField } from "@mail/views/web/fields/html_mail_field/html_mail_field";
import { SmsWidget, smsWidget } from "@sms/components/sms_widget/fields_sms_widget";
import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { useHashtagPicker } from "./hashtag_picker";
import { HashtagPlugin } from "./hashtag_plugin";

/** A subject with hashtags. */
export class HashtagCharField extends CharField {
    static template = "dso_collection.HashtagCharField";

    setup() {
        super.setup();
        this.picker = useHashtagPicker(this.input);
    }
}

/** The text of an SMS with hashtags. */
export class HashtagSmsField extends SmsWidget {
    static template = "dso_collection.HashtagSmsField";

    setup() {
        super.setup();
        this.picker = useHashtagPicker(this.textareaRef);
    }
}

/** The text of an email or a letter with hashtags. */
export class HashtagHtmlField extends HtmlMailField {
    getConfig() {
        const config = super.getConfig();
        return { ...config, Plugins: [...config.Plugins, HashtagPlugin] };
    }
}

const fields = registry.category("fields");
fields.add("dso_hashtag_char", { ...charField, component: HashtagCharField });
fields.add("dso_hashtag_sms", { ...smsWidget, component: HashtagSmsField });
fields.add("dso_hashtag_html", { ...htmlMailField, component: HashtagHtmlField });
