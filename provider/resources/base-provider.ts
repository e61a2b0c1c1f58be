import { Client, type ClientOptions } from "../api/client";
import type { Clock } from "../clock";
import { serviceConfig } from "../service/config";
import type { LogSource } from "../deploy/failure-tail";
import { createReporter, mappingReporter, type Reporter } from "../host/reporter";
import { waitForOutcome, type Outcome } from "../deploy/outcome";
import type { DeploymentSource } from "../deploy/wait";
import type { Deployment } from "../api/types";
import { AppPlatformError, isApiError } from "../errors";
import type { ManagedApps } from "./managed-apps";
import type { Program } from "./program";
import { placesFrom, textsAt } from "../secrets/program-secrets";
import { masked, withoutSecrets, type Secrecy } from "../secrets/mask-errors";
import type { KnownSecrets } from "../secrets/known-secrets";
import type { SharedReads } from "../service/shared-reads";
import { plain, type AppInputs } from "./app/state";
import { timeoutMs, type Timeouts } from "../durations";
import type { ResourceMeta } from "./meta";
import { resourceName } from "./urn";
import { printOnce } from "./print-once";
import { sharedDeployments } from "../deploy/deployment-source";
import type { Engine } from "../host/engine";
import type { ProgramTexts } from "../text/program-texts";

/** Dependencies of a provider. Tests pass their own. */
export interface ProviderDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Absent if Pulumi did not start the process. */
  readonly engine: Engine | undefined;
  /** Width of the terminal that started the run, if any. @default none */
  readonly columns?: (() => number | undefined) | undefined;
  /** Shared by all providers in the process. */
  readonly reads: SharedReads;
  /** Shared by all providers in the process. */
  readonly knownSecrets: KnownSecrets;
  /** Shared by all providers in the process. */
  readonly managed: ManagedApps;
  readonly program: Program;
  /** Set by the front end. */
  readonly texts: ProgramTexts;
}

/** Context of an operation on any resource. */
export interface OperationContext {
  readonly client: Client;
  readonly reads: SharedReads;
  readonly knownSecrets: KnownSecrets;
  /** The client; its waits share requests with those of other resources. */
  readonly deployments: DeploymentSource & LogSource;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** Aborted when the user stops the run. */
  readonly stopped: AbortSignal | undefined;
  /** For calls that may be aborted when the run stops. */
  readonly options: { signal?: AbortSignal };
  readonly texts: ProgramTexts;
}

/** Context of an operation on an app. */
export interface AppOperationContext extends OperationContext {
  readonly inputs: AppInputs;
  readonly secrecy: Secrecy;
}

/** Limits for previews, which continue without the service instead of waiting for it. */
export const PREVIEW_LIMITS: Partial<ClientOptions> = {
  timeoutMs: 5_000,
  retry: { attempts: 1, limitMs: 2_000, rateLimitMs: 10_000 },
};

/** Options of `BaseProvider.run`. */
interface How {
  readonly limits?: Partial<ClientOptions>;
  readonly hasDiff?: boolean;
}

/** Base of all resource providers: configuration of the service, reporting on the resource's row, and error handling. */
export abstract class BaseProvider {
  private stackConfig: (key: string) => string | undefined = () => undefined;

  constructor(protected readonly deps: ProviderDeps) {}

  /** Never awaits and never throws: the host does not wait for this call, and does not retry it. */
  async configure({ config }: { config: { get(key: string): string | undefined } }): Promise<void> {
    this.stackConfig = (key) => config.get(key);
  }

  /**
   * Runs one operation on one resource. Returns after all of its lines have reached the engine.
   * @param how `secrecy`: what to mask in its lines and errors, evaluated when they are shown; `limits`: limits of its calls;
   * `hasDiff`: the row shows which properties change
   */
  protected async run<T>(
    meta: ResourceMeta,
    work: (context: OperationContext) => Promise<T>,
    { secrecy, ...how }: { secrecy: () => Secrecy } & How,
  ): Promise<T> {
    const { clock, engine, reads, knownSecrets, texts } = this.deps;
    const reporter = this.reporter(meta, secrecy, how.hasDiff);
    try {
      const client = this.client(reporter, how.limits);
      const stopped = engine?.stopped;
      const options = stopped ? { signal: stopped } : {};
      const deployments = sharedDeployments(client, reads);
      const context = { client, reads, knownSecrets, deployments, reporter, clock, stopped, options, texts };
      const result = await work(context);
      return result === undefined ? result : plain(result);
    } catch (error) {
      throw printOnce(
        withoutSecrets(nameInterruption(error, engine?.stopped), secrecy()),
        meta.urn ?? meta.row,
      );
    } finally {
      await reporter.flush();
    }
  }

  /** Like `run`, for a resource that works on an app of another resource. */
  protected runOn<T>(
    meta: ResourceMeta,
    inputs: { appId: string },
    work: (context: OperationContext) => Promise<T>,
    how: How = {},
  ): Promise<T> {
    const own = textsAt(inputs, placesFrom(meta.program?.secrets) ?? []);
    const knownSecrets = this.deps.knownSecrets.with(own);
    const secrecy = (): Secrecy => knownSecrets.of(inputs.appId);
    return this.run(meta, (context) => work({ ...context, knownSecrets }), {
      secrecy,
      ...how,
    });
  }

  /**
   * @param urn absent for the stack's own row
   * @param secrecy what to mask in its lines
   */
  protected reporter({ urn, row }: ResourceMeta, secrecy?: () => Secrecy, hasDiff = false): Reporter {
    const { engine, clock, columns, program } = this.deps;
    const own = urn ?? row;
    // With `--diff`, Pulumi does not print which resource a line belongs to.
    const label = (): string => (own !== undefined && program.hasSeveral ? `${resourceName(own)}: ` : "");
    const reporter = createReporter(engine, own, clock, undefined, { hasDiff, columns, label });
    return secrecy ? mappingReporter(reporter, (text) => masked(text, secrecy())) : reporter;
  }

  /** Warns about paths in the resource's options that match nothing. */
  protected async warnOfMismatches(meta: ResourceMeta, texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    const reporter = this.reporter(meta);
    for (const text of texts) reporter.warn(text);
    await reporter.flush();
  }

  /** @throws AppPlatformError `missing-token`, `bad-address` */
  protected client(reporter: Reporter, options: Partial<ClientOptions> = {}): Client {
    const { engine } = this.deps;
    return new Client({
      ...options,
      // Writes sent after the run was killed would interfere with the next run.
      ...(engine && { mayWrite: () => engine.isThere() }),
      ...serviceConfig(this.deps.env, this.stackConfig),
      onWait: (ms, why) => reporter.status(`waiting ${Math.ceil(ms / 1000)} s for ${why}`),
    });
  }
}

/** Replaces the error of a sleep or call aborted by the user: its own message is of no use to users. */
export function nameInterruption(error: unknown, stopped: AbortSignal | undefined): unknown {
  const named = error instanceof AppPlatformError && !isApiError(error, "aborted");
  if (named || !stopped?.aborted) return error;
  return new AppPlatformError(
    "interrupted",
    "The run was stopped. Operations in progress continue at the service; the next pulumi up, refresh or destroy picks up their result.",
    { cause: error },
  );
}

/** Waits for a deployment on the resource's row; see {@link waitForOutcome}. */
export function waitForOutcomeOnRow(
  { deployments, reporter, clock, stopped, knownSecrets, texts }: OperationContext,
  appId: string,
  deploymentId: string,
  operation: "create" | "update",
  timeouts: Timeouts | undefined,
  onSeen: (seen: Deployment) => void,
): Promise<Outcome> {
  return waitForOutcome(deployments, appId, deploymentId, reporter, knownSecrets.of(appId).secrets, {
    clock,
    signal: stopped,
    timeoutMs: timeoutMs(operation, timeouts),
    onSeen,
    texts,
  });
}
