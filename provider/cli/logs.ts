import { explainedLog } from "../functions/log-lines";
import { parseDuration } from "../durations";
import { appOf, clientOf, INTERRUPTED, meant, only, text, UsageError, whole, type Command } from "./command";

const TYPES = ["BUILD", "DEPLOY", "RUN", "RUN_RESTARTED", "JOB", "AUTOSCALE_EVENT"];

export const logs: Command = {
  summary: "show or follow the logs of an app",
  help: `Usage: app-platform logs <app> [component] [options]

<app> is a name or an id. Without [component], shows all components.

Options:
  --type TYPE        ${TYPES.map((type) => type.toLowerCase()).join(", ")}
                     (default run)
  --deployment ID    deployment to read (default: the active one; for build and
                     deploy the newest one, failed or not)
  --invocation ID    log of one job invocation
  --event ID         log of one autoscaling event
  -f, --follow       keep printing new lines until the deployment (or build)
                     finishes, or Ctrl-C
  -n, --tail N       start with the last N lines
  --wait DURATION    how long to wait for a container to start, such as 90s
                     (default 3m)
`,
  options: {
    type: { type: "string" },
    deployment: { type: "string" },
    invocation: { type: "string" },
    event: { type: "string" },
    follow: { type: "boolean", short: "f" },
    tail: { type: "string", short: "n" },
    wait: { type: "string" },
  },
  async run(values, [argument, component, ...more], io) {
    const name = only(argument === undefined ? [] : [argument, ...more], "app");
    const type = text(values, "type")?.toUpperCase();
    if (type !== undefined && !TYPES.includes(type))
      throw new UsageError(`--type: unknown type ${type.toLowerCase()}${meant(type, TYPES).toLowerCase()}`);
    const wait = text(values, "wait");
    if (wait !== undefined && parseDuration(wait) === undefined)
      throw new UsageError(`--wait: "${wait}" is not a duration with a unit, such as 90s or 3m`);
    const tailLines = whole(values, "tail", 0);
    const client = clientOf(io);
    const { id: appId } = await appOf(client, name);
    const lines = explainedLog("logs", client, {
      appId,
      component,
      type,
      deploymentId: text(values, "deployment"),
      invocationId: text(values, "invocation"),
      eventId: text(values, "event"),
      follow: values["follow"] === true,
      tailLines,
      podConnectionTimeout: wait,
      signal: io.signal,
      onOtherLog: (note) => io.err(`${note}\n`),
    });
    for await (const line of lines) await io.out(`${line}\n`);
    return io.signal.aborted ? INTERRUPTED : 0;
  },
};
