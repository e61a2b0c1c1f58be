// The order of the pages. Pure.

export interface Entry {
  readonly text: string;
  readonly link: string;
}

export interface Group {
  readonly text: string;
  readonly items: readonly Entry[];
  readonly collapsed?: boolean;
}

/** Pages of groups, by their path in the site without `.md`. A page of `docs/` in no group comes under "More guides". */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Tutorials: ["docs/tutorials/first-app", "docs/tutorials/life-of-an-app", "docs/tutorials/pipeline"],
  Guides: [
    "docs/app",
    "docs/connecting",
    "docs/previews",
    "docs/redeploy-policy",
    "docs/deployments",
    "docs/validation",
    "docs/options",
    "docs/logs-and-lookups",
    "docs/plugin",
    "docs/plan",
  ],
  Pipelines: ["docs/pipelines", "docs/pulumi-deployments", "docs/operator", "docs/state-in-postgresql"],
  "Moving an app here": [
    "docs/migrate-terraform",
    "docs/migrate-bridged",
    "docs/migrate-doctl",
    "docs/migrate-action",
  ],
  "When something goes wrong": ["errors", "docs/recovery", "docs/faults"],
  "More guides": [],
  Reference: [
    "appspec",
    "api/index",
    "docs/compatibility",
    "docs/endpoints",
    "docs/assumptions",
    "docs/live",
    "docs/benchmark",
  ],
  Emulator: ["emulator/index", "docs/emulator-in-tests", "emulator/api/index"],
  Examples: ["examples/index"],
  Project: ["CHANGELOG", "CONTRIBUTING", "ARCHITECTURE", "SECURITY"],
};

const REST = "More guides";

/** @param titles by path; pages without a title are not part of the site */
export function sidebarOf(titles: ReadonlyMap<string, string>): Group[] {
  const listed = new Set(Object.values(GROUPS).flat());
  const others = [...titles.keys()].filter((path) => path.startsWith("docs/") && !listed.has(path)).sort();
  return Object.entries(GROUPS).flatMap(([text, paths]) => {
    const items = [...paths, ...(text === REST ? others : [])].flatMap((path): Entry[] => {
      const title = titles.get(path);
      return title === undefined ? [] : [{ text: title, link: `/${path.replace(/(^|\/)index$/, "$1")}` }];
    });
    return items.length === 0 ? [] : [{ text, items }];
  });
}
