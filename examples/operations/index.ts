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

// pulumi config set app shop, and pulumi config set component web: an existing app and one of its running components.
const config = new pulumi.Config();
const [name, component] = [config.require("app"), config.require("component")];
// Every pulumi up performs each operation that is set. Previews do nothing.
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
// Anyone with a terminal's URL has access, and anyone with a webhook's URL can post to it: both are secret.
export const terminal = getExecUrlOutput(appId, { component });
export const alerts = getAlertsOutput(appId).apply((all) =>
  all.map(({ spec, emails }) => ({ rule: spec?.rule, emails })),
);
