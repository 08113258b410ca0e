import { ListRenderer } from "@web/views/list/list_renderer";

/** Rows whose icons have names: Odoo gives a button without a text its title as tooltip alone. */
export class NamedListRenderer extends ListRenderer {
    static recordRowTemplate = "dso_collection.ListRenderer.RecordRow";
}
