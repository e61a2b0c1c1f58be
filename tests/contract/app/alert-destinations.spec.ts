import assert from "node:assert/strict";
import type { Fault } from "../../../emulator/index";
import type { AppSpec } from "../../../provider/index";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { AppInputs } from "../../../provider/resources/app/state";
import { IgnoringRuns } from "../../helpers/world/ignoring-run";
import { assertClean, changed, eachInItsWorld, inputs, type Made } from "../../helpers/world/provider-world";

const CPU = { rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" };
const WATCHED = changed((spec) => {
  spec.alerts = [{ rule: "DEPLOYMENT_FAILED" }];
  spec.services![0]!.alerts = [CPU, { ...CPU, rule: "MEM_UTILIZATION" }];
});
const URL = "https://hooks.slack.example/T0/B0/very-secret";
const STRANGE = "https://hooks.slack.example/T0/B0/strange-secret";
const emails = (...list: string[]) => ({ emails: list });
const slack = { slackWebhooks: { "#ops": { url: URL } } };
const BOTH = { DEPLOYMENT_FAILED: emails("a@example.com"), "web/CPU_UTILIZATION": slack };

const wanted = (alertDestinations: unknown, spec: AppSpec = WATCHED): AppInputs =>
  inputs(spec, { alertDestinations });

describe("AppProvider: alert destinations", () => {
  const world = eachInItsWorld();
  afterEach(() => {
    for (const secret of [URL, STRANGE]) assert.ok(!world.shown.includes(secret), world.shown);
  });

  const calls = (method: string): string[] =>
    world.emulator.calls
      .filter((call) => call.method === method && call.path.includes("/alerts"))
      .map(({ path }) => path);
  const sent = (): unknown[] =>
    world.emulator.calls.filter(({ path }) => path.endsWith("/destinations")).map(({ body }) => body);

  /** The service's destinations by rule. */
  async function held(): Promise<
    Record<string, { emails: string[]; slack_webhooks: unknown[]; id: string }>
  > {
    const [app] = world.emulator.apps();
    const response = await fetch(`${world.emulator.url}/v2/apps/${app?.id}/alerts`, {
      headers: { authorization: `Bearer ${world.deps().env["DIGITALOCEAN_TOKEN"]}` },
    });
    const { alerts } = (await response.json()) as { alerts: { id: string; spec: { rule: string } }[] };
    return Object.fromEntries(alerts.map((alert) => [alert.spec.rule, alert])) as never;
  }
  /** Someone else changes the destinations of an alert. */
  async function edit(rule: string, destinations: unknown): Promise<void> {
    const { id } = (await held())[rule] ?? assert.fail(`no alert ${rule}`);
    world.emulator.apps()[0]?.destinations.set(id, destinations as never);
  }
  const fail = (times: number, fault: Fault): void => {
    world.emulator.faults.add({ method: "POST", path: /destinations$/, times, fault });
  };
  const deployments = (): number => world.emulator.apps()[0]?.deployments.length ?? 0;
  const fresh = async (made: Promise<Made>): Promise<Made> => {
    const result = await made;
    world.emulator.clearCalls();
    return result;
  };

  describe("while they are ignored", () => {
    const runs = new IgnoringRuns(world);
    const program = (ignoreChanges: string[], entries: unknown = BOTH) => ({
      spec: WATCHED,
      ignoreChanges,
      more: { alertDestinations: entries, redeployOn: { run: ignoreChanges.length } },
    });

    for (const path of [
      "alertDestinations",
      'alertDestinations["DEPLOYMENT_FAILED"]',
      "alertDestinations.DEPLOYMENT_FAILED.emails",
      "*",
    ])
      it(`stay unchanged at the service: ${path}`, async () => {
        const created = await runs.create(program([]));
        await edit("DEPLOYMENT_FAILED", { emails: ["strange@example.com"], slack_webhooks: [] });
        world.emulator.clearCalls();
        world.lines.splice(0);
        const other = { ...BOTH, DEPLOYMENT_FAILED: emails("new@example.com") };
        const updated = await runs.update(created, program([path], other));
        assert.deepEqual(
          [(await held())["DEPLOYMENT_FAILED"]?.emails, sent()],
          [["strange@example.com"], []],
        );
        assert.deepEqual(world.messages("warning"), []);
        assertClean(updated.outs);
        assert.deepEqual(await runs.preview(updated, program([path], other)), { changes: false });
      });

    it("keep an address changed at the service while the program's other channels are set", async () => {
      const created = await runs.create(program([]));
      const webhook = { channel: "#ops", url: STRANGE };
      await edit("CPU_UTILIZATION", { emails: [], slack_webhooks: [webhook] });
      const entry = { ...slack, emails: ["a@example.com"] };
      const path = 'alertDestinations["web/CPU_UTILIZATION"].slackWebhooks';
      const updated = await runs.update(created, program([path], { ...BOTH, "web/CPU_UTILIZATION": entry }));
      const { emails: to, slack_webhooks: hooks } = (await held())["CPU_UTILIZATION"]!;
      assert.deepEqual([to, hooks], [["a@example.com"], [webhook]]);
      assert.ok(!JSON.stringify(updated.outs).includes(STRANGE));
    });

    it("stay unchanged for an adopted app and are set from the program for a new one", async () => {
      const { id } = await runs.create(program(["alertDestinations"]));
      assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, ["a@example.com"]);
      await edit("DEPLOYMENT_FAILED", { emails: ["strange@example.com"], slack_webhooks: [] });
      const adopting = program(["alertDestinations"]);
      await runs.create({ ...adopting, more: { ...adopting.more, adopt: id } });
      assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, ["strange@example.com"]);
    });
  });

  it("are set after the app is created, without an extra deployment", async () => {
    const { outs } = await world.create(wanted(BOTH));
    const { DEPLOYMENT_FAILED: app, CPU_UTILIZATION: cpu, MEM_UTILIZATION: memory } = await held();
    assert.deepEqual(app?.emails, ["a@example.com"]);
    assert.deepEqual(
      [cpu?.emails, cpu?.slack_webhooks],
      [[], [{ url: URL, channel: "#ops" }]],
      "what an entry leaves out is nobody",
    );
    assert.deepEqual(memory?.emails, ["sammy@example.com"], "without an entry they stay");
    assert.equal(deployments(), 1);
    assert.deepEqual(outs.alertDestinations, BOTH);
    assertClean(outs);
  });

  it("contain addresses only where Pulumi knows them to be secret", async () => {
    const { outs } = await world.create(wanted(BOTH));
    const { alertDestinations: _marked, ...rest } = outs;
    assert.ok(!JSON.stringify(rest).includes("very-secret"));
  });

  it("are set before the deployment finishes, so that its failure already triggers an alert", async () => {
    await world.create(wanted(BOTH));
    const order = world.emulator.calls.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
    assert.ok(order.lastIndexOf("POST destinations") < order.findIndex((call) => /GET .*-/.test(call)));
  });

  it("cost no request when the app declares none", async () => {
    const made = await world.create(inputs(WATCHED));
    await world.update(made, inputs(changed((spec) => (spec.region = "fra"), WATCHED)));
    await world.run().read(made.id, made.outs);
    assert.deepEqual([...calls("GET"), ...calls("POST")], []);
  });

  it("are sent only when they changed", async () => {
    const made = await fresh(world.create(wanted(BOTH)));
    const news = { ...BOTH, DEPLOYMENT_FAILED: emails("b@example.com") };
    assert.deepEqual(await world.run().diff(made.id, made.outs, wanted(news)), {});
    const { outs } = await world.update(made, wanted(news));
    assert.deepEqual(sent(), [{ emails: ["b@example.com"], slack_webhooks: [] }]);
    assert.equal(deployments(), 1);
    assert.deepEqual(outs.alertDestinations, news);
  });

  it("are not sent again when only their order changed", async () => {
    const made = await fresh(
      world.create(wanted({ DEPLOYMENT_FAILED: emails("a@example.com", "b@example.com") })),
    );
    const { outs } = await world.update(
      made,
      wanted({ DEPLOYMENT_FAILED: emails("b@example.com", "a@example.com") }),
    );
    assert.deepEqual(sent(), []);
    assert.deepEqual(outs.alertDestinations, {
      DEPLOYMENT_FAILED: emails("b@example.com", "a@example.com"),
    });
  });

  it("are cleared when their entry is removed, while the others stay", async () => {
    const made = await fresh(world.create(wanted(BOTH)));
    const { "web/CPU_UTILIZATION": kept } = BOTH;
    const { outs } = await world.update(made, wanted({ "web/CPU_UTILIZATION": kept }));
    assert.deepEqual(sent(), [{ emails: [], slack_webhooks: [] }]);
    assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, []);
    assert.deepEqual(Object.keys(outs.alertDestinations as object), ["web/CPU_UTILIZATION"]);
    const none = await world.update({ id: made.id, outs }, inputs(WATCHED));
    assert.deepEqual((await held())["CPU_UTILIZATION"]?.slack_webhooks, []);
    assert.equal(none.outs.alertDestinations, undefined);
    assert.equal(none.outs.__alerts, undefined);
  });

  it("are not cleared when only the key of their entry changes", async () => {
    const made = await fresh(world.create(wanted({ "web/CPU_UTILIZATION": slack })));
    const later = changed((spec) => spec.services![0]!.alerts!.push({ ...CPU, window: "ONE_HOUR" }), WATCHED);
    const { outs } = await world.update(
      made,
      wanted(
        {
          "web/CPU_UTILIZATION:FIVE_MINUTES": { ...slack, window: "FIVE_MINUTES" },
          "web/CPU_UTILIZATION:ONE_HOUR": { ...emails("b@example.com"), window: "ONE_HOUR" },
        },
        later,
      ),
    );
    assert.deepEqual(sent(), [{ emails: ["b@example.com"], slack_webhooks: [] }]);
    assert.deepEqual(Object.keys(outs.alertDestinations as object), [
      "web/CPU_UTILIZATION:FIVE_MINUTES",
      "web/CPU_UTILIZATION:ONE_HOUR",
    ]);
  });

  it("follow rules added to and removed from the spec, in one update each", async () => {
    const without = changed((spec) => (spec.services![0]!.alerts = []), WATCHED);
    const app = { DEPLOYMENT_FAILED: emails("a@example.com") };
    const made = await world.create(wanted(BOTH));
    const less = await fresh(world.update(made, wanted(app, without)));
    assert.deepEqual(less.outs.alertDestinations, app);
    const more = await world.update(less, wanted(BOTH));
    assert.deepEqual(sent(), [{ emails: [], slack_webhooks: [{ url: URL, channel: "#ops" }] }]);
    assert.deepEqual(more.outs.alertDestinations, BOTH);
  });

  it("wait for an alert that the service does not list yet", async () => {
    const fault = { status: 200, body: { alerts: [] } };
    world.emulator.faults.add({ method: "GET", path: /alerts$/, times: 3, fault });
    await world.create(wanted(BOTH));
    assert.equal(sent().length, 2);
  });

  it("leave the app in the state when the service rejects them, and the next up sets them", async () => {
    fail(2, { status: 400, body: { id: "bad_request", message: `no such user for ${URL}` } });
    const error = await world.initFailure(world.create(wanted(BOTH)));
    assert.equal(error.errorCode, "alerts-not-set");
    assert.equal(error.made.outs.phase, "ACTIVE");
    assert.equal(error.reasons.length, 2);
    assert.match(
      error.reasons.join("\n"),
      /^alertDestinations\["web\/CPU_UTILIZATION"\]: not set: .*no such user for \*\*\*/m,
    );
    assert.deepEqual(error.made.outs.alertDestinations, {});
    assert.equal(sent().length, 2, "what is refused is not sent again in the same run");
    assertClean(error.properties);

    const { outs } = await world.update(error.made, wanted(BOTH));
    assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, ["a@example.com"]);
    assert.deepEqual(outs.alertDestinations, BOTH);
    assert.equal(deployments(), 1);
  });

  it("keep those that were set when only one of them fails", async () => {
    fail(1, { status: 403, body: { id: "forbidden", message: "no" } });
    const error = await world.initFailure(world.create(wanted(BOTH)));
    assert.deepEqual(Object.keys(error.made.outs.alertDestinations as object), ["web/CPU_UTILIZATION"]);
    world.emulator.clearCalls();
    await world.update(error.made, wanted(BOTH));
    assert.equal(sent().length, 1);
  });

  it("fail with an alert that never appears, and leave the app in the state", async () => {
    world.emulator.faults.add({
      method: "GET",
      path: /alerts$/,
      times: 1_000,
      fault: { status: 200, body: { alerts: [] } },
    });
    const error = await world.initFailure(world.create(wanted(BOTH)));
    assert.match(error.reasons[0] ?? "", /does not list this alert yet/);
    assert.equal(error.made.outs.phase, "ACTIVE");
  });

  it("report their failure together with the failure of the deployment", async () => {
    world.emulator.failNext({ component: "web", log: ["boom"] });
    fail(2, { status: 400, body: { id: "bad_request", message: "no" } });
    const error = await world.initFailure(world.create(wanted(BOTH)));
    assert.equal(error.errorCode, "deployment-failed");
    assert.match(error.reasons[0] ?? "", /boom/);
    assert.equal(error.reasons.length, 3);
  });

  describe("changed at the service", () => {
    it("show as a change of exactly that entry, found in one request, and the next up repairs them", async () => {
      const made = await world.create(wanted(BOTH));
      await edit("DEPLOYMENT_FAILED", { emails: ["z@example.com"], slack_webhooks: [] });
      world.emulator.clearCalls();
      const { props, inputs: seen } = await world.run().read(made.id, made.outs);
      assert.equal(calls("GET").length, 1);
      assert.deepEqual(seen?.alertDestinations, { ...BOTH, DEPLOYMENT_FAILED: emails("z@example.com") });
      assert.deepEqual(seen?.spec, made.outs.spec);
      assert.deepEqual(world.messages().slice(-1), [
        'changed at the service: ~ alertDestinations["DEPLOYMENT_FAILED"]',
      ]);
      assertClean(props);

      const repaired = await world.update({ id: made.id, outs: props! }, wanted(BOTH));
      assert.deepEqual(sent(), [{ emails: ["a@example.com"], slack_webhooks: [] }]);
      assert.equal(deployments(), 1);
      assert.deepEqual(repaired.outs.alertDestinations, BOTH);
    });

    it("reveal no address", async () => {
      const made = await world.create(wanted(BOTH));
      const slack_webhooks = [
        { url: STRANGE, channel: "#ops" },
        { url: STRANGE, channel: "#new" },
      ];
      await edit("CPU_UTILIZATION", { emails: [], slack_webhooks });
      const { props } = await world.run().read(made.id, made.outs);
      assert.ok(!JSON.stringify(props).includes("strange-secret"));
      const { "web/CPU_UTILIZATION": seen } = props?.alertDestinations as typeof BOTH;
      assert.deepEqual(seen, {
        slackWebhooks: { "#ops": { url: KEPT_SECRET }, "#new": { url: KEPT_SECRET } },
      });
      // As with ignoreChanges: the program adopts the values in the state.
      const ignoring = {
        ...(props?.alertDestinations as typeof BOTH),
        DEPLOYMENT_FAILED: emails("b@example.com"),
      };
      world.emulator.clearCalls();
      await world.update({ id: made.id, outs: props! }, wanted(ignoring));
      assert.equal(sent().length, 1);
      assert.deepEqual((await held())["CPU_UTILIZATION"]?.slack_webhooks, slack_webhooks);
    });

    it("show no change when reordered or unchanged", async () => {
      const both = { DEPLOYMENT_FAILED: emails("a@example.com", "b@example.com") };
      const made = await world.create(wanted(both));
      await edit("DEPLOYMENT_FAILED", { emails: ["b@example.com", "a@example.com"], slack_webhooks: [] });
      const { props } = await world.run().read(made.id, made.outs);
      assert.deepEqual(props?.alertDestinations, both);
      assert.deepEqual(await world.run().diff(made.id, props!, wanted(both)), { changes: false });
    });

    it("are restored and reported by an update without a refresh", async () => {
      const made = await world.create(wanted(BOTH));
      await edit("DEPLOYMENT_FAILED", { emails: ["z@example.com"], slack_webhooks: [] });
      await world.update(
        made,
        wanted(
          BOTH,
          changed((spec) => (spec.region = "fra"), WATCHED),
        ),
      );
      assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, ["a@example.com"]);
      assert.match(
        world.messages("warning").join("\n"),
        /reset to .*alertDestinations\["DEPLOYMENT_FAILED"\]/,
      );
    });

    for (const fault of ["discarded", { lagMs: 5_000 }] as const) {
      const isDone = fault !== "discarded";
      it(`${isDone ? "are recognized as set" : "fail, and are sent by the next up,"} after a response to ${JSON.stringify(fault)}`, async () => {
        const made = await world.create(wanted({}));
        fail(1, fault);
        if (isDone) world.emulator.faults.add({ method: "GET", path: /alerts$/, fault, times: 2 });
        const run = world.update(made, wanted(BOTH));
        if (isDone) await run;
        else {
          const error = await world.initFailure(run);
          assert.equal(error.errorCode, "alerts-not-set");
          assert.match(error.message, /accepted.*does not show/);
          await world.update(error.made, wanted(BOTH));
        }
        assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, ["a@example.com"]);
      });
    }

    it("fail when a removal was confirmed but not applied, and the next up removes them", async () => {
      const made = await world.create(wanted(BOTH));
      fail(1, "discarded");
      const error = await world.initFailure(world.update(made, wanted({})));
      assert.equal(error.errorCode, "alerts-not-set");
      await world.update(error.made, wanted({}));
      assert.deepEqual((await held())["DEPLOYMENT_FAILED"]?.emails, []);
      assert.deepEqual((await held())["CPU_UTILIZATION"]?.slack_webhooks, []);
    });

    it("are reported as missing when someone removed the rule", async () => {
      const made = await world.create(wanted(BOTH));
      world.emulator.editApp("shop", (spec) => void (spec.alerts = []));
      const { inputs: seen } = await world.run().read(made.id, made.outs);
      assert.deepEqual(Object.keys(seen?.alertDestinations as object), ["web/CPU_UTILIZATION"]);
    });
  });
});
