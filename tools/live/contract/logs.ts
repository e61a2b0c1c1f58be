import assert from "node:assert/strict";
import { getLogUrls } from "../../../provider/functions/log-lines";
import { readLog } from "../../../provider/logs/reader";
import type { LogQuery } from "../../../provider/logs/target";
import { refused, type Bench, type Check } from "./bench";

/** Lines that a followed log has to deliver before the check is satisfied. */
const FOLLOWED = 1;

/** More lines say nothing more. */
const ENOUGH = 20;

/** The first lines of a log that has ended, read as users read it. */
async function linesOf({ client, id, deployments }: Bench, query: Partial<LogQuery>): Promise<string[]> {
  const lines: string[] = [];
  const log = { appId: id, deploymentId: deployments[0], ...query };
  for await (const line of readLog(client, log)) if (lines.push(line) >= ENOUGH) break;
  return lines;
}

const reads = (name: string, query: Partial<LogQuery>): Check => ({
  name: `returns the ${name} log`,
  async run(bench) {
    const lines = await linesOf(bench, query);
    assert.ok(lines.length > 0, "the log is empty");
    assert.ok(lines.some((line) => line.includes(query.component ?? "")));
    return `${lines.length >= ENOUGH ? "at least " : ""}${lines.length} lines`;
  },
});

/** While the first deployment is the active one. */
export const LOG_CHECKS: readonly Check[] = [
  reads("build", { type: "BUILD", component: "site" }),
  reads("deploy", { type: "DEPLOY", component: "web" }),
  reads("run", { type: "RUN", component: "web" }),
  {
    name: "follows the run log until a line arrives, over WebSocket first",
    async run({ client, target, id }) {
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, ...(target.signal === undefined ? [] : [target.signal])]);
      let carrier = "nothing";
      const noting: typeof client = {
        ...client,
        openLive: (url, options) => client.openLive(url, { ...options, onOpen: (by) => (carrier = by) }),
      };
      const { live_url: page } = await client.getApp(id);
      const visits = visited(page, target.visit, target.pause, signal);
      const lines: string[] = [];
      try {
        const log = readLog(noting, { appId: id, component: "web", type: "RUN" }, { follow: true, signal });
        for await (const line of log) if (lines.push(line) >= FOLLOWED) break;
      } finally {
        stop.abort();
        await visits;
      }
      assert.ok(lines.length >= FOLLOWED, "no line arrived");
      return `over ${carrier}`;
    },
  },
  {
    name: "returns the addresses of logs, by app and by component",
    async run({ client, id }) {
      for (const component of [undefined, "web"]) {
        const urls = await getLogUrls(client, { appId: id, component, type: "RUN", follow: true });
        assert.ok(urls.live_url !== undefined || (urls.historic_urls ?? []).length > 0);
      }
    },
  },
  {
    name: "rejects the log of an unknown component",
    run: (bench) =>
      refused(
        bench.client.getLogUrls(bench.id, { type: "RUN", component: "no-such-component" }),
        "not-found",
        "bad-request",
      ),
  },
];

/** Requests a page again and again until the signal: each request makes the app write a line. */
export async function visited(
  page: string | undefined,
  visit: Bench["target"]["visit"],
  pause: Bench["target"]["pause"],
  signal: AbortSignal,
): Promise<void> {
  while (page !== undefined && visit !== undefined && !signal.aborted) {
    await visit(page).catch(() => {});
    await pause(1000);
  }
}
