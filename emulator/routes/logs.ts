import { gzipSync } from "node:zlib";
import { activeAmong, type DeploymentRecord } from "../deployments";
import { badRequest, notFound } from "../errors";
import { formatLine, logLines, logWindow, type LogType } from "../logtext";
import { components } from "../types";
import { param, type Api, type Ctx, type Deps } from "./context";

/** What one of the handed-out addresses stands for. */
interface Ticket {
  store: ReturnType<Deps["store"]>;
  record: DeploymentRecord;
  names: string[];
  type: LogType;
  tail: number;
  expiresAt: number;
}

const TYPES = ["BUILD", "DEPLOY", "RUN", "RUN_RESTARTED"];
const TICKET_MS = 15 * 60_000;
const MAX_TICKETS = 1000;
const FOLLOW_MS = 1000;

function typeOf(text: string | undefined): LogType {
  const type = text === undefined || text === "" || text === "UNSPECIFIED" || text === "JOB" ? "RUN" : text;
  if (!TYPES.includes(type)) throw badRequest(`invalid log type "${type}"`);
  return type as LogType;
}

/** Addresses of logs, and what lies behind them. */
export function logRoutes(api: Api, deps: Deps): void {
  const tickets = new Map<string, Ticket>();

  const issue = (kind: string, ticket: Omit<Ticket, "expiresAt">): string => {
    const secret = ticket.store.options.ids.bytes(24).toString("base64url");
    tickets.set(secret, { ...ticket, expiresAt: ticket.store.now + TICKET_MS });
    const oldest = tickets.keys().next();
    if (tickets.size > MAX_TICKETS && oldest.done !== true) tickets.delete(oldest.value);
    return `${deps.url()}/_logs/${kind}/${secret}`;
  };

  const answer = (c: Ctx, record: DeploymentRecord | undefined): Response => {
    const store = deps.store();
    const type = typeOf(c.req.query("type"));
    if (record === undefined)
      throw badRequest("the app has no active deployment; ask with the id of a deployment");
    const asked = c.req.param("component");
    const all = components(record.spec).map(({ component }) => component.name);
    if (asked !== undefined && !all.includes(asked)) throw notFound();
    const names = (asked === undefined ? all : [asked]).filter(
      (name) => logWindow(record, name, type) !== undefined,
    );
    if (names.length === 0)
      throw badRequest(`there are no ${type} logs: the deployment did not come to that stage`);
    const tail = Number(c.req.query("tail_lines") ?? Infinity);
    const started = names.filter((name) => (logWindow(record, name, type)?.start ?? Infinity) <= store.now);
    const going =
      names.some((name) => (logWindow(record, name, type)?.end ?? 0) > store.now) || type === "RUN";
    const rest = { store, record, type, tail: Number.isFinite(tail) && tail >= 0 ? tail : Infinity };
    return c.json({
      ...(going ? { live_url: issue("live", { ...rest, names }) } : {}),
      historic_urls: started.map((name, index) =>
        issue(type === "BUILD" || index % 2 === 1 ? "packed" : "plain", { ...rest, names: [name] }),
      ),
    });
  };

  for (const path of ["/logs", "/components/:component/logs"]) {
    api.get(`/v2/apps/:id${path}`, (c) => {
      const store = deps.store();
      const app = store.get(param(c, "id"));
      return answer(c, activeAmong(app.deployments, store.now));
    });
    api.get(`/v2/apps/:id/deployments/:deployment${path}`, (c) => {
      const store = deps.store();
      const app = store.get(param(c, "id"));
      return answer(c, store.deployment(app, param(c, "deployment")));
    });
  }

  const written = ({ store, record, names, type, tail }: Ticket): string[] => {
    const lines = names
      .flatMap((name) => logLines(record, name, type, store.now).map((line) => ({ name, line })))
      .filter(({ line }) => line.at <= store.now)
      .sort((a, b) => a.line.at - b.line.at);
    return lines
      .slice(tail === 0 ? lines.length : -Math.min(tail, lines.length))
      .map((e) => `${formatLine(e.name, e.line)}\n`);
  };

  const over = ({ store, record, names, type }: Ticket): boolean =>
    type !== "RUN" && names.every((name) => (logWindow(record, name, type)?.end ?? 0) <= store.now);

  const follow = (ticket: Ticket): ReadableStream<Uint8Array> => {
    const { clock } = ticket.store.options;
    const sent = new Set<string>();
    let stop = (): void => {};
    return new ReadableStream({
      start(controller) {
        const push = (): void => {
          // Asked first: lines of the last moment must still go out.
          const last = over(ticket);
          for (const line of written({ ...ticket, tail: Infinity })) {
            if (sent.has(line)) continue;
            sent.add(line);
            controller.enqueue(Buffer.from(`${JSON.stringify({ data: line })}\n`));
          }
          if (last) controller.close();
          else
            stop = clock.setTimeout(push, Math.min(FOLLOW_MS, Math.max(10, ticket.record.durationMs / 40)));
        };
        push();
      },
      cancel: () => stop(),
    });
  };

  api.get("/_logs/:kind/:secret", (c) => {
    const ticket = tickets.get(param(c, "secret"));
    if (ticket === undefined || ticket.expiresAt < ticket.store.now)
      return c.text("this address has expired", 403);
    if (c.req.param("kind") === "live")
      return c.body(follow(ticket), 200, { "content-type": "application/json" });
    const text = written(ticket).join("");
    c.header("content-type", "text/plain; charset=utf-8");
    if (c.req.param("kind") !== "packed") return c.body(text);
    c.header("content-encoding", "gzip");
    return c.body(new Uint8Array(gzipSync(text)));
  });
}
