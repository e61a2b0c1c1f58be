import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, steppedClock, type Emulator, type StoredApp } from "../../../emulator/index";
import { withValueAt } from "../../../provider/appspec/diff";
import { InProcessStack, type Declared } from "../../../tools/in-process-stack";
import { TOP } from "../../../tools/pulumi-project";
import { reordered } from "../../helpers/spec-places";

const DOCUMENT = join(TOP, "docs", "redeploy-policy.md");
const DEPLOY_SECONDS = 4;

const spec = {
  name: "shop",
  envs: [
    { key: "A", value: "1", scope: "RUN_TIME" },
    { key: "B", value: "1", scope: "RUN_TIME" },
  ],
  services: [
    {
      name: "web",
      github: { repo: "acme/shop", branch: "main" },
      build_command: "make",
      envs: [
        { key: "LEVEL", value: "info", scope: "RUN_TIME" },
        { key: "TOKEN", value: "web-s3cret", scope: "RUN_TIME", type: "SECRET" },
      ],
    },
    { name: "img", image: { registry_type: "DOCKER_HUB", repository: "acme/img", tag: "v1" } },
  ],
};

const SPEC_CHANGES: Readonly<Record<string, [path: (string | number)[], value: string] | undefined>> = {
  none: undefined,
  "run-time variable": [["services", 0, "envs", 0, "value"], "debug"],
  "build command": [["services", 0, "build_command"], "make all"],
  "image tag": [["services", 1, "image", "tag"], "v2"],
};

interface Row {
  [column: string]: string;
}

/** The rows of the tables in the document, without Markdown formatting. */
function tables(): Row[][] {
  const found: { columns: string[]; rows: Row[] }[] = [];
  let inside = false;
  for (const line of readFileSync(DOCUMENT, "utf8").split("\n")) {
    const cells = line.startsWith("|") ? line.split("|").slice(1, -1).map(textOf) : undefined;
    if (cells === undefined) inside = false;
    else if (!inside) {
      found.push({ columns: cells, rows: [] });
      inside = true;
    } else if (!cells.every((cell) => /^-+$/.test(cell))) {
      const { columns, rows } = found.at(-1) as (typeof found)[number];
      rows.push(Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""])));
    }
  }
  return found.map(({ rows }) => rows);
}

const textOf = (cell: string): string => cell.replace(/[`*]/g, "").trim();

/** The preview's text for a component, and the table's word for it. */
const EFFECTS: readonly (readonly [RegExp, string])[] = [
  [/: rebuild and redeploy \(likely\)/, "rebuilt (likely)"],
  [/: rebuild and redeploy/, "rebuilt"],
  [/: redeploy without a new build/, "redeployed"],
];

describe("the table of docs/redeploy-policy.md", () => {
  const clock = steppedClock();
  let emulator: Emulator;
  let stack: InProcessStack;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: DEPLOY_SECONDS, clock, rateLimit: false });
  });
  beforeEach(() => {
    emulator.reset();
    stack = new InProcessStack(emulator, (ms) => clock.advance(ms));
  });
  after(() => emulator.close());

  const app = (): StoredApp => emulator.apps()[0] as StoredApp;

  /** Deploys the app, then clears all recorded calls and messages. */
  async function start(program: Declared): Promise<void> {
    await stack.up(program);
    forget();
  }

  function forget(): void {
    emulator.clearCalls();
    stack.lines.length = 0;
  }

  const calls = (): string => {
    const made = emulator.calls.filter(({ method }) => method !== "GET");
    return made.map(({ method, path }) => `${method} ${wordsFor(path)}`).join(", ") || "–";
  };

  const wordsFor = (path: string): string => {
    if (path.endsWith("/deployments")) return "deployments";
    return /^\/v2\/projects\/[^/]+\/resources$/.test(path) ? "project resources" : "app";
  };

  const flags = (): string => {
    const bodies = emulator.calls.map(({ body }) => (body ?? {}) as Row);
    const set = ["force_build", "update_all_source_versions"].filter((flag) =>
      bodies.some((body) => body[flag] !== undefined && String(body[flag]) === "true"),
    );
    return set.join(", ") || "–";
  };

  const effectOn = (name: string): string => {
    const line = stack.lines.find((said) => new RegExp(`^info: [=~+-] ${name} `).test(said));
    if (line === undefined)
      return stack.lines.some((said) => / unchanged$/.test(said)) ? "unchanged (likely)" : "unchanged";
    return EFFECTS.find(([words]) => words.test(line))?.[1] ?? line;
  };

  const [, combinations = [], others = []] = tables();

  it("contains every combination once", () => {
    const choices = combinations.map((row) => Object.values(row).slice(0, 4).join());
    assert.equal(new Set(choices).size, Object.keys(SPEC_CHANGES).length * 2 * 2 * 2);
    assert.equal(choices.length, new Set(choices).size);
  });

  for (const row of combinations) {
    const { "The spec": change = "", redeployOn, updateSources, forceBuild } = row;
    it(`is correct for: ${change}, redeployOn ${redeployOn}, updateSources ${updateSources}, forceBuild ${forceBuild}`, async () => {
      assert.ok(Object.hasOwn(SPEC_CHANGES, change), change);
      const settings = { updateSources: updateSources === "yes", forceBuild: forceBuild === "yes" };
      await start({ ...settings, spec, redeployOn: { commit: "a" } });
      const edit = SPEC_CHANGES[change];
      const news = edit ? withValueAt(spec, ...edit) : spec;
      const program = {
        ...settings,
        spec: news,
        redeployOn: { commit: redeployOn === "changed" ? "b" : "a" },
      };
      const quiet = row["Call"] === "–";
      assert.equal(await stack.up(program), quiet ? "same" : "update");

      assert.equal(calls(), row["Call"]);
      assert.equal(flags(), row["Flag"]);
      assert.equal(String(app().deployments.length - 1), row["Deployments"]);
      assert.equal(effectOn("web"), row["web, from source"]);
      assert.equal(effectOn("img"), row["img, an image"]);
      if (!quiet)
        assert.deepEqual(
          app().deployments.at(-1)?.plan.built,
          effectOn("web").startsWith("rebuilt") ? ["web"] : [],
        );
      const reused = stack.lines.some((line) => /^warning: .*forceBuild does not apply/.test(line));
      assert.equal(reused, edit !== undefined && redeployOn === "changed" && forceBuild === "yes");

      forget();
      assert.equal(await stack.up(program), "same", "afterwards");
      assert.equal(calls(), "–");
    });
  }

  /** What happens in each further row; the test then runs `up`. */
  const HAPPENINGS: Readonly<Record<string, () => Promise<Declared>>> = {
    "only updateSources, forceBuild, timeouts or backup changed": async () => {
      await start({ spec });
      return { spec, updateSources: true, forceBuild: true, timeouts: { update: "20m" }, backup: false };
    },
    "only the order of components, variables or domains changed": async () => {
      await start({ spec });
      return { spec: reordered(spec) };
    },
    "only projectId changed": async () => {
      await start({ spec });
      return { spec, projectId: await newProject() };
    },
    "the last deployment failed, and nothing changed": async () => {
      emulator.failNext({ component: "web" });
      await assert.rejects(stack.up({ spec }), { errorCode: "deployment-failed" });
      forget();
      return { spec };
    },
    "the last deployment is still running, and nothing changed": async () => {
      await start({ spec, wait: false });
      return { spec };
    },
    "changed at the service, and seen by a refresh": async () => {
      await start({ spec });
      edit();
      await stack.refresh();
      forget();
      return { spec };
    },
    "changed at the service, not refreshed, and the program did not change": async () => {
      await start({ spec });
      edit();
      return { spec };
    },
    "the ciphertext of a secret was pasted in place of its value": async () => {
      await start({ spec });
      const held = app().spec.services?.[0]?.envs?.[1]?.value;
      return { spec: withValueAt(spec, ["services", 0, "envs", 1, "value"], held) };
    },
  };

  const edit = (): void => {
    emulator.editApp("shop", (held) => void (held.envs = []));
    clock.advance(DEPLOY_SECONDS * 1000);
  };

  async function newProject(): Promise<string> {
    const answer = await fetch(`${emulator.url}/v2/projects`, {
      method: "POST",
      headers: { authorization: "Bearer any", "content-type": "application/json" },
      body: JSON.stringify({ name: "other", purpose: "Tests" }),
    });
    emulator.clearCalls();
    return ((await answer.json()) as { project: { id: string } }).project.id;
  }

  it("contains every further row tested here", () => {
    assert.deepEqual(others.map((row) => row["What happened"]).sort(), Object.keys(HAPPENINGS).sort());
  });

  for (const row of others)
    it(`is correct when ${row["What happened"]}`, async () => {
      const program = await (HAPPENINGS[row["What happened"] ?? ""] as () => Promise<Declared>)();
      const before = app().deployments.length;
      await stack.up(program);
      assert.equal(calls(), row["Calls that write"]);
      assert.equal(String(app().deployments.length - before), row["Deployments"]);
      assert.equal(stack.state.__deployment?.phase, "ACTIVE");
      forget();
      assert.equal(await stack.up(program), "same", "afterwards");
    });
});
