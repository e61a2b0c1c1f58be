import type { Clock } from "../provider/clock";
import { AppPlatformError } from "../provider/errors";
import type { Engine } from "../provider/host/engine";
import type { ProviderDeps } from "../provider/resources/base-provider";
import { AppProvider } from "../provider/resources/app/provider";
import { DeploymentProvider } from "../provider/resources/deployment/provider";
import { ManagedApps, type StackState } from "../provider/resources/managed-apps";
import { Program } from "../provider/resources/program";
import type { RunClaims } from "../provider/resources/run-claims";
import { RollbackProvider } from "../provider/resources/rollback/provider";
import { DEPLOYMENT, ROLLBACK } from "../provider/resources/kinds";
import { KnownSecrets } from "../provider/secrets/known-secrets";
import { SharedReads } from "../provider/service/shared-reads";
import { environmentOf, type ProviderSettings } from "./configuration";
import { Functions } from "./functions/functions";
import { AppResource } from "./resources/app";
import { PlainResource } from "./resources/plain";
import type { PluginResource } from "./resources/resource";
import { pulumiSchema } from "./schema/schema";
import type { Properties } from "./values/wire";
import { ANY_LANGUAGE } from "../provider/text/program-texts";

/** What the process provides. Tests pass their own. */
export interface PluginDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly engine: (Engine & { stop(): void }) | undefined;
  readonly columns?: () => number | undefined;
  readonly state?: StackState;
  readonly claims?: RunClaims | undefined;
}

/** One provider of a run: the engine starts a process for each one. */
export class Plugin {
  private resources: ReadonlyMap<string, PluginResource> = new Map();
  private functions: Functions | undefined;

  constructor(private readonly deps: PluginDeps) {}

  configure(settings: ProviderSettings): void {
    const { clock, engine, columns, state, claims } = this.deps;
    const env = environmentOf(settings, this.deps.env);
    const deps: ProviderDeps = {
      env,
      clock,
      engine,
      columns,
      reads: new SharedReads(clock),
      knownSecrets: new KnownSecrets(),
      managed: new ManagedApps(state, claims),
      program: new Program(),
      texts: ANY_LANGUAGE,
    };
    const config = (key: string): string | undefined =>
      key === "app-platform:token" ? settings.token : undefined;
    this.resources = resourcesOf(deps, config);
    this.functions = new Functions(env, config);
  }

  /** The kind of resource in a URN. */
  resource(urn: string): PluginResource {
    const type = urn.split("::").at(-2)?.split("$").at(-1) ?? "";
    const found = this.resources.get(type.split(":").at(-1) ?? "");
    if (!found)
      throw new AppPlatformError("invalid-input", `The plugin app-platform has no resource ${type}.`);
    return found;
  }

  call(token: string, args: Properties, preview: boolean): Promise<Properties> {
    if (!this.functions) throw new AppPlatformError("invalid-input", "The plugin is not configured.");
    return this.functions.call(token, args, preview);
  }

  schema(): object {
    return pulumiSchema();
  }

  /** The user stops the run. */
  stop(): void {
    this.deps.engine?.stop();
  }
}

function resourcesOf(
  deps: ProviderDeps,
  config: (key: string) => string | undefined,
): ReadonlyMap<string, PluginResource> {
  const app = new AppProvider(deps);
  const deployment = new DeploymentProvider(deps);
  const rollback = new RollbackProvider(deps);
  for (const core of [app, deployment, rollback]) void core.configure({ config: { get: config } });
  return new Map<string, PluginResource>([
    ["App", new AppResource(app)],
    ["Deployment", new PlainResource(deployment, DEPLOYMENT)],
    ["Rollback", new PlainResource(rollback, ROLLBACK)],
  ]);
}
