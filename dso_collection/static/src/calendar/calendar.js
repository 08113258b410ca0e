import { serializeDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { calendarView } from "@web/views/calendar/calendar_view";
import { SearchModel } from "@web/search/search_model";
import { AgendaTabs, agendaSearch } from "../agenda/agenda";

/** Drags move an action to another day as the button does, with what it checks and follows up. */
export class AgendaCalendarModel extends CalendarModel {
    async load(params) {
        this.mayCollect ??= await user.hasGroup("dso_collection.group_dso_collector");
        return super.load(params);
    }

    // The date is nobody's to write: it has its own method.
    get canEdit() {
        return this.mayCollect;
    }

    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        const [, customer] = rawRecord.customer_id;
        return { ...record, title: `${customer} · ${record.title}` };
    }

    async updateRecord(record) {
        try {
            await this.orm.call("dso.action", "action_reschedule", [
                [record.id],
                serializeDate(record.start),
            ]);
        } finally {
            await this.load(); // also brings back what was refused
        }
    }
}

export class AgendaCalendarController extends CalendarController {
    static template = "dso_collection.AgendaCalendarView";
    static components = { ...CalendarController.components, AgendaTabs };
}

registry.category("views").add("dso_agenda_calendar", {
    ...calendarView,
    Controller: AgendaCalendarController,
    Model: AgendaCalendarModel,
    SearchModel: agendaSearch(SearchModel),
});
