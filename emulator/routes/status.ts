import { statusOf } from "../views/status";
import { STATUS_PAGE, STATUS_PAGE_POLICY } from "../views/status-page";
import type { Api, Deps } from "./context";

/**
 * A page for humans that shows apps and deployments. It requires no token, because only browsers on this machine can
 * reach it.
 */
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
