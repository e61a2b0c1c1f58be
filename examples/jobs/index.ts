import * as pulumi from "@pulumi/pulumi";
import {
  cancelJobInvocation,
  getApp,
  getJobInvocation,
  getJobInvocations,
  getLogsText,
} from "pulumi-app-platform";

// pulumi config set app shop, and pulumi config set job tidy: an existing app and one of its jobs.
const config = new pulumi.Config();
const [name, job] = [config.require("app"), config.require("job")];
// pulumi config set stop …: the id of a run to cancel. Previews only read it.
const stop = config.get("stop");

async function describe() {
  const { id: appId } = await getApp({ name });
  const stopped = stop && (await cancelJobInvocation(appId, stop));
  const runs = await getJobInvocations(appId, { jobs: [job] });
  const ended = runs.find(({ phase }) => phase === "SUCCEEDED" || phase === "FAILED");
  const last = ended && (await getJobInvocation(appId, ended.id));
  return {
    running: runs.filter(({ phase }) => phase === "RUNNING").map((run) => run.id),
    stopped: stopped ? stopped.phase : "none",
    last: last ? { id: last.id, phase: last.phase, started: last.started_at } : "none",
    log: last ? await getLogsText({ appId, invocationId: last.id, tailLines: 20 }) : "",
  };
}

export const jobs = describe();
