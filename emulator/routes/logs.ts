import { scalingsOf } from "../model/autoscaling";
import { activeAmong, isRunning, type DeploymentRecord } from "../model/deployment-record";
import { badRequest, notFound } from "../errors";
import {
  deploymentSources,
  halfOf,
  invocationSource,
  logTypeOf,
  scalingSource,
  type LogSource,
} from "../logs/sources";
import { checkDuration, flag, optionalId, optionalQuery, whole } from "./query";
import { deploymentEventOf } from "../views/instances-and-events";
import type { Store } from "../model/store";
import type { StoredApp } from "../model/stored-app";
import { archive, follow, frame, packedArchive, type LogTicket } from "../logs/signed-urls";
import { components } from "../model/spec";
import { findInvocation } from "./invocations";
import { param, type Api, type Ctx, type Deps } from "./context";

/** The containers of a finished deployment are gone, unless it is the active one. */
function hasRunLog(app: StoredApp, record: DeploymentRecord, { behavior, now }: Store): boolean {
  return behavior.keepRunLogs || isRunning(record, now) || activeAmong(app.deployments, now) === record;
}

/** Addresses of logs, and the logs behind them. */
export function logRoutes(api: Api, deps: Deps): void {
  const { logs } = deps.tickets;

  const answer = (c: Ctx, sources: readonly LogSource[], type: string): Response => {
    const store = deps.store();
    checkDuration(c, "pod_connection_timeout");
    const follow = flag(c, "follow");
    const lines = whole(c, "tail_lines");
    if (sources.length === 0)
      throw badRequest(`there are no ${type} logs: the deployment did not reach that stage`);
    const tail = lines === undefined || lines < 0 ? Infinity : lines;
    const address = (kind: string, of: readonly LogSource[]): string =>
      `${deps.url()}/_logs/${kind}/${logs.issue({ store, sources: of, tail, follow })}`;
    const live = (url: string): string => (deps.liveLogs === "http" ? url : url.replace(/^http/, "ws"));
    // A log that is still being written is served live, from its first line; a finished log is archived, one
    // file per component.
    if (sources.some((source) => source.end(store.now) > store.now))
      return c.json({ live_url: live(address("live", sources)), historic_urls: [] });
    const names = [...new Set(sources.map(({ name }) => name))];
    const named = names.map((name) => sources.filter((source) => source.name === name));
    const archives = store.behavior.newestArchiveFirst
      ? [1, 0].flatMap((half) => named.map((of) => of.map((source) => halfOf(source, half))))
      : named;
    return c.json({
      historic_urls: archives.map((of, index) =>
        address(type === "BUILD" || index % 2 === 1 ? "packed" : "plain", of),
      ),
    });
  };

  const ofDeployment = (c: Ctx, app: StoredApp, record: DeploymentRecord | undefined): Response => {
    const type = logTypeOf(c.req.query("type"));
    if (record === undefined)
      throw badRequest("the app has no active deployment; request the log with a deployment ID");
    // The Go client, and therefore doctl, sends the component in the query, which is not documented.
    const asked = c.req.param("component") ?? optionalQuery(c, "component_name");
    const all = components(record.spec).map(({ component }) => component.name);
    if (asked !== undefined && !all.includes(asked)) throw notFound();
    const names = asked === undefined ? all : [asked];
    if (type === "RUN" && !hasRunLog(app, record, deps.store()))
      throw badRequest(`cannot get running logs from deployment ${record.id} in phase final_cleanup`);
    return answer(c, deploymentSources(app, record, names, type, deps.store().now), type);
  };

  for (const path of ["/logs", "/components/:component/logs"]) {
    api.get(`/v2/apps/:id${path}`, (c) => {
      const store = deps.store();
      const app = store.get(param(c, "id"));
      return ofDeployment(c, app, activeAmong(app.deployments, store.now));
    });
    api.get(`/v2/apps/:id/deployments/:deployment${path}`, (c) => {
      const store = deps.store();
      const app = store.get(param(c, "id"));
      return ofDeployment(c, app, store.deployment(app, param(c, "deployment")));
    });
  }

  api.get("/v2/apps/:id/events/:event/logs", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const type = logTypeOf(c.req.query("type"));
    const scaling = scalingsOf(app, store.now).find(({ id }) => id === param(c, "event").toLowerCase());
    if (scaling === undefined) return ofDeployment(c, app, deploymentEventOf(app, param(c, "event")));
    const fits = type === "AUTOSCALE_EVENT" || (c.req.query("type") ?? "UNSPECIFIED") === "UNSPECIFIED";
    return answer(c, fits ? [scalingSource(app, scaling)] : [], type);
  });

  api.get("/v2/apps/:id/jobs/:job/invocations/:invocation/logs", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const type = c.req.query("type");
    if (type === undefined || !["JOB_INVOCATION", "JOB", "UNSPECIFIED", ""].includes(type))
      throw badRequest("type is required and must be JOB_INVOCATION");
    const deployment = optionalId(c, "deployment_id");
    const run = findInvocation(c, store, app, param(c, "job"));
    if (deployment !== undefined && run.record.id !== deployment) throw notFound();
    return answer(c, [invocationSource(app, run)], "JOB_INVOCATION");
  });

  const stream = (ticket: LogTicket): ReadableStream<Uint8Array> => {
    let stop = (): void => {};
    return new ReadableStream({
      start(controller) {
        const send = (line: string): void => controller.enqueue(Buffer.from(`${frame(line)}\n`));
        const held: string[] = [];
        let started = false;
        stop = follow(
          ticket,
          (line) => void (started && !ticket.store.behavior.httpLogsAtOnce ? held.push(line) : send(line)),
          () => {
            held.forEach(send);
            controller.close();
          },
        );
        // The first lines arrive before follow returns: those that exist already.
        started = true;
      },
      cancel: () => stop(),
    });
  };

  api.get("/_logs/:kind/:secret", (c) => {
    const ticket = logs.find(param(c, "secret"));
    if (ticket === undefined) return c.text("this address has expired", 403);
    if (c.req.param("kind") === "live")
      return c.body(stream(ticket), 200, { "content-type": "application/json" });
    c.header("content-type", "text/plain; charset=utf-8");
    const unpacks = /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
    if (c.req.param("kind") !== "packed" || !unpacks) return c.body(archive(ticket));
    c.header("content-encoding", "gzip");
    return c.body(packedArchive(ticket));
  });
}
