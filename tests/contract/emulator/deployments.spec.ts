import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

interface Step {
  name: string;
  status: string;
  component_name?: string;
  reason?: { code: string };
  steps?: Step[];
}

const failed = (steps: Step[]): Step[] =>
  steps.flatMap((step) =>
    step.steps === undefined ? (step.status === "ERROR" ? [step] : []) : failed(step.steps),
  );

describe("emulator: deployments and their logs over HTTP", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = async (spec: unknown): Promise<{ id: string; at: string }> => {
    const { app } = await b.ok("POST", "/v2/apps", { spec });
    return { id: app.id, at: `/v2/apps/${app.id}/deployments/${app.pending_deployment.id}` };
  };

  it("runs through the phases by the clock", async () => {
    const { at } = await create(webSpec());
    const seen: string[] = [];
    for (let i = 0; i <= 100; i++) {
      const { phase } = (await b.ok("GET", at)).deployment;
      if (seen[seen.length - 1] !== phase) seen.push(phase);
      b.clock.advance(WHOLE / 100);
    }
    assert.deepEqual(seen, ["PENDING_BUILD", "BUILDING", "PENDING_DEPLOY", "DEPLOYING", "ACTIVE"]);
  });

  it("skips the build of a prebuilt image, which has no build log", async () => {
    const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1" };
    const { id, at } = await create({ name: "demo", services: [{ name: "web", image }] });
    b.clock.advance(WHOLE);
    const { deployment } = await b.ok("GET", at);
    assert.deepEqual(
      deployment.progress.steps.map((step: Step) => step.name),
      ["build", "deploy"],
    );
    const [built] = deployment.progress.steps[0].steps[1].steps;
    assert.deepEqual([built.name, built.status, built.reason.code], ["web", "SUCCESS", "PreBuiltImage"]);
    assert.match(deployment.services[0].source_image_digest, /^sha256:/);
    assert.equal((await b.call("GET", `${at}/logs?type=BUILD`)).status, 400);
    assert.equal((await b.call("GET", `/v2/apps/${id}/components/web/logs?type=RUN`)).status, 200);
  });

  const failures: [
    title: string,
    component: Record<string, unknown>,
    code: string,
    stage: string,
    log: RegExp,
  ][] = [
    [
      "build_command",
      { build_command: "npm run lint && exit 3" },
      "BuildJobExitNonZero",
      "BUILD",
      /exited with code 3/,
    ],
    [
      "run_command",
      { run_command: "false" },
      "DeployContainerExitNonZero",
      "RUN_RESTARTED",
      /exited with code 1/,
    ],
    [
      "health check",
      { health_check: { http_path: "/fail" } },
      "DeployContainerHealthChecksFailed",
      "DEPLOY",
      /\/fail/,
    ],
  ];
  for (const [title, component, code, stage, log] of failures) {
    it(`fails because of a ${title} in the spec, with reason and log, and reports it on one step`, async () => {
      const { id, at } = await create(webSpec("demo", component));
      b.clock.advance(WHOLE);
      const { deployment } = await b.ok("GET", at);
      assert.equal(deployment.phase, "ERROR");
      assert.deepEqual(
        failed(deployment.progress.steps).map((step) => [step.component_name, step.reason?.code]),
        [["web", code]],
      );
      assert.equal(deployment.progress.error_steps, 1);
      const urls = await b.ok("GET", `${at}/components/web/logs?type=${stage}`);
      assert.match((await b.call("GET", urls.historic_urls[0], undefined, "")).body, log);
      assert.ok(!("active_deployment" in (await b.ok("GET", `/v2/apps/${id}`)).app));
    });
  }

  it("keeps the previous deployment running when the next one fails on demand", async () => {
    const { id } = await create(webSpec());
    b.clock.advance(WHOLE);
    b.emulator.failNext({
      component: "web",
      step: "build",
      reason: { code: "Odd", message: "odd" },
      log: ["boom: 42"],
    });
    const { deployment } = await b.ok("POST", `/v2/apps/${id}/deployments`, { force_build: true });
    b.clock.advance(WHOLE);
    const { app } = await b.ok("GET", `/v2/apps/${id}`);
    assert.notEqual(app.active_deployment.id, deployment.id);
    assert.equal(
      (await b.ok("GET", `/v2/apps/${id}/deployments/${deployment.id}`)).deployment.phase,
      "ERROR",
    );
    const urls = await b.ok(
      "GET",
      `/v2/apps/${id}/deployments/${deployment.id}/logs?type=BUILD&tail_lines=3`,
    );
    const text: string = (await b.call("GET", urls.historic_urls[0])).body;
    assert.equal(text.trim().split("\n").length, 3);
    assert.match(text, /boom: 42/);
  });

  it("cancels a running deployment once", async () => {
    const { at } = await create(webSpec());
    b.clock.advance(WHOLE / 3);
    assert.equal((await b.ok("POST", `${at}/cancel`)).deployment.phase, "CANCELED");
    b.clock.advance(WHOLE);
    assert.equal((await b.ok("GET", at)).deployment.phase, "CANCELED");
    assert.equal((await b.ok("POST", `${at}/cancel`)).deployment.phase, "CANCELED");
  });

  it("streams a build as data frames until it finishes", async () => {
    const { at } = await create(webSpec());
    b.clock.advance(WHOLE / 5);
    const { live_url: live } = await b.ok("GET", `${at}/components/web/logs?type=BUILD&follow=true`);
    const response = await fetch(live);
    const text = response.text();
    b.clock.advance(WHOLE);
    const frames = (await text)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { data: string });
    assert.match(frames[0]?.data ?? "", /^web .* git repo clone/);
    assert.match(frames[frames.length - 1]?.data ?? "", /build complete\n$/);
    assert.equal(new Set(frames.map((frame) => frame.data)).size, frames.length);
  });

  it("rejects logs of unknown components and types, and addresses it never issued", async () => {
    const { at } = await create(webSpec());
    assert.equal((await b.call("GET", `${at}/components/gone/logs?type=BUILD`)).status, 404);
    assert.equal((await b.call("GET", `${at}/logs?type=ODD`)).status, 400);
    assert.equal((await b.call("GET", "/_logs/plain/guess")).status, 403);
  });
});
