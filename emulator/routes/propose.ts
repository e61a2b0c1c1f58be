import { FREE_STATIC_APPS, isStatic, monthlyCost } from "../model/costs";
import { checkSpec, refuseEncrypted } from "../model/validate-spec";
import { objectBody, optionalText, type Api, type Deps } from "./context";

/** Validates and prices a spec without creating anything. */
export function proposeRoutes(api: Api, deps: Deps): void {
  api.post("/v2/apps/propose", (c) => {
    const body = objectBody(c);
    const { spec } = body;
    const id = optionalText(body, "app_id");
    const store = deps.store();
    checkSpec(spec, store.behavior);
    const app = id === undefined ? undefined : store.get(id);
    if (app === undefined) refuseEncrypted(spec);
    const namesake = store.byName(spec.name);
    const available = namesake === undefined || namesake === app;
    const others = store.list().filter((other) => other !== app && isStatic(other.spec)).length;
    return c.json({
      app_name_available: available,
      ...(available ? {} : { app_name_suggestion: `${spec.name.slice(0, 26)}${store.options.ids.word(5)}` }),
      existing_static_apps: String(others),
      max_free_static_apps: String(FREE_STATIC_APPS),
      ...(isStatic(spec) ? { app_is_static: true } : {}),
      spec: store.seal(spec, app),
      app_cost: monthlyCost(spec, others < FREE_STATIC_APPS),
    });
  });
}
