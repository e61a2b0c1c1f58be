import {
  createServer,
  request as send,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Emulator } from "app-platform-emulator";

/** A call on its way to the service. */
export interface Passing {
  /** Name of the app that it is about; undefined if it is about none, or many. */
  readonly app: string | undefined;
  /** Method and path, with `{app}` and `{deployment}` for ids. */
  readonly what: string;
  /**
   * The step of the work on this app that the call belongs to, from 0: calls that repeat the previous one are the same
   * step.
   */
  readonly step: number;
}

/** Where a call is held: on its way to the service, or on the way back, with the work done. */
export type Moment = "before" | "after";

interface Hold {
  readonly app: string;
  readonly step: number;
  readonly moment: Moment;
  readonly reached: (call: Passing) => void;
}

/**
 * A proxy between Pulumi and the emulator that can hold calls. A call held before the service is lost if its caller
 * exits.
 */
export class Gate {
  /** Every call that arrived, in order. */
  readonly passed: Passing[] = [];
  /** Tokens that get a 401 response. */
  readonly refused = new Set<string>();
  private holds: Hold[] = [];
  private free: (() => void)[] = [];
  private readonly last = new Map<string, Passing>();

  private constructor(
    private readonly emulator: Emulator,
    private readonly server: Server,
  ) {}

  static async open(emulator: Emulator): Promise<Gate> {
    const server = createServer();
    const gate = new Gate(emulator, server);
    server.on("request", (incoming, outgoing) => {
      gate.pass(incoming, outgoing).catch(() => outgoing.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Forgets earlier calls: the next call on an app is its step 0. */
  restart(): void {
    this.passed.length = 0;
    this.last.clear();
  }

  /** Holds the first call of a step of the work on an app; resolves when it arrives. */
  hold(app: string, step: number, moment: Moment): Promise<Passing> {
    return new Promise((reached) => this.holds.push({ app, step, moment, reached }));
  }

  /** Releases all held calls and holds no more. */
  release(): void {
    this.holds = [];
    this.free.splice(0).forEach((go) => go());
  }

  close(): Promise<void> {
    this.release();
    return new Promise((closed) => {
      this.server.close(() => closed());
      this.server.closeAllConnections();
    });
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call = this.note(incoming.method ?? "", incoming.url ?? "", body);
    const gone = new Promise<"gone">((resolve) => outgoing.once("close", () => resolve("gone")));
    if ((await Promise.race([this.held(call, "before"), gone])) === "gone") return;
    const token = incoming.headers.authorization?.replace("Bearer ", "") ?? "";
    const answer = this.refused.has(token) ? UNAUTHORIZED : await this.forward(incoming, body);
    await this.held(call, "after");
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private async held(call: Passing, moment: Moment): Promise<void> {
    const hold = this.holds.find(
      (one) => one.app === call.app && one.step === call.step && one.moment === moment,
    );
    if (!hold) return;
    this.holds = this.holds.filter((one) => one !== hold);
    const freed = new Promise<void>((go) => this.free.push(go));
    hold.reached(call);
    await freed;
  }

  private note(method: string, url: string, body: Buffer): Passing {
    const { pathname, searchParams } = new URL(url, this.url);
    const [id] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(pathname) ?? [];
    const sent = method === "POST" && pathname === "/v2/apps" ? specName(body) : undefined;
    const known = this.emulator.apps().find((app) => app.id === id)?.spec.name;
    const app = known ?? sent ?? searchParams.get("name") ?? undefined;
    const path = pathname
      .replace(/^\/v2\/apps\/[0-9a-f-]{36}/, "/v2/apps/{app}")
      .replace(/deployments\/[0-9a-f-]{36}/, "deployments/{deployment}");
    const what = `${method} ${path}`;
    const before = this.last.get(app ?? "");
    const step = before === undefined ? 0 : before.what === what ? before.step : before.step + 1;
    const call = { app, what, step };
    this.last.set(app ?? "", call);
    this.passed.push(call);
    return call;
  }

  private forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage["headers"]; body: Buffer }> {
    const { method, url, headers } = incoming;
    return new Promise((resolve, reject) => {
      const outgoing = send(new URL(url ?? "", this.emulator.url), { method, headers, agent: false });
      outgoing.on("response", (response) => {
        const { statusCode: status = 0, headers: answered } = response;
        buffer(response).then((whole) => resolve({ status, headers: answered, body: whole }), reject);
      });
      outgoing.on("error", reject).end(body);
    });
  }
}

const UNAUTHORIZED = {
  status: 401,
  headers: { "content-type": "application/json" },
  body: Buffer.from('{"id":"unauthorized","message":"Unable to authenticate you"}'),
};

function specName(body: Buffer): string | undefined {
  return (JSON.parse(body.toString()) as { spec?: { name?: string } }).spec?.name;
}
