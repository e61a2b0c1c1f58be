import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AppPlatformError } from "../../../provider/errors";
import * as lookups from "../../../provider/dynamic/functions";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import { type Answer, json, scriptedServer, type ScriptedServer } from "../../helpers/world/scripted-server";
import { serviceEnv } from "../../helpers/service-env";

const TOKEN = "dop_v1_lookups";
const uuid = (last: number): string => `11111111-2222-4333-8444-${String(last).padStart(12, "0")}`;
const SHOP = uuid(1);
const CIPHER = "EV[1:abc:def]";
const shop = {
  id: SHOP,
  spec: {
    name: "shop",
    services: [{ name: "web", envs: [{ key: "KEY", type: "SECRET", value: CIPHER }] }],
    jobs: [{ name: "migrate" }],
  },
  active_deployment: { id: uuid(11), phase: "ACTIVE" },
};
const blog = { id: uuid(2), spec: { name: "blog" } };
const deployments = [
  { id: uuid(13), phase: "BUILDING" },
  { id: uuid(12), phase: "ERROR" },
  { id: uuid(11), phase: "ACTIVE", spec: shop.spec },
];
const invocation = { id: uuid(21), job_name: "migrate", phase: "FAILED" };
const event = { id: uuid(31), type: "AUTOSCALING", autoscaling: { phase: "IN_PROGRESS" } };

const GOOD: Record<string, unknown> = {
  "GET /v2/apps": { apps: [shop, blog], links: {} },
  [`GET /v2/apps/${SHOP}`]: { app: shop },
  [`GET /v2/apps/${SHOP}/deployments`]: { deployments, links: {} },
  [`GET /v2/apps/${SHOP}/deployments/${uuid(13)}`]: { deployment: deployments[0] },
  [`POST /v2/apps/${SHOP}/deployments/${uuid(13)}/cancel`]: {
    deployment: { ...deployments[0], phase: "CANCELED" },
  },
  [`POST /v2/apps/${SHOP}/restart`]: { deployment: { id: uuid(14), phase: "PENDING_DEPLOY" } },
  [`GET /v2/apps/${SHOP}/health`]: { app_health: { components: [{ name: "web", state: "HEALTHY" }] } },
  [`GET /v2/apps/${SHOP}/instances`]: { instances: [{ instance_name: "web-1", component_name: "web" }] },
  "GET /v2/apps/regions": { regions: [{ slug: "fra" }] },
  "GET /v2/apps/tiers/instance_sizes": { instance_sizes: [{ slug: "apps-s-1vcpu-1gb" }] },
  "GET /v2/apps/tiers/instance_sizes/apps-s-1vcpu-1gb": { instance_size: { slug: "apps-s-1vcpu-1gb" } },
  [`GET /v2/apps/${SHOP}/events`]: { events: [event], links: {} },
  [`GET /v2/apps/${SHOP}/events/${uuid(31)}`]: { event },
  [`POST /v2/apps/${SHOP}/events/${uuid(31)}/cancel`]: { event },
  [`GET /v2/apps/${SHOP}/job-invocations`]: { job_invocations: [invocation], links: {} },
  [`GET /v2/apps/${SHOP}/job-invocations/${uuid(21)}`]: invocation,
  [`POST /v2/apps/${SHOP}/job-invocations/${uuid(21)}/cancel`]: {
    job_invocation: { ...invocation, phase: "CANCELED" },
  },
  [`GET /v2/apps/${SHOP}/alerts`]: {
    alerts: [{ id: uuid(41), slack_webhooks: [{ url: "https://hooks.example/hush", channel: "#ops" }] }],
  },
  "POST /v2/apps/propose": { app_cost: 5, spec: shop.spec },
  [`POST /v2/apps/${SHOP}/rollback/validate`]: { valid: false, error: { code: "app_pinned" } },
  [`GET /v2/apps/${SHOP}/metrics/bandwidth_daily`]: { app_bandwidth_usage: [{ bandwidth_bytes: "1" }] },
  "POST /v2/apps/metrics/bandwidth_daily": { app_bandwidth_usage: [{}, {}] },
  [`GET /v2/apps/${SHOP}/components/web/exec`]: { url: "wss://exec.example/?token=hush" },
};

const routed: Answer = (response, received) => {
  const answer = GOOD[`${received.method} ${received.path.split("?")[0]}`];
  const id = /\/v2\/apps\/([^/?]+)/.exec(received.path)?.[1] ?? "";
  const malformed = answer === undefined && !/^[0-9a-f-]{36}$/.test(id);
  if (answer !== undefined) json(200, answer)(response, received);
  else json(malformed ? 400 : 404, { id: "not_found", message: "not found" })(response, received);
};

async function refused(promise: Promise<unknown>): Promise<AppPlatformError> {
  const error = await promise.then(
    () => assert.fail("it was found"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AppPlatformError, String(error));
  assert.ok(!error.message.includes(TOKEN));
  return error;
}

const settled = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    output.apply(resolve);
    (output as unknown as { promise(): Promise<T> }).promise().catch(reject);
  });

describe("look-ups", () => {
  let server: ScriptedServer;
  before(async () => (server = await scriptedServer(routed)));
  after(() => server.close());
  beforeEach(() => server.received.splice(0));
  serviceEnv(() => server.url, TOKEN);

  const paths = (): string[] => server.received.map(({ method, path }) => `${method} ${path}`);

  it("find an app by ID and by name, without the ciphertext in its spec", async () => {
    for (const query of [{ id: SHOP }, { name: "shop" }]) {
      const app = await lookups.getApp(query);
      assert.equal(app.id, SHOP);
      assert.equal(app.spec.services?.[0]?.envs?.[0]?.value, KEPT_SECRET);
    }
    assert.deepEqual(
      (await lookups.getApps()).map(({ id }) => id),
      [SHOP, uuid(2)],
    );
  });

  it("list deployments: all pages, one page, by phase", async () => {
    const ids = async (query?: lookups.DeploymentsQuery): Promise<string[]> =>
      (await lookups.getDeployments(SHOP, query)).map(({ id }) => id);
    assert.deepEqual(await ids(), [uuid(13), uuid(12), uuid(11)]);
    assert.deepEqual(await ids({ phases: ["ERROR", "ACTIVE"] }), [uuid(12), uuid(11)]);
    server.received.splice(0);
    await ids({ page: 2, perPage: 3 });
    assert.deepEqual(paths(), [`GET /v2/apps/${SHOP}/deployments?page=2&per_page=3`]);
  });

  it("cover health, instances, sizes, events, jobs, alerts, rollbacks and bandwidth", async () => {
    assert.equal((await lookups.getDeployment(SHOP, uuid(13))).phase, "BUILDING");
    assert.equal((await lookups.getAppHealth(SHOP)).components?.[0]?.state, "HEALTHY");
    assert.equal((await lookups.getInstances(SHOP))[0]?.component_name, "web");
    assert.equal((await lookups.getRegions())[0]?.slug, "fra");
    assert.equal((await lookups.getInstanceSizes())[0]?.slug, "apps-s-1vcpu-1gb");
    assert.equal((await lookups.getInstanceSize("apps-s-1vcpu-1gb")).slug, "apps-s-1vcpu-1gb");
    assert.equal((await lookups.getEvent(SHOP, uuid(31))).type, "AUTOSCALING");
    assert.equal((await lookups.getJobInvocation(SHOP, uuid(21))).job_name, "migrate");
    assert.equal((await lookups.getAlerts(SHOP))[0]?.id, uuid(41));
    assert.deepEqual(await lookups.validateRollback(SHOP, uuid(12)), {
      valid: false,
      error: { code: "app_pinned" },
    });
    assert.equal((await lookups.getBandwidth(SHOP)).app_bandwidth_usage?.[0]?.bandwidth_bytes, "1");
    assert.equal((await lookups.getBandwidth([SHOP, uuid(2)])).app_bandwidth_usage?.length, 2);
  });

  it("propose a spec for a new or an existing app", async () => {
    const spec = { name: "shop", services: [{ name: "web", image: { registry_type: "DOCR" as const } }] };
    const { app_cost: cost, spec: proposed } = await lookups.getProposal({ spec, appId: SHOP });
    assert.equal(cost, 5);
    assert.equal(proposed?.services?.[0]?.envs?.[0]?.value, KEPT_SECRET);
    await settled(lookups.getProposalOutput({ spec: pulumi.output(spec) }));
    assert.deepEqual(
      server.received.map(({ body }) => body),
      [{ spec, app_id: SHOP }, { spec }],
    );
  });

  it("send filters in the format of the API", async () => {
    await lookups.getApps({ withProjects: true });
    await lookups.getDeployments(SHOP, { types: ["MANUAL", "DEPLOY_ON_PUSH"], page: 1 });
    await lookups.getEvents(SHOP, { types: ["DEPLOYMENT", "AUTOSCALING"], page: 1 });
    await lookups.getJobInvocations(SHOP, { jobs: ["a", "b"], deploymentId: uuid(11) });
    assert.deepEqual(paths(), [
      "GET /v2/apps?page=1&per_page=200&with_projects=true",
      `GET /v2/apps/${SHOP}/deployments?page=1&deployment_types=MANUAL&deployment_types=DEPLOY_ON_PUSH`,
      `GET /v2/apps/${SHOP}/events?page=1&event_types=DEPLOYMENT&event_types=AUTOSCALING`,
      `GET /v2/apps/${SHOP}/job-invocations?page=1&per_page=200&job_names=a&job_names=b&deployment_id=${uuid(11)}`,
    ]);
    assert.deepEqual(await lookups.getJobInvocations(SHOP, { phases: ["SUCCEEDED"] }), []);
  });

  it("cancel and restart, and return the result", async () => {
    assert.equal((await lookups.cancelDeployment(SHOP, uuid(13))).phase, "CANCELED");
    assert.equal((await lookups.cancelJobInvocation(SHOP, uuid(21))).phase, "CANCELED");
    assert.equal((await lookups.cancelEvent(SHOP, uuid(31))).id, uuid(31));
    assert.equal((await lookups.restartApp(SHOP, { components: ["web"] })).id, uuid(14));
    assert.deepEqual(server.received.at(-1)?.body, { components: ["web"] });
  });

  describe("in a preview", () => {
    const restore = pulumi.runtime.isDryRun();
    before(() =>
      pulumi.runtime.setMocks(
        { newResource: (args) => ({ id: args.name, state: {} }), call: () => ({}) },
        undefined,
        undefined,
        true,
      ),
    );
    after(() =>
      pulumi.runtime.setMocks(
        { newResource: (args) => ({ id: args.name, state: {} }), call: () => ({}) },
        undefined,
        undefined,
        restore,
      ),
    );

    it("change nothing", async () => {
      assert.equal((await lookups.cancelDeployment(SHOP, uuid(13))).phase, "BUILDING");
      assert.equal((await lookups.cancelJobInvocation(SHOP, uuid(21))).phase, "FAILED");
      assert.equal((await lookups.restartApp(SHOP)).id, uuid(11));
      await lookups.cancelEvent(SHOP, uuid(31));
      assert.ok(
        paths().every((path) => path.startsWith("GET")),
        paths().join(),
      );
    });

    it("stay unknown while their inputs are unknown", async () => {
      const unknown = pulumi.output(pulumi.unknown as unknown as string);
      const output = lookups.getDeploymentsOutput(unknown, { phases: ["ACTIVE"] });
      assert.equal(await (output as unknown as { isKnown: Promise<boolean> }).isKnown, false);
      assert.deepEqual(paths(), []);
    });
  });

  it("accept Inputs in their Output variants", async () => {
    const app = await settled(lookups.getAppOutput({ name: pulumi.output("shop") }));
    assert.equal(app.id, SHOP);
    const found = lookups.getDeploymentsOutput(pulumi.output(SHOP), {
      phases: [pulumi.output("ERROR")],
    });
    assert.deepEqual((await settled(found)).length, 1);
  });

  it("return alerts as a secret, because their webhooks are credentials", async () => {
    assert.equal(await pulumi.isSecret(lookups.getAlertsOutput(pulumi.output(SHOP))), true);
  });

  it("return the address of a terminal as a secret", async () => {
    assert.equal(await lookups.getExecUrl(SHOP, { component: "web" }), "wss://exec.example/?token=hush");
    const output = lookups.getExecUrlOutput(SHOP, { component: "web" });
    assert.equal(await pulumi.isSecret(output), true);
    assert.equal(await settled(output), "wss://exec.example/?token=hush");
  });

  const unknown: [string, () => Promise<unknown>, RegExp][] = [
    ["an app by name", () => lookups.getApp({ name: "shpo" }), /\bshpo\b.*\bmean shop\?/],
    ["a name far from all", () => lookups.getApp({ name: "warehouse" }), /Available apps: shop, blog\./],
    ["an app by id", () => lookups.getApp({ id: uuid(3) }), new RegExp(`Did you mean ${SHOP}`)],
    ["a name taken for an id", () => lookups.getApp({ id: "shop" }), new RegExp(`has the id ${SHOP}`)],
    ["the app of a list", () => lookups.getDeployments(uuid(9)), new RegExp(`no app with the id ${uuid(9)}`)],
    [
      "a deployment",
      () => lookups.getDeployment(SHOP, uuid(99)),
      new RegExp(`deployment ${uuid(99)} .*shop.* newest .*${uuid(13)} \\(BUILDING\\)`),
    ],
    [
      "a job invocation",
      () => lookups.getJobInvocation(SHOP, uuid(99)),
      new RegExp(`The newest invocations: ${uuid(21)} \\(migrate, FAILED\\)`),
    ],
    ["an event", () => lookups.getEvent(SHOP, uuid(99)), new RegExp(`${uuid(31)} \\(AUTOSCALING\\)`)],
    ["a component", () => lookups.getExecUrl(SHOP, { component: "wbe" }), /component wbe .* mean web\?/],
    [
      "what to restart",
      () => lookups.restartApp(SHOP, { components: ["wen"] }),
      /component wen .* mean web\?/,
    ],
    ["a size", () => lookups.getInstanceSize("apps-s-1vcpu-1g"), /Did you mean apps-s-1vcpu-1gb\?/],
  ];
  for (const [what, lookUp, message] of unknown) {
    it(`suggest close matches when the service does not know ${what}`, async () => {
      const error = await refused(lookUp());
      assert.equal(error.errorCode, "not-found");
      assert.match(error.message, message);
    });
  }

  it("reject a malformed ID before sending a request", async () => {
    for (const wrong of ["", undefined, 7] as unknown as string[])
      assert.equal(
        (await refused(lookups.getDeployment(SHOP, wrong ?? (null as never)))).errorCode,
        "invalid-input",
      );
    for (const query of [{}, { id: SHOP, name: "shop" }, { name: "" }])
      assert.equal((await refused(lookups.getApp(query as lookups.AppQuery))).errorCode, "invalid-input");
    assert.deepEqual(paths(), []);
  });

  it("pass on errors unrelated to IDs", async () => {
    server.script(json(401, { id: "unauthorized", message: "no" }));
    const error = await refused(lookups.getDeployments(SHOP));
    server.script(routed);
    assert.equal(error.errorCode, "unauthorized");
  });

  it("explain how to set a token when it is missing", async () => {
    delete process.env["DIGITALOCEAN_TOKEN"];
    assert.equal((await refused(lookups.getRegions())).errorCode, "missing-token");
  });
});
