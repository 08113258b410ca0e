import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Tell which promise was recorded, with a way back.
 *
 * @param {Object} env
 * @param {{ message: string, promise_ids: number[] }} taken what the server returned
 * @param {() => Promise} reload shows what has changed
 */
export function tellPromise(env, taken, reload) {
    const { notification, orm } = env.services;
    const undo = async () => {
        close();
        await orm.call("dso.promise", "action_undo", [taken.promise_ids]);
        await reload();
    };
    const close = notification.add(taken.message, {
        type: "success",
        autocloseDelay: 10_000,
        buttons: [{ name: _t("Undo"), primary: false, onClick: undo }],
    });
}

registry.category("actions").add("dso_collection.promise_taken", async (env, { params }) => {
    const { action } = env.services;
    const reload = () => action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
    tellPromise(env, params, reload);
    await reload();
});
