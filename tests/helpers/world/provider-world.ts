import assert from "node:assert/strict";
import {
  createEmulator,
  steppedClock,
  type Emulator,
  type EmulatorOptions,
  type RecordedCall,
  type StoredApp,
} from "../../../emulator/index";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import type { HiddenInputs, KeptInputs } from "../../../provider/dynamic/hidden-inputs";
import { InitializationError } from "../../../provider/errors";
import { ManagedApps } from "../../../provider/resources/managed-apps";
import type { ProviderDeps } from "../../../provider/provider";
import { Program } from "../../../provider/resources/program";
import { KnownSecrets } from "../../../provider/secrets/known-secrets";
import { SharedReads } from "../../../provider/service/shared-reads";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../../provider/appspec/types";
import { printable } from "../../../provider/text/printable";
import type { AppInputs, AppOutputs } from "../../../provider/resources/app/state";
import { current } from "../current";
import { InstantClock } from "../clocks/instant-clock";
import type { LogLine } from "../../../provider/host/engine";
import { AppProvider } from "../../../provider/resources/app/provider";
import { TYPESCRIPT } from "../../../provider/text/program-texts";

export const TOKEN = `dop_v1_${"5ec4e7".repeat(10)}`;
export const SECRET = "hunter2-the-value-nobody-may-see";
export const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::shop";
export const PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").app()';

/** A service with a SECRET variable, and a static site. */
export const SHOP: AppSpec = {
  name: "shop",
  region: "ams",
  services: [
    {
      name: "web",
      git: { repo_clone_url: "https://example.com/web.git", branch: "main" },
      http_port: 8080,
      instance_count: 1,
      envs: [
        { key: "GREETING", value: "hello", scope: "RUN_TIME" },
        { key: "API_TOKEN", value: SECRET, type: "SECRET" },
      ],
    },
  ],
  static_sites: [{ name: "site", git: { repo_clone_url: "https://example.com/site.git", branch: "main" } }],
};

/** The inputs as Pulumi passes them to the provider. */
export function inputs(spec: AppSpec = SHOP, more: Partial<AppInputs> = {}): AppInputs & HiddenInputs {
  return { spec: listsToMaps(spec), ...more, __urn: URN, __provider: PROVIDER };
}

/** A deep copy, modified by `change`. */
export function changed(change: (spec: AppSpec) => void, spec: AppSpec = SHOP): AppSpec {
  const copy = structuredClone(spec);
  change(copy);
  return copy;
}

/** Without secrets: those of a program cannot be compared with the service's ciphertext. */
export const OPEN = changed((spec) => spec.services![0]!.envs!.pop());

/** The provider of Apps, as Pulumi's host calls it. */
export type DynamicApp = DynamicProvider<AppInputs, AppOutputs>;

export interface Made {
  readonly id: string;
  readonly outs: AppOutputs & KeptInputs;
}

/** Providers, each as in a separate run, and the emulator that they work on. Its time passes while they sleep. */
export class World {
  readonly lines: LogLine[] = [];
  /** Errors thrown by the calls passed to `failure`. */
  readonly errors: Error[] = [];
  stop = new AbortController();
  /** Secrets that the providers know: none in a new process. */
  knownSecrets = new KnownSecrets();
  private readonly time = steppedClock(Date.UTC(2026, 2, 4));
  readonly clock = new InstantClock(this.time.now(), (ms) => this.time.advance(ms));
  private started: Emulator | undefined;

  async start(options: EmulatorOptions = {}): Promise<void> {
    this.started = await createEmulator({
      clock: this.time,
      token: TOKEN,
      rateLimit: false,
      deploySeconds: 6,
      ...options,
      otherwise: ["deleted-at-once=2", ...(options.otherwise ?? [])],
    });
  }

  /** Starts again with another emulator, without apps. */
  async restart(options: EmulatorOptions): Promise<void> {
    await this.close();
    await this.start(options);
  }

  get emulator(): Emulator {
    return this.started ?? assert.fail("the emulator has not been started");
  }

  close(): Promise<void> {
    return this.emulator.close();
  }

  /** The app that exists at the service. */
  get app(): StoredApp {
    const [app, ...others] = this.emulator.apps();
    assert.deepEqual(others, []);
    return app ?? assert.fail("there is no app");
  }

  /** The dependencies of a provider in this world. */
  deps(more: Partial<ProviderDeps> = {}): ProviderDeps {
    const log = async (line: LogLine): Promise<void> => void this.lines.push(line);
    return {
      env: { DIGITALOCEAN_TOKEN: TOKEN, DIGITALOCEAN_API_URL: this.emulator.url },
      clock: this.clock,
      engine: { log, stopped: this.stop.signal, isThere: async () => true, hearsCtrlC: true },
      reads: new SharedReads(this.clock),
      program: new Program(),
      texts: TYPESCRIPT,
      knownSecrets: this.knownSecrets,
      managed: new ManagedApps(),
      ...more,
    };
  }

  /** A provider as in a new run of Pulumi. */
  run(more: Partial<ProviderDeps> = {}): DynamicApp {
    return new DynamicProvider(new AppProvider(this.deps(more)));
  }

  create(news: AppInputs & HiddenInputs = inputs()): Promise<Made> {
    return this.run().create(news);
  }

  update({ id, outs }: Made, news: AppInputs & HiddenInputs): Promise<Made> {
    return this.run()
      .update(id, outs, news)
      .then((updated) => ({ id, outs: updated.outs }));
  }

  /** The error that an operation fails with. */
  async failure(promise: Promise<unknown>): Promise<Error & { errorCode?: string }> {
    const error = await promise.then(
      (result) => assert.fail(`it succeeded: ${JSON.stringify(result)}`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error, String(error));
    this.errors.push(error);
    return error;
  }

  /** The error of an operation that leaves the resource in the state, with the recorded state. */
  async initFailure(promise: Promise<unknown>): Promise<InitializationError & { made: Made }> {
    const error = await this.failure(promise);
    assert.ok(error instanceof InitializationError, `${error.name}: ${error.message}`);
    return Object.assign(error, { made: { id: error.id, outs: error.properties as AppOutputs } });
  }

  /** The write requests, each with its action and the kind of object. */
  get writes(): string[] {
    return this.emulator.calls.filter(({ method }) => method !== "GET").map(told);
  }

  messages(severity?: LogLine["severity"]): string[] {
    return this.lines
      .filter((line) => severity === undefined || line.severity === severity)
      .map(({ message }) => message);
  }

  /** Everything that a user may have seen so far: lines, and errors with everything they carry except the state. */
  get shown(): string {
    const errors = this.errors.map((error) => {
      const { properties: _state, made: _made, ...rest } = { ...error } as unknown as Record<string, unknown>;
      return `${error.message} ${error.stack} ${JSON.stringify(rest)}`;
    });
    return [...this.messages(), ...errors].join("\n");
  }
}

const told = ({ method, path }: RecordedCall): string =>
  `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…")}`;

/**
 * A new world for each test of the `describe` that it is called in; after each test, asserts that it showed no secrets
 * and no text that a terminal or a CI runner acts on.
 */
export function eachInItsWorld(): World {
  let world: World;
  beforeEach(async () => {
    world = new World();
    await world.start();
  });
  afterEach(async () => {
    await world.close();
    for (const secret of [TOKEN, SECRET, "EV["]) assert.ok(!world.shown.includes(secret), world.shown);
    assert.equal(printable(world.shown), world.shown);
  });
  return current(() => world);
}

/** Asserts that a value survives the trip to Pulumi and back unchanged. */
export function assertClean(value: unknown): void {
  assert.deepEqual(JSON.parse(JSON.stringify(value)), value);
}
