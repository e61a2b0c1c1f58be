import type { Behavior } from "../model/behavior";

/**
 * How well an assumption is supported: the service's own code, description or tests (A), a published response or several
 * independent users (B), one public source (C), or a conclusion from something else (inferred).
 */
export type Strength = "A" | "B" | "C" | "inferred";

type NumberIn<T> = { [K in keyof T]: number extends T[K] ? K : never }[keyof T];

/** Something that the emulator and the provider take for granted about the service. Pure data. */
export interface Assumption {
  readonly id: string;
  readonly topic: string;
  /** What the service does, in one sentence. */
  readonly statement: string;
  readonly strength: Strength;
  /** Public: a repository with a path or an issue, the API description, or how a response became public. */
  readonly sources: readonly string[];
  /** What the emulator does by default. */
  readonly emulator: string;
  /** How to make the emulator do something else, if it can. */
  readonly otherwise?: {
    readonly effect: string;
    readonly behavior: Partial<Behavior>;
    /** The part of this behavior that is a number of seconds, which users can change: `ID=SECONDS`. */
    readonly seconds?: NumberIn<Behavior>;
  };
}

/** Keeps the ids as literal types. */
export const assumptions = <const T extends readonly Assumption[]>(list: T): T => list;

const GO_CLIENT = "digitalocean/godo: apps.gen.go";
const ACTION = "digitalocean/app_action";
const TERRAFORM = "digitalocean/terraform-provider-digitalocean: digitalocean/app";

/** Sources that several assumptions share. */
export const SOURCES = {
  description: "public OpenAPI description of the API",
  goClient: GO_CLIENT,
  action: `${ACTION}: deploy/main.go`,
  action130: `${ACTION}#130`,
  terraformTests: `${TERRAFORM}/resource_app_test.go`,
  terraformProjects: "digitalocean/terraform-provider-digitalocean: digitalocean/project/resource_project.go",
  pythonApps: "digitalocean/pydo: tests/integration/test_app.py",
  pythonDeployments: "digitalocean/pydo: tests/integration/test_app_deployment.py",
  doctlLogs: "digitalocean/doctl: commands/apps_test.go",
  doctl1322: "digitalocean/doctl#1322",
  pulumi249: "pulumi/pulumi-digitalocean#249",
  list2024: "list of apps of 2024, a test fixture of a public Rust client",
  list2022: "list of apps of 2022, mock data of a public JavaScript program",
  history: "deployments of an app, pasted by a user into a public document",
  messages: "error messages that users published",
  users: "reports of several users",
  none: "no source: plausible only",
} as const;
