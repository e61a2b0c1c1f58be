import { nearest } from "../near";
import type { Report } from "../problem";
import { forRepeated, has, numberOf, own, textOf, type Item, type SpecView } from "./view";

export function variablesAreUnique(app: SpecView, report: Report): void {
  for (const list of app.variables) {
    forRepeated(list, "key", (key, { path }) => {
      const message = `is ${JSON.stringify(key)}, as in another variable here`;
      report.error("duplicate-variable", [...path, "key"], message, "remove one of them");
    });
  }
}

export function referencesExist(app: SpecView, report: Report): void {
  if (!app.namesKnown) return;
  for (const list of app.variables) {
    for (const variable of list) {
      const text = textOf(variable.value, "value") ?? "";
      for (let at = text.indexOf("${"); at >= 0; at = text.indexOf("${", at + 2)) {
        const name = referredName(text, at + 2, app.names);
        if (name !== undefined) tellReference(app, variable, name, report);
      }
    }
  }
}

const LONGEST_NAME = 32;

/** The rest of `${db.DATABASE_URL}` or `${db.pool.DATABASE_URL}`; names in lower case at the end belong to other templates. */
const REFERENCE = /([a-z][a-z0-9-]{0,31})(?:\.[A-Za-z0-9_-]+)*\.[A-Z][A-Z0-9_]*\}/y;

/** What the text refers to at `start`, unless it is in `known`. */
function referredName(text: string, start: number, known: ReadonlySet<string>): string | undefined {
  const [name = ""] = text.slice(start, start + LONGEST_NAME + 1).split(".", 1);
  if (known.has(name)) return undefined;
  REFERENCE.lastIndex = start;
  return REFERENCE.exec(text)?.[1];
}

function tellReference(app: SpecView, { path, value }: Item, name: string, report: Report): void {
  const isSecret = own(value, "type") === "SECRET";
  const near = isSecret ? undefined : nearest(name, app.names);
  const what = isSecret ? "a component or database" : `"${name}"`;
  const hint = near === undefined ? "add it, or correct the name" : `did you mean ${near}?`;
  report.warn(
    "no-such-reference",
    [...path, "value"],
    `refers to ${what}, which this app does not have`,
    hint,
  );
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
