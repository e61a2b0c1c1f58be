import * as pulumi from "@pulumi/pulumi";
import {
  cancelDeployment,
  cancelEvent,
  getAlertsOutput,
  getApp,
  getEvents,
  getExecUrlOutput,
  getInstances,
  restartApp,
} from "pulumi-app-platform";

// pulumi config set app shop, and component web: an existing app, and a component of it that runs.
const config = new pulumi.Config();
const [name, component] = [config.require("app"), config.require("component")];
// Each of these is done in every pulumi up for which it is set; previews do nothing.
const restart = config.getBoolean("restart");
const [deployment, scaling] = [config.get("cancelDeployment"), config.get("cancelScaling")];

const appId = getApp({ name }).then(({ id }) => id);

async function operate() {
  const id = await appId;
  return {
    restarted: restart ? (await restartApp(id, { components: [component] })).id : "no",
    cancelled: deployment ? (await cancelDeployment(id, deployment)).phase : "none",
    stopped: scaling ? (await cancelEvent(id, scaling)).autoscaling?.phase : "none",
  };
}

async function look() {
  const id = await appId;
  const scalings = await getEvents(id, { types: ["AUTOSCALING"] });
  return {
    instances: (await getInstances(id)).map((one) => one.instance_name),
    scalings: scalings.map(({ id, autoscaling }) => ({ id, ...autoscaling?.components?.[component] })),
  };
}

export const done = operate();
export const app = look();
// Who has the address of a terminal is in, and whose is that of a webhook can write there: both are secrets.
export const terminal = getExecUrlOutput(appId, { component });
export const alerts = getAlertsOutput(appId).apply((all) =>
  all.map(({ spec, emails }) => ({ rule: spec?.rule, emails })),
);
