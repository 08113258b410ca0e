import { ActionPanel } from "@dso_collection/panel/panel";
import { PanelState, recordsOf } from "@dso_collection/panel/panel_state";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAll } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { reactive } from "@odoo/owl";
import { contains, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

defineMailModels();

const DATA = {
    action_type: "call",
    amount: "$ 1,000.00",
    can: ["complete", "no_answer", "reschedule", "skip"],
    caution: "",
    collector: "Carl",
    color: "red",
    color_label: "To do",
    contacts: [{ id: 1, name: "Paula", function: "", phone: "+1 555 0100", email: "" }],
    customer: { id: 7, name: "Azure Interior", code: "AZ", overdue: "$ 1.00", balance: "$ 2.00", alerts: [] },
    date: "01/20/2027",
    messages: [],
    error: "",
    events: [],
    explanation: "",
    instructions: "",
    item_count: 3,
    items: [{ id: 5, number: "INV/1", code: "", due: "", days: 9, residual: "$ 1.00" }],
    leader: "INV/1",
    member: "",
    mode: "manual",
    name: "Reminder call",
    note: "",
    others: [],
    state: "planned",
    totals: [{ currency: "USD", open: "$ 2.00", overdue: "$ 1.00" }],
    type_label: "Call",
};

const recordsWith = (...resIds) => resIds.map((resId) => ({ resId }));

function makePanel(resIds, left = resIds) {
    let records = recordsWith(...resIds);
    const panel = reactive(
        new PanelState(
            () => records,
            async () => {
                records = recordsWith(...left);
            }
        )
    );
    panel.show(resIds[0]);
    return panel;
}

beforeEach(() => {
    onRpc("dso.action", "get_panel", ({ args }) => {
        const [[id]] = args;
        return { ...DATA, id, customer: { ...DATA.customer, id: 70 + id, name: `Customer ${id}` } };
    });
});

test("neighbours are those of the rows", () => {
    const panel = makePanel([4, 9, 2]);
    expect(panel.previous).toBe(false);
    expect(panel.next).toBe(9);
    panel.show(2);
    expect(panel.previous).toBe(9);
    expect(panel.next).toBe(false);
});

test("rows of folded groups are no neighbours", () => {
    const groups = [
        { isFolded: false, list: { records: recordsWith(1, 2) } },
        { isFolded: true, list: { records: recordsWith(3) } },
        {
            isFolded: false,
            list: {
                isGrouped: true,
                groups: [{ isFolded: false, list: { records: recordsWith(4) } }],
            },
        },
    ];
    const resIds = recordsOf({ isGrouped: true, groups }).map((record) => record.resId);
    expect(resIds).toEqual([1, 2, 4]);
});

test("after an outcome the next row that is still there follows", async () => {
    const panel = makePanel([1, 2, 3], [1, 3]);
    await panel.advance();
    expect(panel.resId).toBe(3);
    await panel.advance();
    expect(panel.resId).toBe(false);
});

test("another row is shown when what is typed is stored", async () => {
    const panel = makePanel([1, 2]);
    panel.keep = async () => false;
    await panel.open(2);
    expect(panel.resId).toBe(1);
    panel.keep = async () => true;
    await panel.open(2);
    expect(panel.resId).toBe(2);
});

test("neighbours are those of the list as it is now", async () => {
    const panel = makePanel([1, 2, 3], [3, 1, 4]);
    await panel.reload();
    expect([panel.previous, panel.next]).toEqual([3, 4]);
});

test("after another action of the customer, the row from which it was opened follows", async () => {
    const panel = makePanel([1, 2, 3]);
    panel.show(2);
    panel.show(77);
    expect(panel.index).toBe(-1);
    expect([panel.previous, panel.next]).toEqual([1, 3]);
    await panel.advance();
    expect(panel.resId).toBe(2);
});

test("another row stores the note first", async () => {
    onRpc("dso.action", "write", ({ args }) => {
        expect.step(`write ${args[0]} ${args[1].note}`);
        return true;
    });
    const panel = makePanel([1, 2]);
    await mountWithCleanup(ActionPanel, { props: { panel } });
    await contains(".o_dso_note").edit("Promised");
    await panel.open(2);
    expect.verifySteps(["write 1 Promised"]);
});

test("the panel shows whom to call and what is open", async () => {
    await mountWithCleanup(ActionPanel, { props: { panel: makePanel([1]) } });
    expect("a.o_dso_phone").toHaveAttribute("href", "tel:%2B15550100");
    expect(".o_dso_panel_items tbody").toHaveText(/INV\/1[\s\S]*and 2 more/);
    expect(".o_dso_panel_items tfoot").toHaveText(/USD: overdue \$ 1\.00/);
    expect(".o_dso_next").not.toBeEnabled();
});

test("amounts and numbers run from left to right, texts as their language does", async () => {
    await mountWithCleanup(ActionPanel, { props: { panel: makePanel([1]) } });
    for (const text of ["$ 1,000.00", "$ 2.00", "9", "+1 555 0100"]) {
        expect(queryAll(`.o_dso_panel [dir=ltr]:contains("${text}")`)).not.toBeEmpty();
    }
    expect(".o_dso_panel [dir=auto]:contains('1 of 1')").toHaveCount(1);
});

test("who may not act sees no button", async () => {
    onRpc("dso.action", "get_panel", () => ({ ...DATA, id: 1, can: [] }));
    await mountWithCleanup(ActionPanel, { props: { panel: makePanel([1]) } });
    expect(".o_dso_panel_foot").toHaveCount(0);
    expect(".o_dso_note").toHaveAttribute("readonly");
});

test("the note is stored before the outcome, and the next row follows", async () => {
    onRpc("dso.action", "write", ({ args }) => {
        expect.step(`write ${args[0]} ${args[1].note}`);
        return true;
    });
    onRpc("dso.action", "action_complete", ({ args }) => {
        expect.step(`complete ${args[0]}`);
        return true;
    });
    await mountWithCleanup(ActionPanel, { props: { panel: makePanel([1, 2], [2]) } });
    await contains(".o_dso_note").edit("Promised");
    await contains(".o_dso_do_complete").click();
    await animationFrame();
    expect.verifySteps(["write 1 Promised", "complete 1"]);
    expect(".o_dso_panel_title").toHaveText(/Customer 2/);
    expect(".o_dso_note").toHaveValue("");
});

test("the keyboard moves between rows, and Escape closes the form before the panel", async () => {
    const panel = makePanel([1, 2]);
    await mountWithCleanup(ActionPanel, { props: { panel } });
    await press(["alt", "arrowdown"]);
    await animationFrame();
    expect(panel.resId).toBe(2);
    await contains(".o_dso_do_skip").click();
    expect(".o_dso_outcome_form").toHaveCount(1);
    await press("escape");
    await animationFrame();
    expect(".o_dso_outcome_form").toHaveCount(0);
    expect(panel.resId).toBe(2);
    await press("escape");
    await animationFrame();
    expect(panel.resId).toBe(false);
});

test("a message that was not sent stays on the screen", async () => {
    onRpc("dso.action", "get_panel", () => ({
        ...DATA,
        id: 1,
        can: ["send"],
        messages: [
            {
                kind: "email",
                label: "Email",
                recipient: "a@b.example",
                subject: "Hello",
                body: "<p>Text</p>",
                problem: "",
            },
        ],
    }));
    onRpc("dso.action", "action_send_now", () => ({
        type: "ir.actions.client",
        tag: "display_notification",
        params: { type: "warning", message: "Held", sticky: false },
    }));
    const panel = makePanel([1, 2]);
    await mountWithCleanup(ActionPanel, { props: { panel } });
    expect(".o_dso_email_body p").toHaveText("Text");
    await contains(".o_dso_do_send").click();
    await animationFrame();
    expect(panel.resId).toBe(1);
});

test("who went elsewhere while the plan was read stays there", async () => {
    const panel = makePanel([1, 2, 3]);
    const component = await mountWithCleanup(ActionPanel, { props: { panel } });
    const answer = new Deferred();
    onRpc("dso.action", "get_panel", ({ args }) => {
        const [[id]] = args;
        return id === 1 ? answer : { ...DATA, id };
    });
    const reloaded = component.reload();
    await panel.open(3);
    answer.resolve(false); // the plan has another action now
    await reloaded;
    expect(panel.resId).toBe(3);
});

test("who went elsewhere while something was done stays there", async () => {
    const answer = new Deferred();
    onRpc("dso.action", "action_complete", ({ args }) => {
        expect.step(`complete ${args[0]}`);
        return answer;
    });
    const panel = makePanel([1, 2, 3]);
    const component = await mountWithCleanup(ActionPanel, { props: { panel } });
    const done = component.run("action_complete");
    await panel.open(3);
    answer.resolve(true);
    await done;
    expect.verifySteps(["complete 1"]);
    expect(panel.resId).toBe(3);
});
