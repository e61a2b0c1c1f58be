import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Client } from "../../../provider/api/client";
import type { App, Deployment } from "../../../provider/api/types";
import { standing } from "../../../provider/deployment-phases";
import { isApiError, type ErrorCode } from "../../../provider/errors";
import type { AppSpec } from "../../../provider/appspec/types";

/** What the checks of the contract run against. */
export interface ContractTarget {
  readonly url: string;
  readonly token: string;
  /** Name of the app to create. */
  readonly name: string;
  /** Milliseconds between two looks at something that takes time. */
  readonly pollMs: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Requests a page of an app, so that the app writes a line to its log. Absent where apps have no address. */
  readonly visit?: ((url: string) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One statement about the service, checked through the provider's own client.
 * @returns what was observed, if it is more than that the statement holds
 */
export interface Check {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<string | void>;
}

const IMAGE = {
  registry_type: "DOCKER_HUB",
  registry: "library",
  repository: "nginx",
  tag: "alpine",
} as const;
const SITE = { repo_clone_url: "https://github.com/digitalocean/sample-html.git", branch: "main" };

/** Looks at something late, such as a list that lags, before the check fails. */
const MOST_LOOKS = 60;

/** The app of a run of the contract, and what its checks have learned about it. */
export class Bench {
  readonly client: Client;
  app: App | undefined;
  /** The app's deployments in the order in which the checks started them. */
  readonly deployments: string[] = [];

  constructor(readonly target: ContractTarget) {
    this.client = this.clientWith(target.token);
  }

  clientWith(token: string): Client {
    return new Client({ token, baseUrl: this.target.url });
  }

  get name(): string {
    return this.target.name;
  }

  get id(): string {
    return this.app?.id ?? assert.fail("there is no app: see the check that creates it");
  }

  /** An id of nothing. */
  get unknown(): string {
    return randomUUID();
  }

  /** A static site, which is built, and a service of a prebuilt image, which runs. */
  spec(more: Partial<AppSpec> = {}): AppSpec {
    return {
      name: this.name,
      region: "nyc",
      static_sites: [{ name: "site", git: SITE }],
      services: [
        {
          name: "web",
          image: IMAGE,
          http_port: 80,
          instance_size_slug: "apps-s-1vcpu-0.5gb",
          instance_count: 1,
        },
      ],
      ingress: {
        rules: [
          { match: { path: { prefix: "/site" } }, component: { name: "site" } },
          { match: { path: { prefix: "/" } }, component: { name: "web" } },
        ],
      },
      alerts: [{ rule: "DEPLOYMENT_FAILED" }],
      ...more,
    };
  }

  private async wait(): Promise<void> {
    this.target.signal?.throwIfAborted();
    await this.target.pause(this.target.pollMs);
  }

  /** The deployment once it has finished. */
  async finished(id: string): Promise<Deployment> {
    for (;;) {
      const deployment = await this.client.getDeployment(this.id, id);
      if (standing(deployment.phase) !== "running") return deployment;
      await this.wait();
    }
  }

  /** The app once no deployment is in progress. */
  async idle(): Promise<App> {
    for (;;) {
      const app = await this.client.getApp(this.id);
      if (app.in_progress_deployment == null) return app;
      await this.wait();
    }
  }

  /** What a read returns once it is what it should be; lists may lag. */
  async eventually<T>(read: () => Promise<T>, isSo: (value: T) => boolean, what: string): Promise<T> {
    for (let looks = 1; ; looks++) {
      const value = await read();
      if (isSo(value)) return value;
      assert.ok(looks < MOST_LOOKS, what);
      await this.wait();
    }
  }

  /** Waits for the deployment that a write started, and remembers it. */
  async deployed(started: Deployment | null | undefined): Promise<Deployment> {
    const { id } = started ?? assert.fail("the response names no deployment");
    this.deployments.push(id);
    return this.finished(id);
  }
}

/** The error that the call must fail with. @returns status and code, as observed */
export async function refused(call: Promise<unknown>, ...codes: ErrorCode[]): Promise<string> {
  const error = await call.then(
    () => assert.fail(`accepted; expected ${codes.join(" or ")}`),
    (reason: unknown) => reason,
  );
  assert.ok(isApiError(error, ...codes), `expected ${codes.join(" or ")}: ${String(error)}`);
  assert.ok(error.serviceMessage !== undefined, "the error has no message of the service");
  return `${error.status ?? "no status"} ${error.serviceId ?? ""}`.trim();
}
