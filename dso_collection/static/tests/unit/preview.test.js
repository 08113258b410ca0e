import { PreviewDialog } from "@dso_collection/preview/preview";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, expect, test } from "@odoo/hoot";
import { queryOne } from "@odoo/hoot-dom";
import {
    contains,
    makeDialogMockEnv,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";

defineMailModels();

const DATA = {
    step_id: 3,
    customer_id: 7,
    customer_domain: [],
    can_test: true,
    instructions: "",
    lang: "en_US",
    langs: [
        { code: "en_US", name: "English", is_theirs: true },
        { code: "fr_FR", name: "French", is_theirs: false },
    ],
    messages: [
        {
            kind: "email",
            label: "Email",
            contact: "Azure",
            recipient: "azure@example.com",
            sender: "Ann",
            cc: "",
            subject: "Reminder",
            body: "<p>Pay</p><script>window.stolen = true;</script>",
            attachments: [{ name: "statement.pdf", size: 2048 }],
        },
        { kind: "letter", label: "Letter", contact: "Azure", recipient: "", problem: "No text." },
    ],
    steps: [
        { id: 3, label: "+3 · Reminder" },
        { id: 4, label: "+9 · Call" },
    ],
    warnings: ["Azure has no address."],
};

const asked = [];

beforeEach(() => {
    asked.length = 0;
    onRpc("dso.customer", "web_search_read", () => ({ records: [{ id: 7, display_name: "A" }] }));
    onRpc("dso.customer", "read", () => [{ id: 7, display_name: "Azure" }]);
    onRpc("dso.scenario.step", "get_preview", ({ args, kwargs }) => {
        asked.push([args[0][0], kwargs.customer_id, kwargs.lang]);
        return { ...DATA, step_id: args[0][0], lang: kwargs.lang || "en_US" };
    });
});

const mount = async (canTest = true) => {
    DATA.can_test = canTest;
    const env = await makeDialogMockEnv();
    return mountWithCleanup(PreviewDialog, { props: { stepId: 3, close: () => {} }, env });
};

test("shows the message without running what it holds", async () => {
    await mount();
    expect(".o_dso_preview_subject").toHaveText("Reminder");
    expect(".alert-warning").toHaveText("Azure has no address.");
    expect(".alert-danger").toHaveText("No text.");
    expect(".o_dso_preview_files").toHaveText("statement.pdf 2 KB");
    expect(queryOne("iframe").getAttribute("sandbox")).toBe("allow-same-origin");
    expect(queryOne("iframe").srcdoc).toInclude("<p>Pay</p>");
    expect(window.stolen).toBe(undefined);
    expect(asked).toEqual([[3, false, false]]);
});

test("another step keeps customer and language", async () => {
    await mount();
    await contains(".o_dso_preview_lang").select("fr_FR");
    await contains(".o_dso_preview_step").select("4");
    expect(asked.slice(1)).toEqual([
        [3, 7, "fr_FR"],
        [4, 7, "fr_FR"],
    ]);
});

test("one click, one test; readers have no button", async () => {
    onRpc("dso.scenario.step", "send_test", ({ args }) => {
        expect.step(args.join());
        return "On its way.";
    });
    await mount();
    expect(".o_dso_preview_test").toHaveCount(1);
    await contains(".o_dso_preview_test").click();
    expect.verifySteps(["3,7,en_US,email"]);
    expect(".o_dso_preview_test").toBeEnabled();
});

test("readers have no test", async () => {
    await mount(false);
    expect(".o_dso_preview_test").toHaveCount(0);
});
