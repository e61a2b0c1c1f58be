import { Client } from "../../provider/api/client";
import { collect } from "../../provider/api/pages";
import { AppPlatformError } from "../../provider/errors";
import * as alerts from "../../provider/functions/alerts";
import * as apps from "../../provider/functions/apps";
import * as catalogue from "../../provider/functions/catalogue";
import * as deployments from "../../provider/functions/deployments";
import * as events from "../../provider/functions/events";
import * as jobs from "../../provider/functions/jobs";
import * as logs from "../../provider/functions/log-lines";
import { readSpec } from "../../provider/load-spec";
import { serviceConfig } from "../../provider/service/config";
import { Hidden, markLeaves, separate, type Properties } from "../values/wire";
import { isUnknown } from "../../provider/appspec/unknown";

/** Arguments of a call, without marks. The schema lists their names and types. */
type Args = { readonly appId: string; readonly id: string } & Properties;
type Work = (client: Client, args: Args, preview: boolean) => Promise<Properties>;

const as = <T>(args: Properties): T => args as T;

/** The functions by name; each result has the properties that the schema lists. */
const WORK: Readonly<Record<string, Work>> = {
  getApp: async (client, args) => ({ app: await apps.getApp(client, as<apps.AppQuery>(args)) }),
  getApps: async (client, args) => ({ apps: await apps.getApps(client, as<apps.AppsQuery>(args)) }),
  getProposal: async (client, args) => ({
    proposal: await apps.getProposal(client, as<apps.ProposalQuery>(args)),
  }),
  restartApp: async (client, { appId, ...args }, preview) => ({
    deployment: await apps.restartApp(client, appId, as<apps.RestartArgs>(args), { preview }),
  }),
  getAppHealth: async (client, { appId }) => ({ health: await apps.getAppHealth(client, appId) }),
  getInstances: async (client, { appId }) => ({ instances: await apps.getInstances(client, appId) }),
  getBandwidth: async (client, { appIds, ...args }) => ({
    usage: await apps.getBandwidth(client, appIds as string[], as<apps.BandwidthQuery>(args)),
  }),
  getExecUrl: async (client, { appId, ...args }) => ({
    url: new Hidden(await apps.getExecUrl(client, appId, as<apps.ExecQuery>(args))),
  }),
  getDeployments: async (client, { appId, ...args }) => ({
    deployments: await deployments.getDeployments(client, appId, as<deployments.DeploymentsQuery>(args)),
  }),
  getDeployment: async (client, { appId, deploymentId }) => ({
    deployment: await deployments.getDeployment(client, appId, String(deploymentId)),
  }),
  cancelDeployment: async (client, { appId, deploymentId }, preview) => ({
    deployment: await deployments.cancelDeployment(client, appId, String(deploymentId), { preview }),
  }),
  validateRollback: async (client, { appId, deploymentId }) => ({
    validation: await deployments.validateRollback(client, appId, String(deploymentId)),
  }),
  getEvents: async (client, { appId, ...args }) => ({
    events: await events.getEvents(client, appId, as<events.EventsQuery>(args)),
  }),
  getEvent: async (client, { appId, eventId }) => ({
    event: await events.getEvent(client, appId, String(eventId)),
  }),
  cancelEvent: async (client, { appId, eventId }, preview) => ({
    event: await events.cancelEvent(client, appId, String(eventId), { preview }),
  }),
  getJobInvocations: async (client, { appId, ...args }) => ({
    invocations: await jobs.getJobInvocations(client, appId, as<jobs.JobInvocationsQuery>(args)),
  }),
  getJobInvocation: async (client, { appId, invocationId }) => ({
    invocation: await jobs.getJobInvocation(client, appId, String(invocationId)),
  }),
  cancelJobInvocation: async (client, { appId, invocationId }, preview) => ({
    invocation: await jobs.cancelJobInvocation(client, appId, String(invocationId), { preview }),
  }),
  getRegions: async (client) => ({ regions: await catalogue.getRegions(client) }),
  getInstanceSizes: async (client) => ({ sizes: await catalogue.getInstanceSizes(client) }),
  getInstanceSize: async (client, { slug }) => ({
    size: await catalogue.getInstanceSize(client, String(slug)),
  }),
  getAlerts: async (client, { appId }) => ({
    alerts: markLeaves(await alerts.getAlerts(client, appId), (path) => path.at(-1) === "url"),
  }),
  getLogs: async (client, args) => ({
    lines: await collect(logs.explainedLog("getLogs", client, as<logs.LogsQuery>(args))),
  }),
  getLogUrls: async (client, args) => ({
    urls: new Hidden(await logs.getLogUrls(client, as<Parameters<typeof logs.getLogUrls>[1]>(args))),
  }),
};

/** Look-ups and actions for programs in all languages. */
export class Functions {
  constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly config: (key: string) => string | undefined,
  ) {}

  /** @param token such as `app-platform:index:getApp` */
  async call(token: string, args: Properties, preview: boolean): Promise<Properties> {
    const name = token.split(":").at(-1) ?? "";
    if (name === "loadSpec") return loadSpec(args);
    const work = Object.hasOwn(WORK, name) ? WORK[name] : undefined;
    if (!work)
      throw new AppPlatformError("invalid-input", `The plugin app-platform has no function ${name}.`);
    const client = new Client(serviceConfig(this.env, this.config));
    return work(client, separate<Args>(args).plain, preview);
  }
}

/** Values of secrets stay marked, one by one. */
function loadSpec({ path, secrets }: Properties): Properties {
  const values = separate<Properties | undefined>(secrets).plain;
  const { plain } = separate(path);
  if (typeof plain !== "string" || isUnknown(plain))
    throw new AppPlatformError("invalid-input", "loadSpec: path must be the path of a file, as text.");
  const hidden =
    values &&
    Object.fromEntries(Object.entries(values).map(([address, value]) => [address, new Hidden(value)]));
  return { spec: { ...readSpec(plain, hidden) } };
}
