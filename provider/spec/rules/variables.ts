import { nearest } from "../near";
import type { Report } from "../problem";
import { forRepeated, has, itemsOf, numberOf, own, textOf, type Item, type SpecView } from "./view";

/** The lists of variables, one for the app and one for each component. */
function variableLists(app: SpecView): Item[][] {
  return [
    itemsOf(app.spec, [], "envs"),
    ...app.components.map(({ path, value }) => itemsOf(value, path, "envs")),
  ];
}

export function variablesAreUnique(app: SpecView, report: Report): void {
  for (const list of variableLists(app)) {
    forRepeated(list, "key", (key, { path }) => {
      report.error(
        "duplicate-variable",
        [...path, "key"],
        `is ${JSON.stringify(key)}, as in another variable here`,
        "remove one of them",
      );
    });
  }
}

/** `${db.DATABASE_URL}`, or `${db.pool.DATABASE_URL}`; names in lower case at the end belong to other templates. */
const REFERENCE = /\$\{([a-z][a-z0-9-]{0,31})(?:\.[A-Za-z0-9_-]+)*\.[A-Z][A-Z0-9_]*\}/g;

export function referencesExist(app: SpecView, report: Report): void {
  if (!app.namesKnown) return;
  for (const { path, value } of variableLists(app).flat()) {
    const text = textOf(value, "value");
    if (text === undefined || !text.includes("${")) continue;
    for (const [, name] of text.matchAll(REFERENCE)) {
      if (name === undefined || app.names.has(name)) continue;
      const shown = own(value, "type") === "SECRET" ? "" : ` "${name}",`;
      const near = shown === "" ? undefined : nearest(name, app.names);
      const hint = near === undefined ? "add it, or correct the name" : `did you mean ${near}?`;
      report.warn(
        "no-such-reference",
        [...path, "value"],
        `refers to${shown || " a component or database,"} which this app does not have`,
        hint,
      );
    }
  }
}

export function databasesAreConsistent(app: SpecView, report: Report): void {
  for (const { path, value } of app.databases) {
    const production = own(value, "production");
    const engine = textOf(value, "engine");
    if (production === true && !has(value, "cluster_name"))
      report.warn(
        "no-cluster",
        path,
        "is a production database without a cluster_name",
        "name a managed database cluster of the account",
      );
    if (
      production !== true &&
      typeof production !== "string" &&
      !has(value, "cluster_name") &&
      engine !== undefined &&
      !["PG", "UNSET"].includes(engine)
    )
      report.warn(
        "dev-engine",
        [...path, "engine"],
        `is ${JSON.stringify(engine.slice(0, 20))}, but dev databases are PostgreSQL`,
        "use PG, or a managed cluster with production: true",
      );
    const nodes = numberOf(value, "num_nodes");
    if (nodes !== undefined && nodes < 1)
      report.warn("bad-count", [...path, "num_nodes"], "must be at least 1");
  }
}
