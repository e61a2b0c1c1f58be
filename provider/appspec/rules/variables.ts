import { isPlainObject } from "../lists-by-name";
import { nearest } from "../nearest";
import { quote, type Report } from "../problem";
import { reportRepeated } from "../repeated";
import { forRepeated, has, numberOf, own, textOf, type Item, type Plain, type SpecView } from "./view";

/** A warning only: no documentation mentions a rejection, and official templates contain duplicates. */
export function variablesAreUnique(app: SpecView, report: Report): void {
  for (const list of app.variables) {
    const repeated = new Set<string>();
    forRepeated(list, "key", (key) => repeated.add(key));
    for (const key of repeated) {
      const items = list.filter(({ value }) => textOf(value, "key") === key);
      const at = items.map(({ path }) => Number(path.at(-1)));
      reportRepeated({ key, at }, items.at(-1)?.path ?? [], report);
    }
  }
}

export function referencesExist(app: SpecView, report: Report): void {
  const shared = lazily(() => keysOf(app.spec));
  [app.spec, ...app.components.map(({ value }) => value)].forEach((owner, index) => {
    const keys = lazily(() => {
      const [ofApp, own] = [shared(), index === 0 ? [] : keysOf(owner)];
      return ofApp && own && new Keys(ofApp, own);
    });
    for (const variable of app.variables[index] ?? []) {
      const text = textOf(variable.value, "value") ?? "";
      if (!text.includes("${")) continue;
      const missing = missingNames(text, variable, app, keys);
      if (missing.length > 0) tellReference(variable, missing, report);
    }
  });
}

/** Most specs name no variables in values. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Variables that App Platform provides, in addition to those of components and databases. */
const APP_VALUES = ["APP_URL", "APP_DOMAIN", "APP_ID"];

/** The variables that a value may reference without a component: those of the app and of the same component. */
class Keys {
  private readonly shared: ReadonlySet<string>;
  private readonly beside: ReadonlySet<string>;

  constructor(
    private readonly ofApp: readonly string[],
    ofComponent: readonly string[],
  ) {
    this.shared = new Set([...APP_VALUES, ...ofApp]);
    this.beside = new Set(ofComponent);
  }

  has(name: string, { value, path }: Item): boolean {
    const isOwn = textOf(value, "key") === name;
    if (path.length > 2) return this.shared.has(name) || (this.beside.has(name) && !isOwn);
    return this.shared.has(name) && !(isOwn && !APP_VALUES.includes(name));
  }

  all(): string[] {
    return [...APP_VALUES, ...this.ofApp, ...this.beside];
  }
}

/** The keys of a list of variables; undefined where one is not known yet. */
function keysOf(owner: Plain): string[] | undefined {
  const list = own(owner, "envs");
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) return undefined;
  const keys = list.map((item: unknown) => (isPlainObject(item) ? textOf(item, "key") : undefined));
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

interface Missing {
  readonly name: string;
  readonly isBare: boolean;
  readonly candidates: Iterable<string>;
}

function missingNames(
  text: string,
  variable: Item,
  app: SpecView,
  keysKnown: () => Keys | undefined,
): Missing[] {
  const missing = new Map<string, Missing>();
  for (let at = text.indexOf("${"); at >= 0; at = text.indexOf("${", at + 2)) {
    const component = app.namesKnown ? referredName(text, at + 2, app.names) : undefined;
    if (component !== undefined)
      missing.set(component, { name: component, isBare: false, candidates: app.names });
    const bare = bareName(text, at + 2);
    const keys = bare === undefined ? undefined : keysKnown();
    if (bare !== undefined && keys && !keys.has(bare, variable))
      missing.set(bare, { name: bare, isBare: true, candidates: keys.all() });
  }
  return [...missing.values()];
}

const LONGEST_NAME = 32;

/** The rest of `${db.DATABASE_URL}` or `${db.pool.DATABASE_URL}`; names in lower case at the end belong to other templates. */
const REFERENCE = /([a-z][a-z0-9-]{0,31})(?:\.[A-Za-z0-9_-]+)*\.[A-Z][A-Z0-9_]*\}/y;

/** The name referenced at `start`, unless it is in `known`. */
function referredName(text: string, start: number, known: ReadonlySet<string>): string | undefined {
  const [name = ""] = text.slice(start, start + LONGEST_NAME + 1).split(".", 1);
  if (known.has(name)) return undefined;
  REFERENCE.lastIndex = start;
  return REFERENCE.exec(text)?.[1];
}

/** `${NAME}`, and `${NAME:-default}` as shells have it. */
const BARE = /([A-Za-z_]\w{0,80})(?::[-=?+][^{}]{0,200})?\}/y;

function bareName(text: string, start: number): string | undefined {
  BARE.lastIndex = start;
  return BARE.exec(text)?.[1];
}

function tellReference({ path, value }: Item, missing: readonly Missing[], report: Report): void {
  const isSecret = own(value, "type") === "SECRET";
  const [first] = missing;
  const near = isSecret || !first ? undefined : nearest(first.name, first.candidates);
  const secret = first?.isBare ? "a variable that" : "a component or database that";
  const names = isSecret ? secret : `${missing.map(({ name }) => `"${name}"`).join(", ")}, which`;
  report.warn(
    "no-such-reference",
    [...path, "value"],
    `refers to ${names} this app does not have`,
    near === undefined ? "add it, or correct the name" : `did you mean ${near}?`,
  );
}

/** Major versions that managed databases have had so far. */
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  PG: ["10", "11", "12", "13", "14", "15", "16", "17", "18"],
  MYSQL: ["8"],
  REDIS: ["5", "6", "7"],
  VALKEY: ["7", "8", "9"],
  MONGODB: ["4", "5", "6", "7", "8"],
  KAFKA: ["2", "3", "4"],
  OPENSEARCH: ["1", "2", "3"],
};

export function versionsAreKnown(app: SpecView, report: Report): void {
  for (const { path, value } of app.databases) {
    const version = textOf(value, "version");
    const known = VERSIONS[textOf(value, "engine") ?? ""];
    if (
      version === undefined ||
      version === "" ||
      known?.includes(/^\d+(?=\.|$)/.exec(version)?.[0] ?? "") !== false
    )
      continue;
    const place = [...path, "version"];
    report.warn(
      "unknown-value",
      place,
      `is ${quote(version, place) ?? "a version"}, which is not a known version; it is sent unchanged`,
      `known versions: ${known.join(", ")}`,
    );
  }
}

export function databasesAreConsistent(app: SpecView, report: Report): void {
  for (const { path, value } of app.databases) {
    const production = own(value, "production");
    const engine = textOf(value, "engine");
    if (production === true && !has(value, "cluster_name"))
      report.error(
        "no-cluster",
        [...path, "cluster_name"],
        "is required for a production database",
        "set it to the name of a managed database cluster in your account, or remove production",
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
