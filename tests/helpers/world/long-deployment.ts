import { join } from "node:path";
import { createEmulator, steppedClock, type CallMatch, type Emulator } from "app-platform-emulator";
import { TOP, type CommandResult } from "../../../tools/pulumi-project";
import { TestStack, TOKEN, type StackOptions } from "../e2e";
import { descendants, terminate } from "../processes/processes";

/** Seconds of a deployment, on a clock that stands still until the test moves it. */
const DEPLOY_SECONDS = 3_600;

export const CREATE: CallMatch = { method: "POST", path: /\/v2\/apps$/ };
export const UPDATE: CallMatch = { method: "PUT", path: /\/v2\/apps\/[^/]+$/ };

/** An app whose deployments finish when the test ends them, and a stack that waits for them. */
export class LongDeployment {
  private constructor(
    readonly emulator: Emulator,
    readonly stack: TestStack,
    private readonly advance: (ms: number) => void,
  ) {}

  static async start(
    options: Pick<StackOptions, "env" | "packages" | "program" | "language"> = {},
  ): Promise<LongDeployment> {
    const clock = steppedClock();
    const emulator = await createEmulator({
      clock,
      deploySeconds: DEPLOY_SECONDS,
      otherwise: [`deleted-at-once=${DEPLOY_SECONDS}`],
      token: TOKEN,
      rateLimit: false,
    });
    const env = { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: TOKEN, ...options.env };
    const stack = await TestStack.create(emulator, { ...options, env });
    return new LongDeployment(emulator, stack, (ms) => clock.advance(ms));
  }

  /** The same, but nothing hears Ctrl-C, as with an SDK that decodes the call differently. */
  static startUnheard(): Promise<LongDeployment> {
    const frozen = join(TOP, "tests", "fixtures", "frozen-cancel.cjs");
    return LongDeployment.start({ env: { NODE_OPTIONS: `--require ${frozen}` } });
  }

  async close(): Promise<void> {
    this.stack.remove();
    await this.emulator.close();
  }

  declare(instances: number, stack = this.stack, more: Record<string, unknown> = {}): void {
    const image = { registry_type: "DOCR", repository: "web", tag: "v1" };
    stack.declare({
      shop: { spec: { services: [{ name: "web", image, instance_count: instances }] }, ...more },
    });
  }

  /** Resolves when a deployment is checked: the wait for it has begun. */
  waiting(): Promise<unknown> {
    return this.emulator.nextCall({ method: "GET", path: /\/v2\/apps\/[^/]+\/deployments\/[^/]+$/ });
  }

  /** Finishes the running deployment. */
  end(): void {
    this.advance(DEPLOY_SECONDS * 1_000);
  }

  /**
   * Starts `up`, and resolves once the write got its response and the wait has begun; `press` is Ctrl-C, `terminate`
   * sends SIGTERM to every process of the run, as CI does for a canceled job.
   */
  async begin(
    write: CallMatch,
    stack = this.stack,
    args: readonly string[] = [],
    wait = () => this.waiting(),
  ): Promise<{ running: Promise<CommandResult>; press: () => void; terminate: () => void }> {
    let group = 0;
    const written = this.emulator.nextCall(write);
    const running = stack.up(args, { onGroup: (id) => (group = id) });
    await Promise.race([written, running]);
    await Promise.race([wait(), running]);
    return {
      running,
      press: () => void process.kill(-group, "SIGINT"),
      terminate: () => {
        for (const { pid } of [...descendants(group), { pid: group }]) terminate(pid);
      },
    };
  }

  /** Starts `up`, presses Ctrl-C, and resolves when the wait continues despite it. */
  async beginUnheard(write: CallMatch): ReturnType<LongDeployment["begin"]> {
    const begun = await this.begin(write);
    begun.press();
    await this.waiting();
    return begun;
  }

  /** Runs `up`, and presses Ctrl-C once as soon as the wait has begun. */
  async interruptedUp(write: CallMatch): Promise<CommandResult> {
    const { running, press } = await this.begin(write);
    press();
    return running;
  }

  /** Runs `up`, and finishes the deployment once the wait for it has begun. */
  async resumedUp(): Promise<CommandResult> {
    const begun = this.waiting();
    const running = this.stack.up();
    await Promise.race([begun, running]);
    this.end();
    return running;
  }

  recorded(stack = this.stack): { id: string; phase: string } {
    return stack.resource("shop").outputs["__deployment"] as { id: string; phase: string };
  }

  deployments() {
    return this.emulator.apps()[0]?.deployments ?? [];
  }
}
