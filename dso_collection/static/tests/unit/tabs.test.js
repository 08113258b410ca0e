import { AgendaTabs } from "@dso_collection/agenda/agenda";
import { Tabs } from "@dso_collection/tabs/tabs";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";

defineMailModels();

const TABS = [
    { name: "manual", label: "Manual", counters: { open: 12, red: 3 } },
    { name: "automatic", label: "Automatic", counters: { open: 4, red: 0 } },
    { name: "history", label: "History" },
];

const envOfSearch = (domainOfPeople) => ({
    config: { viewType: "list" },
    searchModel: { domainOfPeople, exportState: () => ({ facets: "kept" }) },
});

test("a tab shows what is open, and in red what is to be done", async () => {
    await mountWithCleanup(Tabs, { props: { tabs: TABS, active: "manual", open: () => {} } });
    expect("[data-tab='manual'] .o_dso_count").toHaveText("12");
    expect("[data-tab='manual'] .o_dso_count_red").toHaveText("3");
    expect("[data-tab='automatic'] .o_dso_count_red").toHaveCount(0);
    expect("[data-tab='history'] .badge").toHaveCount(0);
});

test("the active tab is told to screen readers, and a click opens another", async () => {
    const open = (name) => expect.step(name);
    await mountWithCleanup(Tabs, { props: { tabs: TABS, active: "manual", open } });
    expect("[role='tab'][aria-selected='true']").toHaveAttribute("data-tab", "manual");
    await contains("[data-tab='history']").click();
    expect.verifySteps(["history"]);
});

test("counters follow the search, and it moves along to the next tab", async () => {
    const domain = [["customer_id", "ilike", "azure"]];
    onRpc("dso.action", "get_agenda_counters", ({ args }) => {
        expect.step(args[0]);
        return { manual: { open: 2, red: 1 }, automatic: { open: 0, red: 0 } };
    });
    // The search is for actions: replies are counted as their own tab begins.
    onRpc("dso.reply", "get_agenda_counter", ({ args }) => (args[0] === null ? 5 : 0));
    onRpc("dso.alert", "get_agenda_counter", ({ args }) => (args[0] === null ? 7 : 0));
    mockService("action", {
        doAction(xmlId, options) {
            expect.step([xmlId, options.props.globalState.searchModel]);
        },
    });
    await makeMockEnv(envOfSearch(domain));
    await mountWithCleanup(AgendaTabs, { props: { active: "manual" } });
    await animationFrame();
    expect("[data-tab='manual'] .o_dso_count").toHaveText("2");
    expect("[data-tab='replies'] .badge").toHaveText("5");
    expect("[data-tab='alerts'] .badge").toHaveText("7");
    await contains("[data-tab='automatic']").click();
    expect.verifySteps([
        domain,
        ["dso_collection.dso_action_action_automatic", JSON.stringify({ facets: "kept" })],
    ]);
});
