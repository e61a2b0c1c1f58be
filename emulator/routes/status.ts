import { statusOf } from "../views/status";
import { STATUS_PAGE, STATUS_PAGE_POLICY } from "../views/status-page";
import type { Api, Deps } from "./context";

/** A page that shows apps and deployments, for a person. No token is asked for: only browsers of this machine get here. */
export function statusRoutes(api: Api, deps: Deps): void {
  api.get("/", (c) => {
    c.header("content-security-policy", STATUS_PAGE_POLICY);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    return c.html(STATUS_PAGE);
  });
  api.get("/_emulator/status", (c) => {
    c.header("cache-control", "no-store");
    return c.json(statusOf(deps.store()));
  });
}
