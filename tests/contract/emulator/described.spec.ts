/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */
import assert from "node:assert/strict";
import { bench, WHOLE, type Answer, type Bench } from "./http";
import type { Shape } from "../../../tools/openapi-facts";
import { operations, problems, unseen, type Operation } from "./facts";

/** Fields that the service's own clients know although the description omits or misplaces them. */
const EXTRA = new Set([
  "cause_details",
  "alerts", // of the whole app, in the spec
  "features", // in the spec
  "previous_deployment_id",
  "source_image_digest",
  "last_deployment_active_at",
  "max_free_static_apps",
  "job_invocation", // described as the invocation itself, documented as nested below this key
  "meta", // of lists that are described without a total
]);

const github = { repo: "acme/shop", branch: "main" };
const SPEC = {
  name: "shop",
  region: "nyc",
  services: [
    {
      name: "web",
      github,
      http_port: 8080,
      autoscaling: { min_instance_count: 1, max_instance_count: 2, metrics: { cpu: { percent: 80 } } },
      alerts: [{ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" }],
    },
  ],
  static_sites: [{ name: "site", github }],
  workers: [{ name: "mailer", github, instance_count: 1 }],
  jobs: [{ name: "migrate", kind: "PRE_DEPLOY", github }],
  functions: [{ name: "fn", github }],
  databases: [{ name: "db", engine: "PG" }],
  domains: [{ domain: "shop.example.com", type: "PRIMARY" }],
  egress: { type: "DEDICATED_IP" },
};

/** Path parameters that are IDs, and the objects they identify. */
const IDS: Record<string, keyof World> = {
  id: "app",
  app_id: "app",
  deployment_id: "deployment",
  event_id: "event",
  alert_id: "alert",
  job_invocation_id: "run",
};

/** Values of a parameter that its description rules out. */
function wrongValues(name: string, shape: Shape): string[] {
  if (name === "page") return ["0", "-1", "1.5", "first"];
  if (name === "per_page") return ["0", "-1", "201", "all"];
  if (name === "pod_connection_timeout") return ["soon", "3", "-1m"];
  if (name === "tail_lines") return ["few", "1.5"];
  if (name === "deployment_id") return ["nonsense"];
  if (shape === "boolean") return ["maybe", "1"];
  if (shape === "date-time") return ["yesterday", "2026-02-30T00:00:00"];
  if (typeof shape !== "object") return [];
  if ("list" in shape) return wrongValues(name, shape.list);
  return "enum" in shape ? ["NONSENSE", String(shape.enum[0]).toLowerCase()] : [];
}

const UNKNOWN = "11111111-1111-4111-8111-111111111111";

/** IDs of the objects that exist when a request is made. */
interface World {
  app: string;
  deployment: string;
  first: string;
  running: string;
  alert: string;
  run: string;
  event: string;
}

describe("emulator: every operation of the description", () => {
  let b: Bench;
  let world: World;

  /** An app with two previously active deployments, a third in progress, and a scaling event in progress. */
  const build = async (): Promise<void> => {
    b = await bench();
    const { app } = await b.ok("POST", "/v2/apps", { spec: SPEC });
    const at = `/v2/apps/${app.id}`;
    b.clock.advance(WHOLE);
    await b.ok("POST", `${at}/deployments`, { force_build: true });
    b.clock.advance(WHOLE * 2.1);
    const [{ id: deployment }, { id: first }] = (await b.ok("GET", `${at}/deployments`)).deployments;
    const running = (await b.ok("POST", `${at}/restart`, {})).deployment.id;
    const [alert] = (await b.ok("GET", `${at}/alerts`)).alerts;
    const [event] = (await b.ok("GET", `${at}/events?event_types=AUTOSCALING`)).events;
    // Its run of migrate is now in progress.
    b.clock.advance(WHOLE * 0.25);
    const [run] = (await b.ok("GET", `${at}/job-invocations`)).job_invocations;
    world = { app: app.id, deployment, first, running, alert: alert.id, run: run.id, event: event.id };
  };
  /** Requests that read, or are refused, leave it to the next test. */
  let isChanged = false;
  before(build);
  beforeEach(async () => {
    if (!isChanged) return;
    isChanged = false;
    await b.emulator.close();
    await build();
  });
  after(() => b.emulator.close());

  const place = (path: string, world: World): string =>
    path
      .replace("{id}", world.app)
      .replace("{app_id}", world.app)
      .replace("{deployment_id}/cancel", `${world.running}/cancel`)
      .replace("{deployment_id}", world.deployment)
      .replace("{component_name}", "web")
      .replace("{job_name}", "migrate")
      .replace("{job_invocation_id}", world.run)
      .replace("{event_id}", world.event)
      .replace("{alert_id}", world.alert)
      .replace("{slug}", "apps-s-1vcpu-1gb");

  const QUERIES: Record<string, string> = {
    "GET /v2/apps": "?per_page=1&with_projects=true",
    "GET /v2/apps/{app_id}/deployments": "?per_page=1&page=2&deployment_types=MANUAL",
    "GET /v2/apps/{app_id}/events": "?event_types=AUTOSCALING",
    "GET /v2/apps/{app_id}/events/{event_id}/logs": "?type=AUTOSCALE_EVENT",
    "GET /v2/apps/{app_id}/metrics/bandwidth_daily": "?date=2026-01-01T00:00:00Z",
  };
  const queryOf = ({ title, query }: Operation): string =>
    QUERIES[title] ??
    ("type" in query ? (title.includes("{job_name}") ? "?type=JOB_INVOCATION" : "?type=RUN") : "");

  const BODIES: Record<string, (world: World) => unknown> = {
    "POST /v2/apps": () => ({ spec: { ...SPEC, name: "other", domains: [] } }),
    "PUT /v2/apps/{id}": () => ({ spec: { ...SPEC, region: "fra" } }),
    "POST /v2/apps/propose": () => ({ spec: SPEC }),
    "POST /v2/apps/{app_id}/restart": () => ({ components: ["web"] }),
    "POST /v2/apps/{app_id}/deployments": () => ({ force_build: true }),
    "POST /v2/apps/{app_id}/alerts/{alert_id}/destinations": () => ({ emails: ["ops@example.com"] }),
    "POST /v2/apps/{app_id}/rollback": ({ first }) => ({ deployment_id: first }),
    "POST /v2/apps/{app_id}/rollback/validate": ({ first }) => ({ deployment_id: first }),
    "POST /v2/apps/metrics/bandwidth_daily": ({ app }) => ({ app_ids: [app] }),
  };

  /** Any required preparation. */
  const BEFORE: Record<string, () => Promise<unknown>> = {
    "POST /v2/apps/{app_id}/rollback/commit": () => rollBack(),
    "POST /v2/apps/{app_id}/rollback/revert": () => rollBack(),
  };
  const rollBack = (): Promise<unknown> =>
    b.ok("POST", `/v2/apps/${world.app}/rollback`, { deployment_id: world.first });

  const ask = (operation: Operation, ids: World, token?: string): Promise<Answer> =>
    b.call(
      operation.method,
      place(operation.path, ids) + queryOf(operation),
      BODIES[operation.title]?.(ids),
      token,
    );

  it("has a body in these tests when the description has one", () => {
    const withBody = operations.filter(({ body }) => body !== undefined).map(({ title }) => title);
    assert.deepEqual(Object.keys(BODIES).sort(), withBody.sort());
  });

  for (const operation of operations) {
    describe(operation.title, () => {
      const { answers, path } = operation;
      const described = (status: number): string[] => (String(status) in answers ? [] : [`status ${status}`]);
      const conforms = (answer: Answer, status: number): void => {
        assert.equal(answer.status, status, JSON.stringify(answer.body));
        const shape = answers[status] ?? answers.default ?? "any";
        if (shape === "nothing") assert.equal(answer.body, "");
        else assert.deepEqual(problems(shape, answer.body, EXTRA), []);
      };

      it("returns 200 as described", async () => {
        isChanged = operation.method !== "GET";
        await BEFORE[operation.title]?.();
        const answer = await ask(operation, world);
        assert.deepEqual(described(answer.status), []);
        conforms(answer, 200);
      });

      it("returns 401 without a token", async () => conforms(await ask(operation, world, ""), 401));

      if ("404" in answers) {
        it("returns 404 for unknown IDs", async () => {
          const nowhere = Object.fromEntries(
            Object.keys(world).map((key) => [key, UNKNOWN]),
          ) as unknown as World;
          const target = path.includes("{slug}")
            ? { ...operation, path: path.replace("{slug}", "huge") }
            : operation;
          conforms(await ask(target, nowhere), 404);
        });
      }

      for (const [parameter, key] of Object.entries(IDS)) {
        if (!path.includes(`{${parameter}}`)) continue;
        it(`returns 400 for a malformed ${parameter}`, async () =>
          conforms(await ask(operation, { ...world, [key]: "nonsense", running: "nonsense" }), 400));
      }

      for (const [name, shape] of Object.entries(operation.query)) {
        const wrong = wrongValues(name, shape);
        if (wrong.length === 0) continue;
        it(`returns 400 for an invalid ${name}`, async () => {
          for (const value of wrong) {
            const query = new URLSearchParams(queryOf(operation));
            query.set(name, value);
            const answer = await b.call("GET", `${place(path, world)}?${query}`);
            conforms(answer, 400);
            assert.match(answer.body.message, new RegExp(name === "type" ? "type" : name));
          }
        });
      }

      if ("per_page" in operation.query) {
        it("links its pages through the whole list", async () => {
          const whole = (await b.ok("GET", `${place(path, world)}?per_page=200`)) as Record<string, unknown>;
          const [key] = Object.keys(whole).filter((name) => Array.isArray(whole[name]));
          const found: unknown[] = [];
          let next: string | undefined = `${place(path, world)}?per_page=1`;
          while (next !== undefined) {
            const { [key!]: items, links, meta }: Record<string, any> = await b.ok("GET", next);
            assert.equal(items.length, 1);
            assert.equal(meta.total, (whole[key!] as unknown[]).length);
            found.push(...items);
            next = links.pages?.next;
          }
          assert.deepEqual(found, whole[key!]);
        });
      }
    });
  }

  it("returns each described field of an app, deployment, event and job invocation at least once", async () => {
    const at = `/v2/apps/${world.app}`;
    isChanged = true;
    await rollBack();
    b.clock.advance(WHOLE * 0.3);
    const { app } = await b.ok("GET", at);
    // Private networks are assigned to an app through another API.
    assert.deepEqual(unseen("#app", app), ["vpc"]);
    const { deployment } = await b.ok("GET", `${at}/deployments/${app.pinned_deployment.id}`);
    assert.deepEqual(unseen("#apps_deployment", deployment), []);
    assert.deepEqual(
      unseen("#app_job_invocation", await b.ok("GET", `${at}/job-invocations/${world.run}`)),
      [],
    );
    const { event } = await b.ok("GET", `${at}/events/${world.event}`);
    assert.deepEqual(unseen("#app_event", event), ["deployment"]);
  });
});
