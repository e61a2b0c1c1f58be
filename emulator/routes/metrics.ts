import { isoTime } from "../clock";
import { activatedAt } from "../model/deployment-record";
import { badRequest } from "../errors";
import { fingerprint } from "../model/ids";
import { moment } from "./query";
import type { StoredApp } from "../model/stored-app";
import { objectBody, param, type Api, type Deps } from "./context";

const DAY = 24 * 3_600_000;
const MAX_APPS = 100;

/** Traffic of a day: invented, but stable between requests; none on days without an active deployment. */
function bandwidth(app: StoredApp, day: number, now: number): Record<string, unknown> {
  const first = app.deployments.map((record) => activatedAt(record, now)).find((at) => at !== undefined);
  const live = first !== undefined && first < day + DAY && day <= now;
  const bytes = live ? parseInt(fingerprint(app.id, day).slice(0, 8), 16) : 0;
  return { app_id: app.id, bandwidth_bytes: String(bytes) };
}

/** How much traffic apps sent on a day. */
export function metricRoutes(api: Api, deps: Deps): void {
  const dayOf = (text: unknown): number => {
    const at = text === undefined ? deps.store().now - DAY : moment("date", text);
    return Math.floor(at / DAY) * DAY;
  };
  const usage = (apps: readonly StoredApp[], day: number): Record<string, unknown> => ({
    app_bandwidth_usage: apps.map((app) => bandwidth(app, day, deps.store().now)),
    date: isoTime(day),
  });

  api.get("/v2/apps/:id/metrics/bandwidth_daily", (c) => {
    const app = deps.store().get(param(c, "id"));
    return c.json(usage([app], dayOf(c.req.query("date"))));
  });

  api.post("/v2/apps/metrics/bandwidth_daily", (c) => {
    const store = deps.store();
    const { app_ids: ids, date } = objectBody(c);
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string"))
      throw badRequest("app_ids is required and must be a list of ids");
    if (ids.length > MAX_APPS) throw badRequest(`app_ids must have at most ${MAX_APPS} IDs`);
    const day = dayOf(date);
    return c.json(
      usage(
        ids.map((id) => store.get(id)),
        day,
      ),
    );
  });
}
