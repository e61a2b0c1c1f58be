import { Client, type ClientOptions } from "../api/client";
import type { Clock } from "../clock";
import { serviceConfig } from "../service/config";
import type { LogSource } from "../deploy/failure-tail";
import { createReporter, mappingReporter, type Reporter } from "../host/reporter";
import { settle, type Outcome } from "../deploy/outcome";
import type { DeploymentSource } from "../deploy/wait";
import type { Deployment } from "../api/types";
import { AppPlatformError, isApiError } from "../errors";
import type { ManagedApps } from "./managed-apps";
import type { Program } from "./program";
import { placesFrom, textsAt } from "../secrets/program-secrets";
import { masked, withoutSecrets, type Secrecy } from "../secrets/mask-errors";
import type { SecretsOfApps } from "../secrets/known-secrets";
import type { SharedReads } from "../service/shared-reads";
import { plain, type AppInputs } from "./app/state";
import { timeoutMs, type Timeouts } from "../durations";
import type { ResourceMeta } from "./meta";
import { resourceName } from "./urn";
import { toldOnce } from "./print-once";
import { sharedDeployments } from "../deploy/deployment-source";
import type { Engine } from "../host/engine";

/** What a provider takes from its surroundings; tests give their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Absent where Pulumi does not run the process. */
  readonly engine: Engine | undefined;
  /** How many the terminal has in front of which the run was started, if any. @default none */
  readonly columns?: (() => number | undefined) | undefined;
  /** Of all providers in the process, whatever their resources. */
  readonly reads: SharedReads;
  /** As far as the process knows them, likewise. */
  readonly secretsOfApps: SecretsOfApps;
  /** Likewise. */
  readonly managed: ManagedApps;
  readonly program: Program;
}

/** What an operation works with. */
export interface Desk {
  readonly client: Client;
  readonly reads: SharedReads;
  readonly secretsOfApps: SecretsOfApps;
  /** The client, with waits that share their looks with those of other resources. */
  readonly deployments: DeploymentSource & LogSource;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** Aborted when the user stops the run. */
  readonly stopped: AbortSignal | undefined;
  /** For calls that a stop of the run may end. */
  readonly options: { signal?: AbortSignal };
}

/** What goes beside an app works with: see resources/app/alerts/assign.ts and rollback.ts. */
export interface Site extends Desk {
  readonly inputs: AppInputs;
  readonly secrecy: Secrecy;
}

/** A preview continues without the service rather than wait for it. */
export const PREVIEW_LIMITS: Partial<ClientOptions> = {
  timeoutMs: 5_000,
  retry: { attempts: 1, limitMs: 2_000, rateLimitMs: 10_000 },
};

/** How an operation runs, see `ServiceProvider.run`. */
interface How {
  readonly limits?: Partial<ClientOptions>;
  readonly hasDiff?: boolean;
}

/** What the providers of all resources have in common: where the service is, the row, and how operations fail. */
export abstract class ServiceProvider {
  private stackConfig: (key: string) => string | undefined = () => undefined;

  constructor(protected readonly surroundings: Surroundings) {}

  /** Never awaits and never throws: the host uses the provider before this has ended, and does not try it again. */
  async configure({ config }: { config: { get(key: string): string | undefined } }): Promise<void> {
    this.stackConfig = (key) => config.get(key);
  }

  /**
   * Runs one operation on one resource. What it said has arrived when it ends.
   * @param how `secrecy`: what its lines and its error must not show, as known when they are shown; `limits`: of its calls;
   * `hasDiff`: the row shows which properties change
   */
  protected async run<T>(
    meta: ResourceMeta,
    work: (desk: Desk) => Promise<T>,
    { secrecy, ...how }: { secrecy: () => Secrecy } & How,
  ): Promise<T> {
    const { clock, engine, reads, secretsOfApps } = this.surroundings;
    const reporter = this.reporter(meta, secrecy, how.hasDiff);
    try {
      const client = this.client(reporter, how.limits);
      const stopped = engine?.stopped;
      const options = stopped ? { signal: stopped } : {};
      const deployments = sharedDeployments(client, reads);
      const desk = { client, reads, secretsOfApps, deployments, reporter, clock, stopped, options };
      const result = await work(desk);
      return result === undefined ? result : plain(result);
    } catch (error) {
      throw toldOnce(
        withoutSecrets(nameInterruption(error, engine?.stopped), secrecy()),
        meta.urn ?? meta.row,
      );
    } finally {
      await reporter.flush();
    }
  }

  /** As `run`, for work on an app that is another resource. */
  protected runOn<T>(
    meta: ResourceMeta,
    inputs: { appId: string },
    work: (desk: Desk) => Promise<T>,
    how: How = {},
  ): Promise<T> {
    const own = textsAt(inputs, placesFrom(meta.program?.secrets) ?? []);
    const secretsOfApps = this.surroundings.secretsOfApps.with(own);
    const secrecy = (): Secrecy => secretsOfApps.of(inputs.appId);
    return this.run(meta, (desk) => work({ ...desk, secretsOfApps }), {
      secrecy,
      ...how,
    });
  }

  /**
   * @param urn absent: the stack's own row
   * @param secrecy what its lines must not show
   */
  protected reporter({ urn, row }: ResourceMeta, secrecy?: () => Secrecy, hasDiff = false): Reporter {
    const { engine, clock, columns, program } = this.surroundings;
    const own = urn ?? row;
    // With `--diff`, nothing but the line itself says which App it is about.
    const label = (): string => (own !== undefined && program.hasSeveral ? `${resourceName(own)}: ` : "");
    const reporter = createReporter(engine, own, clock, undefined, { hasDiff, columns, label });
    return secrecy ? mappingReporter(reporter, (text) => masked(text, secrecy())) : reporter;
  }

  /** Warns of paths in the resource's options that match nothing. */
  protected async warnOfMismatches(meta: ResourceMeta, texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    const reporter = this.reporter(meta);
    for (const text of texts) reporter.warn(text);
    await reporter.flush();
  }

  /** @throws AppPlatformError `missing-token`, `bad-address` */
  protected client(reporter: Reporter, options: Partial<ClientOptions> = {}): Client {
    const { engine } = this.surroundings;
    return new Client({
      ...options,
      // What is sent after the run was killed would change things behind the back of the next one.
      ...(engine && { mayWrite: () => engine.isThere() }),
      ...serviceConfig(this.surroundings.env, this.stackConfig),
      onWait: (ms, why) => reporter.status(`waiting ${Math.ceil(ms / 1000)} s for ${why}`),
    });
  }
}

/** A sleep or a call that the user's signal ends fails in words that tell a user nothing. */
export function nameInterruption(error: unknown, stopped: AbortSignal | undefined): unknown {
  const named = error instanceof AppPlatformError && !isApiError(error, "aborted");
  if (named || !stopped?.aborted) return error;
  return new AppPlatformError(
    "interrupted",
    "The run was stopped. What was begun goes on at the service; the next pulumi up, refresh or destroy finds out how it ended.",
    { cause: error },
  );
}

/** Waits for a deployment on the resource's row; see {@link settle}. */
export function settleAt(
  { deployments, reporter, clock, stopped, secretsOfApps }: Desk,
  appId: string,
  deploymentId: string,
  operation: "create" | "update",
  timeouts: Timeouts | undefined,
  onSeen: (seen: Deployment) => void,
): Promise<Outcome> {
  return settle(deployments, appId, deploymentId, reporter, secretsOfApps.of(appId).secrets, {
    clock,
    signal: stopped,
    timeoutMs: timeoutMs(operation, timeouts),
    onSeen,
  });
}
