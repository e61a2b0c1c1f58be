/** The AppSpec lists whose items run code or serve files. */
export const COMPONENT_LISTS = ["services", "static_sites", "workers", "jobs", "functions"] as const;
export type ComponentList = (typeof COMPONENT_LISTS)[number];

export type ComponentKind = "service" | "static site" | "worker" | "job" | "functions" | "database";

/** The name of one item of each list; databases count as components. */
export const KIND_OF_LIST: Readonly<Record<ComponentList | "databases", ComponentKind>> = {
  services: "service",
  static_sites: "static site",
  workers: "worker",
  jobs: "job",
  functions: "functions",
  databases: "database",
};

/** The list that components of a kind are in. */
export const LIST_OF_KIND = Object.fromEntries(
  Object.entries(KIND_OF_LIST).map(([list, kind]) => [kind, list]),
) as Readonly<Record<ComponentKind, ComponentList | "databases">>;
