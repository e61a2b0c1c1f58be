import * as pulumi from "@pulumi/pulumi";
import {
  getApp,
  getAppHealthOutput,
  getApps,
  getDeployments,
  getEvents,
  getInstances,
  getInstanceSizes,
  getJobInvocations,
  getRegions,
} from "pulumi-app-platform";

// pulumi config set app shop: the name of an existing app.
const name = new pulumi.Config().require("app");

async function describe() {
  const app = await getApp({ name });
  const [newest] = await getDeployments(app.id, { page: 1, perPage: 1 });
  const failed = await getDeployments(app.id, { phases: ["ERROR"] });
  return {
    id: app.id,
    components: [...(app.spec.services ?? []), ...(app.spec.jobs ?? [])].map((component) => component.name),
    newest: newest?.phase,
    failed: failed.length,
    instances: (await getInstances(app.id)).length,
    events: (await getEvents(app.id, { types: ["DEPLOYMENT"] })).length,
    jobs: (await getJobInvocations(app.id)).map((run) => `${run.job_name}: ${run.phase}`),
  };
}

export const apps = getApps().then((all) => all.map((app) => app.spec.name));
export const app = describe();
// Takes inputs: the id may be the output of another resource.
export const health = getAppHealthOutput(pulumi.output(app).id).components;
export const regions = getRegions().then((all) => all.filter((one) => !one.disabled).map((one) => one.slug));
export const cheapest = getInstanceSizes().then(
  (all) => [...all].sort((a, b) => Number(a.usd_per_month) - Number(b.usd_per_month))[0]?.slug,
);
