import assert from "node:assert/strict";
import { collect } from "../../../provider/api/pages";
import { refused, type Check } from "./bench";

/** An app from its creation to its first deployment, and everything that can be read about it. */
export const APP_CHECKS: readonly Check[] = [
  {
    name: "creates an app, and names its deployment",
    async run(bench) {
      bench.app = await bench.client.createApp({ spec: bench.spec() });
      assert.equal(bench.app.spec.name, bench.name);
      const { id } = bench.app.pending_deployment ?? assert.fail("the response names no deployment");
      assert.equal((await bench.client.getDeployment(bench.id, id)).id, id);
      bench.deployments.push(id);
    },
  },
  {
    name: "returns the app by its id and by its name",
    async run(bench) {
      const { client, id, name } = bench;
      assert.equal((await client.getApp(id)).spec.name, name);
      const find = (): Promise<string | undefined> => client.findAppByName(name).then((app) => app?.id);
      await bench.eventually(find, (found) => found === id, "the name is not found");
      assert.equal(await client.findAppByName(name.slice(0, -1)), undefined);
    },
  },
  {
    name: "lists the app exactly once, with pages of any size",
    async run(bench) {
      const { client, id } = bench;
      for (const perPage of [1, 200]) {
        const count = async (): Promise<number> =>
          (await collect(client.listApps({ perPage }))).filter((app) => app.id === id).length;
        assert.equal(await bench.eventually(count, (found) => found > 0, "the app is not listed"), 1);
      }
    },
  },
  {
    name: "rejects a second app of the same name",
    run: (bench) => refused(bench.client.createApp({ spec: bench.spec() }), "conflict"),
  },
  {
    name: "proposes an update of the app",
    async run(bench) {
      const proposal = await bench.client.proposeApp({ app_id: bench.id, spec: bench.spec() });
      assert.equal(proposal.spec?.name, bench.name);
    },
  },
  {
    name: "rejects an invalid update",
    async run(bench) {
      const [web] = bench.spec().services ?? [];
      const services = [{ ...web, name: "web", instance_size_slug: "no-such-size" }];
      const update = bench.client.updateApp(bench.id, { spec: bench.spec({ services }) });
      return refused(update, "bad-request", "invalid-spec", "service-error");
    },
  },
  {
    name: "completes the first deployment",
    async run(bench) {
      const deployment = await bench.finished(bench.deployments[0] ?? assert.fail("no deployment"));
      assert.equal(deployment.phase, "ACTIVE");
      assert.deepEqual(
        deployment.services?.map(({ name }) => name),
        ["web"],
      );
      assert.deepEqual(
        deployment.static_sites?.map(({ name }) => name),
        ["site"],
      );
      assert.equal((await bench.idle()).active_deployment?.id, deployment.id);
    },
  },
  {
    name: "gives the app an address",
    async run(bench) {
      const read = () => bench.client.getApp(bench.id);
      const app = await bench.eventually(read, ({ live_url }) => Boolean(live_url), "there is no live_url");
      assert.equal(new URL(app.live_url ?? "").protocol, "https:");
    },
  },
  {
    name: "assigns the app to a project, repeatedly",
    async run({ client, id }) {
      const project = await client.getProject("default");
      for (let i = 0; i < 2; i++) await client.assignProject(project.id, id);
      const { project_id: assigned } = await client.getApp(id);
      // A token without project:read gets an empty id, which the client leaves out.
      assert.ok(assigned === undefined || assigned === project.id);
    },
  },
  {
    name: "rejects the assignment of an unknown app to a project",
    async run({ client, unknown }) {
      const project = await client.getProject("default");
      await assert.rejects(client.assignProject(project.id, unknown));
    },
  },
  {
    name: "lists alerts, and changes their recipients",
    async run({ client, id }) {
      const alerts = await client.listAlerts(id);
      const alert =
        alerts.find(({ spec }) => spec?.rule === "DEPLOYMENT_FAILED") ?? assert.fail("no such alert");
      const email = (await client.getAccount()).email ?? assert.fail("no email");
      for (const emails of [[], [email]]) {
        const assigned = await client.assignAlertDestinations(id, alert.id, { emails, slack_webhooks: [] });
        assert.deepEqual([assigned.id, assigned.emails ?? []], [alert.id, emails]);
        const again = (await client.listAlerts(id)).find((one) => one.id === alert.id);
        assert.deepEqual(again?.emails ?? [], emails);
      }
    },
  },
  {
    name: "rejects recipients of an unknown alert",
    run: ({ client, id, unknown }) =>
      refused(
        client.assignAlertDestinations(id, unknown, { emails: [], slack_webhooks: [] }),
        "not-found",
        "bad-request",
      ),
  },
  {
    name: "reports the health of components",
    async run({ client, id }) {
      const { components = [] } = await client.getAppHealth(id);
      assert.ok(components.every(({ name }) => name === "web"));
      return (
        components.map(({ name, state }) => `${name}: ${state ?? "no state"}`).join(", ") || "no components"
      );
    },
  },
  {
    name: "lists running containers, and opens a console in one",
    async run(bench) {
      const { client, id } = bench;
      const list = () => client.listInstances(id);
      const instances = await bench.eventually(list, ({ length }) => length > 0, "there are no instances");
      assert.ok(instances.every(({ component_name: of }) => of === undefined || of === "web"));
      const instance = instances[0]?.instance_name;
      // Only the address: nothing connects to it.
      const { protocol } = new URL(await client.getExecUrl(id, { component: "web", instance }));
      return protocol;
    },
  },
  {
    name: "reports bandwidth, of one app and of several",
    async run({ client, id }) {
      const usages = [await client.getBandwidth(id), await client.getBandwidths({ app_ids: [id] })];
      for (const { app_bandwidth_usage: usage = [] } of usages)
        for (const { bandwidth_bytes: bytes } of usage) assert.match(String(bytes), /^\d+$/);
    },
  },
  {
    name: "lists events, and returns each by its id",
    async run({ client, id }) {
      const events = await collect(client.listEvents(id));
      const [first] = events;
      if (first !== undefined) assert.equal((await client.getEvent(id, first.id)).type, first.type);
      return events.length === 0
        ? "no events"
        : `types ${[...new Set(events.map(({ type }) => type))].join(", ")}`;
    },
  },
  {
    name: "rejects an unknown event",
    run: ({ client, id, unknown }) => refused(client.getEvent(id, unknown), "not-found", "bad-request"),
  },
  {
    name: "lists no runs of jobs of an app without jobs, and rejects an unknown one",
    async run({ client, id, unknown }) {
      assert.deepEqual(await collect(client.listJobInvocations(id)), []);
      return refused(client.getJobInvocation(id, unknown), "not-found", "bad-request");
    },
  },
];

/** The end of the app. */
export const DELETION_CHECKS: readonly Check[] = [
  {
    name: "deletes the app, and only once",
    async run(bench) {
      const { client, id } = bench;
      await client.deleteApp(id);
      const isGone = (): Promise<boolean> => client.getApp(id).then(() => false, refusedAsUnknown);
      await bench.eventually(isGone, Boolean, "the app still exists");
      bench.app = undefined;
      return refused(client.deleteApp(id), "not-found");
    },
  },
  {
    name: "no longer finds or lists the deleted app",
    async run(bench) {
      const { client, name } = bench;
      const find = () => client.findAppByName(name);
      await bench.eventually(find, (found) => found === undefined, "the name is still found");
    },
  },
];

async function refusedAsUnknown(error: unknown): Promise<boolean> {
  await refused(Promise.reject(error), "not-found");
  return true;
}
