import type { Report } from "../problem";
import { forRepeated, has, itemsOf, mapOf, own, textOf, type Item, type SpecView } from "./view";

const OF_THE_APP = /^(DEPLOYMENT|DOMAIN)_/;
const OF_A_COMPONENT = /^(CPU_UTILIZATION|MEM_UTILIZATION|RESTART_COUNT|REQUEST.*|FUNCTIONS_.*)$/;

export function alertsAreWhereTheyBelong(app: SpecView, report: Report): void {
  for (const { path, value } of itemsOf(app.spec, [], "alerts")) {
    if (OF_A_COMPONENT.test(textOf(value, "rule") ?? ""))
      report.warn(
        "alert-place",
        [...path, "rule"],
        "applies to a component, not to the whole app",
        "move the alert to a component",
      );
  }
  for (const component of app.components) {
    for (const { path, value } of itemsOf(component.value, component.path, "alerts")) {
      if (OF_THE_APP.test(textOf(value, "rule") ?? ""))
        report.warn(
          "alert-place",
          [...path, "rule"],
          "applies to the whole app, not to a component",
          "move the alert to the top level of the spec",
        );
    }
  }
}

function allAlerts(app: SpecView): Item[][] {
  return [
    itemsOf(app.spec, [], "alerts"),
    ...app.components.map(({ path, value }) => itemsOf(value, path, "alerts")),
  ];
}

export function limitsAreComplete(app: SpecView, report: Report): void {
  for (const { path, value } of allAlerts(app).flat()) {
    if (!OF_A_COMPONENT.test(textOf(value, "rule") ?? "") || own(value, "disabled") === true) continue;
    const missing = ["operator", "value", "window"].filter((field) => !has(value, field));
    if (missing.length > 0)
      report.warn(
        "incomplete-alert",
        path,
        `has no ${missing.join(" and no ")}`,
        `add ${missing.join(", ")}`,
      );
  }
}

export function alertsAreUnique(app: SpecView, report: Report): void {
  for (const list of allAlerts(app)) {
    const seen = new Set<string>();
    for (const { path, value } of list) {
      const rule = textOf(value, "rule");
      if (rule === undefined) continue;
      const key = JSON.stringify([rule, textOf(value, "operator"), textOf(value, "window")]);
      if (seen.has(key))
        report.warn(
          "duplicate-alert",
          path,
          "duplicates another alert in this list",
          "change its operator or window, or remove it",
        );
      seen.add(key);
    }
  }
}

const DESTINATIONS = ["papertrail", "datadog", "logtail", "open_search", "endpoint"];

export function destinationsAreOfOneKind(app: SpecView, report: Report): void {
  for (const { path, value } of app.logDestinations) {
    const kinds = DESTINATIONS.filter((kind) => has(value, kind));
    if (kinds.length > 1)
      report.error(
        "two-destinations",
        path,
        `has several destinations: ${kinds.join(", ")}`,
        "create a separate log destination for each",
      );
    if (kinds.length === 0)
      report.warn("no-destination", path, "has no destination", `add one of ${DESTINATIONS.join(", ")}`);
    const logtail = mapOf(value, "logtail");
    if (logtail && !has(logtail, "token"))
      report.warn("no-token", [...path, "logtail"], "has no token", "add logtail.token");
  }
}

export function destinationsAreUnique(app: SpecView, report: Report): void {
  for (const { path, value } of app.components) {
    forRepeated(itemsOf(value, path, "log_destinations"), "name", (_, item) => {
      report.error(
        "duplicate-destination",
        [...item.path, "name"],
        "is already the name of another log destination of this component",
        "rename one of them",
      );
    });
  }
}

/** Either endpoint or cluster, each with its own credentials, as in the OpenAPI description. */
export function openSearchIsConsistent(app: SpecView, report: Report): void {
  for (const destination of app.logDestinations) {
    const search = mapOf(destination.value, "open_search");
    if (!search) continue;
    const path = [...destination.path, "open_search"];
    const auth = mapOf(search, "basic_auth");
    const known = auth !== undefined || !has(search, "basic_auth");
    const byCluster = has(search, "cluster_name");
    const byEndpoint = has(search, "endpoint");
    if (byCluster && byEndpoint)
      report.error("endpoint-and-cluster", path, "has both endpoint and cluster_name", "keep one of them");
    else if (byEndpoint && known)
      for (const field of ["user", "password"]) {
        if (!auth || !has(auth, field))
          report.error("incomplete-auth", [...path, "basic_auth", field], "is required with endpoint");
      }
    else if (byCluster && auth && has(auth, "password"))
      report.error(
        "password-of-cluster",
        [...path, "basic_auth", "password"],
        "must not be set for a managed cluster",
        "remove it",
      );
    if (/^http:/i.test(textOf(search, "endpoint") ?? ""))
      report.error("plain-endpoint", [...path, "endpoint"], "must be an https:// address");
  }
}
