import assert from "node:assert/strict";
import { WHOLE, type Bench } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

type Plain = Record<string, any>;

/**
 * Places that Terraform's provider leaves to the service unless the program sets them. Anything else that the service
 * adds to a spec is a change that every plan shows again.
 */
const LEFT_TO_SERVICE = [
  /^features$/,
  /^ingress$/,
  /^domains\.\d+\.(type|wildcard)$/,
  /^services\.\d+\.(http_port|internal_ports)$/,
  /\.image\.deploy_on_push$/,
  /^(.+\.)?envs\.\d+\.type$/,
];

const isPlain = (value: unknown): value is Plain => typeof value === "object" && value !== null;

/** Values that the provider cannot tell from missing ones. */
const isZero = (value: unknown): boolean =>
  value === undefined ||
  value === "" ||
  value === 0 ||
  value === false ||
  (Array.isArray(value) && !value.length);

/** What the next plan would change: places where the service's spec is not the program's. */
export function planned(wanted: unknown, held: unknown, path = ""): string[] {
  if (wanted === undefined && LEFT_TO_SERVICE.some((place) => place.test(path))) return [];
  if (isZero(wanted) && isZero(held)) return [];
  if (!isPlain(wanted) || !isPlain(held)) return wanted === held ? [] : [path];
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(held)])];
  return names.flatMap((name) => planned(wanted[name], held[name], path === "" ? name : `${path}.${name}`));
}

/** Manages one app as Terraform's provider does, with its requests in its order. */
export class TerraformApp {
  /** The app after its last change. */
  app: any;

  constructor(private readonly bench: Bench) {}

  private get path(): string {
    return `/v2/apps/${this.app.id}`;
  }

  /** Creates or updates the app and waits; then the next plan must be empty. */
  async apply(spec: Plain, more: Plain = {}): Promise<any> {
    if (this.app === undefined) this.app = (await this.bench.ok("POST", "/v2/apps", { spec, ...more })).app;
    else await this.bench.ok("PUT", this.path, { spec: withComputed(spec, this.app.spec) });
    assert.equal(await this.isDeployed(), false, "the newest deployment is the one of this change");
    this.bench.clock.advance(WHOLE);
    assert.equal(await this.isDeployed(), true);
    this.app = (await this.bench.ok("GET", this.path)).app;
    assert.ok(this.app.active_deployment.id && this.app.updated_at && this.app.created_at);
    assert.deepEqual(planned(spec, this.app.spec), []);
    return this.app.spec;
  }

  /** It takes the newest of two deployments, and waits until each of its first steps has succeeded. */
  async isDeployed(): Promise<boolean> {
    const { deployments } = await this.bench.ok("GET", `${this.path}/deployments?per_page=2`);
    const { deployment } = await this.bench.ok("GET", `${this.path}/deployments/${deployments[0].id}`);
    assert.ok(!deployment.progress.error_steps, "the deployment must not fail");
    return deployment.progress.steps.every(({ status }: any) => status === "SUCCESS");
  }

  /** The app must be gone at once. */
  async destroy(): Promise<void> {
    await this.bench.ok("DELETE", this.path);
    assert.equal((await this.bench.call("GET", this.path)).status, 404);
  }
}

/** An update sends what was read, where the program says nothing and the service decides. */
function withComputed(spec: Plain, held: Plain): Plain {
  const services = spec.services?.map((service: Plain) => {
    const before = held.services?.find(({ name }: Plain) => name === service.name) ?? {};
    const { http_port, internal_ports } = { ...before, ...service };
    // Its Go client omits a zero, which is how a program asks for no public port.
    return JSON.parse(
      JSON.stringify({ ...service, http_port: http_port || undefined, internal_ports }),
    ) as Plain;
  });
  const { features, ingress, domains } = held;
  const full = { features, ingress, domains, ...spec, ...(services === undefined ? {} : { services }) };
  return JSON.parse(JSON.stringify(full)) as Plain;
}
