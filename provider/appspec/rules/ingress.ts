import { nearest } from "../nearest";
import { quote, type ListPath, type Report } from "../problem";
import { isUnknown } from "../unknown";
import {
  fieldsSet,
  forRepeated,
  has,
  itemsOf,
  mapOf,
  numberOf,
  own,
  textOf,
  type Item,
  type Plain,
  type SpecView,
} from "./view";

function rulesOf(app: SpecView): Item[] {
  const ingress = mapOf(app.spec, "ingress");
  return ingress ? itemsOf(ingress, ["ingress"], "rules") : [];
}

/** OpenAPI description: "Only one of `component` or `redirect` may be set". */
export function rulesLeadSomewhere(app: SpecView, report: Report): void {
  for (const { path, value } of rulesOf(app)) {
    const targets = fieldsSet(value, ["component", "redirect"]);
    if (targets.length === 2)
      report.error(
        "two-targets",
        path,
        "has both component and redirect",
        "keep one of them, or split the rule in two",
      );
    if (targets.length === 0) report.warn("no-target", path, "has no target", "add component or redirect");
    if (!has(value, "match"))
      report.warn("no-match", path, "has no match", "add match.path.prefix, such as /");
  }
}

const ROUTABLE = new Set(["services", "static_sites", "functions"]);

export function ruleComponentsExist(app: SpecView, report: Report): void {
  const lists = new Map(app.components.map(({ name, list }) => [name, list]));
  for (const { path, value } of rulesOf(app)) {
    const component = mapOf(value, "component");
    const name = component && textOf(component, "name");
    if (name === undefined) continue;
    const place = [...path, "component", "name"];
    const list = lists.get(name);
    if (list !== undefined && !ROUTABLE.has(list))
      report.warn(
        "not-routable",
        place,
        `is one of the ${list}, which cannot receive requests`,
        "use a service, a static site or a functions component",
      );
    if (list !== undefined || !app.namesKnown) continue;
    const near = nearest(name, app.names);
    const hint = near === undefined ? "use the name of a component of this app" : `did you mean ${near}?`;
    report.error("no-such-component", place, "is not a component of this app", hint);
  }
}

/** OpenAPI description: `rewrite` and `preserve_path_prefix` are "mutually exclusive". */
export function pathsAreHandledOneWay(app: SpecView, report: Report): void {
  for (const { path, value } of rulesOf(app)) {
    const component = mapOf(value, "component");
    if (component && has(component, "rewrite") && own(component, "preserve_path_prefix") === true)
      report.error(
        "rewrite-and-preserve",
        [...path, "component"],
        "has both rewrite and preserve_path_prefix",
        "keep one of them",
      );
  }
}

/** doctl writes an empty match, which matches everything, without a string. */
export function matchesAreOfOneKind(app: SpecView, report: Report): void {
  for (const { path, value } of rulesOf(app)) {
    const match = mapOf(value, "match");
    for (const field of match ? ["path", "authority"] : []) {
      const text = match && mapOf(match, field);
      if (!text) continue;
      const kinds = fieldsSet(text, ["prefix", "exact"]);
      const place = [...path, "match", field];
      if (kinds.length === 2)
        report.error("two-matches", place, "has both prefix and exact", "keep one of them");
    }
  }
}

interface Domain {
  readonly name: string;
  /** True if it includes all subdomains; undefined if not known yet. */
  readonly wildcard: boolean | undefined;
}

/** The domains of the app; undefined where one of them is not known. */
function domainsOf(app: SpecView): Domain[] | undefined {
  const list = own(app.spec, "domains");
  if (list === undefined) return [];
  const items = itemsOf(app.spec, [], "domains");
  if (!Array.isArray(list) || items.length < list.length) return undefined;
  const domains = items.flatMap(({ value }) => {
    const name = textOf(value, "domain");
    const wildcard = own(value, "wildcard");
    if (name === undefined) return [];
    return [{ name: plainHost(name), wildcard: isUnknown(wildcard) ? undefined : wildcard === true }];
  });
  return domains.length < items.length ? undefined : domains;
}

const plainHost = (host: string): string => host.toLowerCase().replace(/\.$/, "");

/** Requests to the host that every app gets reach it too; its name is known only once the app exists. */
const DEFAULT_HOST = /\.ondigitalocean\.app$/;

/** The service accepts an authority only if it is a domain of the app. */
export function authoritiesAreDomains(app: SpecView, report: Report): void {
  const domains = domainsOf(app);
  if (!domains) return;
  for (const { path, value } of rulesOf(app)) {
    const match = mapOf(value, "match");
    const authority = match && mapOf(match, "authority");
    if (!authority) continue;
    for (const kind of ["exact", "prefix"] as const) {
      const text = plainHost(textOf(authority, kind) ?? "");
      if (text === "" || domains.some((domain) => matches(text, domain, kind))) continue;
      const names = domains.map(({ name }) => name);
      const near = kind === "exact" ? nearest(text, names) : undefined;
      const tell = DEFAULT_HOST.test(text) ? report.warn : report.error;
      tell(
        "no-such-domain",
        [...path, "match", "authority", kind],
        `is ${quote(text, path) ?? "a host"}, which is not one of the app's domains`,
        near === undefined ? "add it to domains, or remove the authority" : `did you mean ${near}?`,
      );
    }
  }
}

function matches(text: string, { name, wildcard }: Domain, kind: "exact" | "prefix"): boolean {
  if (kind === "prefix" ? name.startsWith(text) : name === text) return true;
  if (wildcard === false) return false;
  if (kind === "exact") return text.endsWith(`.${name}`);
  const dot = text.indexOf(".");
  return dot < 0 || `${name}.`.startsWith(text.slice(dot + 1)) || text.slice(dot + 1).includes(".");
}

const REDIRECT_CODES = [300, 301, 302, 303, 304, 307, 308];

export function redirectCodesAreKnown(app: SpecView, report: Report): void {
  for (const { path, value } of rulesOf(app)) {
    const redirect = mapOf(value, "redirect");
    const code = redirect && numberOf(redirect, "redirect_code");
    if (code !== undefined && !REDIRECT_CODES.includes(code))
      report.warn(
        "redirect-code",
        [...path, "redirect", "redirect_code"],
        `is ${code}, which is not a redirect status`,
        `use one of ${REDIRECT_CODES.join(", ")}`,
      );
  }
}

/** OpenAPI description of an origin: "Only 1 of `exact`, `prefix`, or `regex` must be set". */
export function originsAreOfOneKind(app: SpecView, report: Report): void {
  for (const { path, value } of [...rulesOf(app), ...app.components]) {
    const cors = mapOf(value, "cors");
    for (const origin of cors ? itemsOf(cors, [...path, "cors"], "allow_origins") : []) {
      const kinds = fieldsSet(origin.value, ["exact", "prefix", "regex"]);
      if (kinds.length > 1)
        report.error(
          "two-matches",
          origin.path,
          `sets more than one of exact, prefix and regex: ${kinds.join(", ")}`,
          "keep one of them",
        );
      if (kinds.length === 0)
        report.warn("no-match", origin.path, "has nothing to match", "add exact or regex");
    }
  }
}

export function routesOrIngress(app: SpecView, report: Report): void {
  if (rulesOf(app).length === 0) return;
  for (const { path, value } of app.components) {
    if (has(value, "routes"))
      report.warn(
        "routes-and-ingress",
        [...path, "routes"],
        "is set together with ingress.rules",
        "move the routes to ingress.rules",
      );
  }
}

/** OpenAPI description: route paths "must start with / and must be unique across all components". */
export function routesAreDistinct(app: SpecView, report: Report): void {
  const routes = app.components.flatMap(({ path, value }) => itemsOf(value, path, "routes"));
  for (const { path, value } of routes) {
    if (textOf(value, "path")?.startsWith("/") === false)
      report.error("route-path", [...path, "path"], "must start with /");
  }
  forRepeated(routes, "path", (text, { path }) => {
    report.error(
      "duplicate-route",
      [...path, "path"],
      `is ${JSON.stringify(text)}, which another route already uses`,
      "give each route its own path",
    );
  });
}

/** OpenAPI description: "Only one domain may be set as primary". */
export function domainsAreDistinct(app: SpecView, report: Report): void {
  const domains = itemsOf(app.spec, [], "domains");
  forRepeated(domains, "domain", (_, { path }) => {
    report.error("duplicate-domain", [...path, "domain"], "is already in the list", "remove one of them");
  });
  domains
    .filter(({ value }) => own(value, "type") === "PRIMARY")
    .slice(1)
    .forEach(({ path }) => {
      report.error(
        "two-primaries",
        [...path, "type"],
        "is PRIMARY, but another domain is already PRIMARY",
        "set the others to ALIAS",
      );
    });
}

/** A page that cannot be fetched is noticed only when it is needed. */
export function pagesAreAddresses(app: SpecView, report: Report): void {
  const check = (map: Plain | undefined, field: string, path: ListPath): void => {
    const text = map && own(map, field);
    if (typeof text === "string" && text !== "" && !isUnknown(text) && !/^https?:\/\/\S+$/.test(text))
      report.warn(
        "page-address",
        [...path, field],
        "is not the URL of a page",
        "write the full URL, starting with https://",
      );
  };
  check(mapOf(app.spec, "maintenance"), "offline_page_url", ["maintenance"]);
  for (const { path, value } of app.components) {
    const sleep = mapOf(value, "inactivity_sleep");
    const page = sleep && mapOf(sleep, "loading_page");
    check(page, "custom_url", [...path, "inactivity_sleep", "loading_page"]);
  }
}
