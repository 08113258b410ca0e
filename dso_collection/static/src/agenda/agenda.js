import { Component, onWillStart, onWillUpdateProps, useState, useSubEnv } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";
import { useSetupAction } from "@web/search/action_hook";
import { SearchModel } from "@web/search/search_model";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { HistoryExport } from "../history/history_export";
import { OrphanBanner } from "../orphans/orphan_banner";
import { ActionPanel } from "../panel/panel";
import { ActionPanelDialog } from "../panel/panel_dialog";
import { PanelState, recordsOf } from "../panel/panel_state";
import { SendingBar } from "../belts/sending_bar";
import { Tabs } from "../tabs/tabs";
import { NamedListRenderer } from "../views/list_renderer";

const ACTION_OF_TAB = {
    manual: "dso_collection.dso_action_action_manual",
    automatic: "dso_collection.dso_action_action_automatic",
    history: "dso_collection.dso_action_action_history",
    replies: "dso_collection.dso_reply_action",
    charts: "dso_collection.dso_action_action_charts",
    alerts: "dso_collection.dso_alert_action",
};

/** Replies and alerts are no actions: what people search for in one does not fit the other. */
const MODEL_OF_TAB = { replies: "dso.reply", alerts: "dso.alert" };
const modelOfTab = (name) => MODEL_OF_TAB[name] || "dso.action";

/** Knows what people filtered without the tab, and lets managers begin with everybody's actions. */
export const agendaSearch = (Base) => class extends Base {
    async load(config) {
        const { search_default_my_actions: mine, ...rest } = config.context;
        const isOptional = mine && !rest.dso_only_mine;
        const isManager =
            isOptional && (await user.hasGroup("dso_collection.group_dso_manager"));
        const context = isManager ? rest : config.context;
        // Whose action it is matters to those alone who do the work of a colleague, too.
        return super.load({
            ...config,
            context: session.dso_stands_in ? { ...context, dso_stands_in: true } : context,
        });
    }

    /** A favourite belongs to the tab where it was made; one in use moves along all the same. */
    _reconciliateFavorites() {
        const inUse = this.query.filter(
            ({ searchItemId }) => this.searchItems[searchItemId].type === "favorite"
        );
        const items = { ...this.searchItems };
        super._reconciliateFavorites();
        for (const queryElem of inUse) {
            const { searchItemId } = queryElem;
            if (!(searchItemId in this.searchItems)) {
                this.searchItems[searchItemId] = items[searchItemId];
                this.query.push(queryElem);
            }
        }
    }

    get domainOfPeople() {
        return this._getDomain({ withGlobal: false });
    }
};

/**
 * Tabs of the agenda with their live counters. Each tab is a window action with an address, a menu
 * and columns of its own; the search moves along from one to the next.
 */
export class AgendaTabs extends Component {
    static template = "dso_collection.AgendaTabs";
    static components = { HistoryExport, Tabs };
    static props = { active: { type: String }, list: { type: Object, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ counters: {} });
        // Not awaited: the list does not wait for its counters.
        onWillStart(() => void this.load());
        onWillUpdateProps(() => void this.load());
    }

    async load() {
        const [actions, replies, alerts] = await Promise.all([
            this.orm.silent.call("dso.action", "get_agenda_counters", [
                this.getDomain("dso.action") || (await this.getFirstDomain()),
            ]),
            this.orm.silent.call("dso.reply", "get_agenda_counter", [this.getDomain("dso.reply")]),
            this.orm.silent.call("dso.alert", "get_agenda_counter", [this.getDomain("dso.alert")]),
        ]);
        this.state.counters = { ...actions, replies: { open: replies }, alerts: { open: alerts } };
    }

    /** What people search for; null when they are in a tab of another model. */
    getDomain(model) {
        const isActive = modelOfTab(this.props.active) === model;
        return isActive ? this.env.searchModel.domainOfPeople : null;
    }

    /** With what the tabs of actions begin. */
    async getFirstDomain() {
        const isManager = await user.hasGroup("dso_collection.group_dso_manager");
        return isManager ? [] : [["is_mine", "=", true]];
    }

    get tabs() {
        const { manual, automatic, replies, alerts } = this.state.counters;
        const countTitle = _t("Open actions");
        return [
            { name: "manual", label: _t("Manual Actions"), counters: manual, countTitle },
            { name: "automatic", label: _t("Automatic Actions"), counters: automatic, countTitle },
            { name: "history", label: _t("History") },
            {
                name: "replies",
                label: _t("Replies & Comments"),
                counters: replies,
                countTitle: _t("Waiting replies"),
            },
            { name: "charts", label: _t("Charts") },
            {
                name: "alerts",
                label: _t("My Alerts"),
                counters: alerts,
                countTitle: _t("Customers in alerts"),
            },
        ];
    }

    open(name) {
        const options = {
            clearBreadcrumbs: true,
            // Charts are drawn first, whatever was shown before.
            viewType: name === "charts" ? "graph" : this.env.config.viewType,
        };
        if (modelOfTab(name) === modelOfTab(this.props.active)) {
            const searchModel = JSON.stringify(this.env.searchModel.exportState());
            options.props = { globalState: { searchModel } };
        }
        return this.action.doAction(ACTION_OF_TAB[name], options);
    }
}

const OPEN_STATES = ["planned", "sending", "error"];

/** The panel of the action on which somebody works, beside the rows or above the cards. */
function usePanel(controller) {
    const state = new PanelState(
        () => recordsOf(controller.model.root),
        () => controller.model.load()
    );
    const panel = useState(state);
    useSubEnv({ dsoPanel: panel });
    useSetupAction({ beforeLeave: () => !panel.resId || panel.keep() });
    return panel;
}

/** What is done has its form; what is to be done has the panel, in which it is done. */
function hasPanel({ resModel, data }) {
    return resModel === "dso.action" && OPEN_STATES.includes(data.state);
}

/** Marks the row of the panel. */
export class AgendaListRenderer extends NamedListRenderer {
    setup() {
        super.setup();
        this.panel = useState(this.env.dsoPanel);
    }

    getRowClass(record) {
        const className = super.getRowClass(record);
        return this.panel.resId === record.resId ? `${className} o_dso_row_open` : className;
    }
}

export class AgendaListController extends ListController {
    static template = "dso_collection.AgendaListView";
    static components = { ...ListController.components, ActionPanel, AgendaTabs, OrphanBanner, SendingBar };

    setup() {
        super.setup();
        this.panel = usePanel(this);
    }

    // Not in the view: one more attribute there and its validation takes seconds.
    get className() {
        const split = this.panel.resId ? "o_dso_split" : "";
        return `${this.props.className} o_dso_agenda ${split}`;
    }

    async openRecord(record, options = {}) {
        if (options.newWindow || !hasPanel(record)) {
            return super.openRecord(record, options);
        }
        return this.panel.open(record.resId);
    }
}

export class AgendaKanbanController extends KanbanController {
    static template = "dso_collection.AgendaKanbanView";
    static components = { ...KanbanController.components, AgendaTabs, OrphanBanner, SendingBar };

    setup() {
        super.setup();
        this.dialog = useService("dialog");
        this.panel = usePanel(this);
    }

    async openRecord(record, options = {}) {
        if (options.newWindow || !hasPanel(record)) {
            return super.openRecord(record, options);
        }
        this.panel.show(record.resId);
        const onClose = () => this.panel.close();
        this.dialog.add(ActionPanelDialog, { panel: this.panel }, { onClose });
    }
}

registry
    .category("views")
    .add("dso_agenda_list", {
        ...listView,
        Controller: AgendaListController,
        Renderer: AgendaListRenderer,
        SearchModel: agendaSearch(SearchModel),
    })
    .add("dso_agenda_kanban", {
        ...kanbanView,
        Controller: AgendaKanbanController,
        SearchModel: agendaSearch(SearchModel),
    });
