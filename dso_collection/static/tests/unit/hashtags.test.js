import { HashtagPlugin } from "@dso_collection/hashtags/hashtag_plugin";
import { setupEditor } from "@html_editor/../tests/_helpers/editor";
import { getContent } from "@html_editor/../tests/_helpers/selection";
import { insertText } from "@html_editor/../tests/_helpers/user_actions";
import { MAIN_PLUGINS } from "@html_editor/plugin_sets";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Text extends models.Model {
    subject = fields.Char();
    body = fields.Text();
    _records = [{ id: 1, subject: "Pay now", body: "Pay now" }];
}

defineMailModels();
defineModels([Text]);

const HASHTAGS = [
    { name: "items_list", label: "Table of all items", is_block: true },
    { name: "items_amount", label: "Amount of all items", is_block: false },
    { name: "collector_name", label: "Name of the collector", is_block: false },
];

beforeEach(() => {
    onRpc("dso.scenario.step", "get_hashtags", () => {
        expect.step("hashtags");
        return HASHTAGS;
    });
});

const mountForm = (field) =>
    mountView({
        type: "form",
        resModel: "text",
        resId: 1,
        arch: `<form>${field}</form>`,
    });

test("the button beside a subject inserts at the caret, tables are not offered", async () => {
    await mountForm(`<field name="subject" widget="dso_hashtag_char"/>`);
    const input = queryOne(".o_field_widget[name=subject] input");
    await contains(input).focus();
    input.setSelectionRange(3, 3);
    await contains(".o_dso_hashtag_button", { visible: false }).click();
    expect(queryAllTexts(".o_dso_hashtags code")).toEqual(["#items_amount", "#collector_name"]);
    await contains(".o_dso_hashtags input").edit("collector", { confirm: false });
    expect(queryAllTexts(".o_dso_hashtags code")).toEqual(["#collector_name"]);
    await press("Enter");
    await animationFrame();
    expect(input).toHaveValue("Pay #collector_name now");
    expect(".o_dso_hashtags").toHaveCount(0);
    await contains(".o_dso_hashtag_button", { visible: false }).click();
    expect.verifySteps(["hashtags"]); // asked for once
});

test("the sign itself opens the choice, arrows choose", async () => {
    await mountForm(`<field name="subject" widget="dso_hashtag_char"/>`);
    const input = queryOne(".o_field_widget[name=subject] input");
    await contains(input).focus();
    input.setSelectionRange(7, 7);
    await press("#");
    await waitFor(".o_dso_hashtags");
    await press("ArrowDown");
    await animationFrame();
    await press("Enter");
    await animationFrame();
    expect(input).toHaveValue("Pay now #collector_name");
    expect.verifySteps(["hashtags"]);
});

test("what does not exist is said, Escape leaves the text alone", async () => {
    await mountForm(`<field name="body" widget="dso_hashtag_sms"/>`);
    await contains(".o_dso_hashtag_button").click();
    await contains(".o_dso_hashtags input").edit("nothing", { confirm: false });
    expect(".o_dso_hashtags p").toHaveText("There is no such hashtag.");
    await press("Escape");
    await animationFrame();
    expect(".o_dso_hashtags").toHaveCount(0);
    expect(".o_field_widget[name=body] textarea").toHaveValue("Pay now");
    expect.verifySteps(["hashtags"]);
});

test("the editor offers tables behind the slash", async () => {
    const { editor, el } = await setupEditor("<p>[]<br></p>", {
        config: { Plugins: [...MAIN_PLUGINS, HashtagPlugin] },
    });
    await insertText(editor, "/hashtag");
    await animationFrame();
    await press("Enter");
    await waitFor(".o_dso_hashtags");
    await press("Enter");
    await animationFrame();
    expect(getContent(el)).toInclude("#items_list");
    expect.verifySteps(["hashtags"]);
});
