import assert from "node:assert/strict";
import type { AppSpec } from "../../../provider/appspec/types";
import { refused, type Check } from "./bench";

/** Checks that need no app. */
export const ACCOUNT_CHECKS: readonly Check[] = [
  {
    name: "rejects a wrong token",
    run: (bench) => refused(bench.clientWith(`dop_v1_${"0".repeat(64)}`).getAccount(), "unauthorized"),
  },
  {
    name: "returns the account",
    async run({ client }) {
      assert.equal(typeof (await client.getAccount()).email, "string");
    },
  },
  {
    name: "returns the default project, by its id as well",
    async run({ client }) {
      const project = await client.getProject("default");
      assert.equal(project.is_default, true);
      assert.equal((await client.getProject(project.id)).name, project.name);
    },
  },
  {
    name: "rejects an unknown project",
    run: ({ client, unknown }) => refused(client.getProject(unknown), "not-found"),
  },
  {
    name: "lists regions",
    async run({ client }) {
      const regions = await client.listRegions();
      assert.ok(regions.some(({ slug, disabled }) => slug === "nyc" && disabled !== true));
      assert.equal(new Set(regions.map(({ slug }) => slug)).size, regions.length);
    },
  },
  {
    name: "lists instance sizes, and returns each by its slug",
    async run({ client }) {
      const sizes = await client.listInstanceSizes();
      const [first] = sizes;
      assert.ok(first !== undefined && Number(first.usd_per_month) > 0);
      assert.deepEqual(await client.getInstanceSize(first.slug), first);
    },
  },
  {
    name: "rejects an unknown instance size",
    run: ({ client }) => refused(client.getInstanceSize("no-such-size"), "not-found", "bad-request"),
  },
  {
    name: "rejects an unknown app, in every request for one",
    async run(bench) {
      const { client, unknown } = bench;
      const calls = [
        client.getApp(unknown),
        client.updateApp(unknown, { spec: bench.spec() }),
        client.deleteApp(unknown),
        client.restartApp(unknown),
        client.listDeploymentPage(unknown),
        client.createDeployment(unknown),
        client.listAlerts(unknown),
        client.getAppHealth(unknown),
        client.listInstances(unknown),
        client.listEventPage(unknown),
        client.listJobInvocationPage(unknown),
        client.getLogUrls(unknown, { type: "RUN" }),
      ];
      const answers = await Promise.all(calls.map((call) => refused(call, "not-found")));
      return [...new Set(answers)].join(", ");
    },
  },
  {
    name: "rejects an id that is not a UUID",
    run: ({ client }) => refused(client.getApp("not-an-id"), "bad-request", "not-found"),
  },
  {
    name: "finds no app of an unused name",
    async run({ client, name }) {
      assert.equal(await client.findAppByName(name), undefined);
    },
  },
  {
    name: "prices a spec without creating the app",
    async run(bench) {
      const proposal = await bench.client.proposeApp({ spec: bench.spec() });
      assert.equal(proposal.spec?.name, bench.name);
      assert.notEqual(proposal.app_name_available, false);
      assert.ok((proposal.app_cost ?? 0) > 0, `app_cost: ${proposal.app_cost}`);
      assert.equal(await bench.client.findAppByName(bench.name), undefined);
      return `US$${proposal.app_cost} a month`;
    },
  },
  ...(
    [
      ["an invalid name of a component", { services: [{ name: "No Such Name!" }] }],
      ["a component without a source", { services: [{ name: "web" }] }],
      ["an unknown instance size", { instance_size_slug: "no-such-size" }],
      ["a health check on a closed port", { health_check: { port: 9090 } }],
    ] as const
  ).map(([what, wrong]): Check => ({
    name: `rejects ${what}`,
    async run(bench) {
      const spec = bench.spec();
      const services = "services" in wrong ? wrong.services : [{ ...spec.services?.[0], ...wrong }];
      const proposed = bench.client.proposeApp({ spec: { ...spec, services } as unknown as AppSpec });
      return refused(proposed, "bad-request", "invalid-spec");
    },
  })),
  {
    name: "rejects an invalid spec of a new app, and creates nothing",
    async run(bench) {
      const wrong = { name: bench.name, services: [{ name: "No Such Name!" }] } as unknown as AppSpec;
      const created = bench.client.createApp({ spec: wrong });
      created.then(
        (app) => (bench.app = app),
        () => {},
      );
      // The real service has also responded with 500.
      const answer = await refused(created, "bad-request", "invalid-spec", "service-error");
      assert.equal(await bench.client.findAppByName(bench.name), undefined);
      return answer;
    },
  },
];
