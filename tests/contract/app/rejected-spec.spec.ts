import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../../../provider/api/client";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import { isApiError } from "../../../provider/errors";
import { getProposal } from "../../../provider/functions/apps";
import { loadSpec } from "../../../provider/load-spec";
import type { AppInputs } from "../../../provider/resources/app/state";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { PluginClient } from "../../helpers/world/plugin-world";
import {
  changed,
  eachInItsWorld,
  inputs,
  SECRET,
  TOKEN,
  type Made,
} from "../../helpers/world/provider-world";

const FILE = `name: shop
services:
  - name: api
    github: { repo: acme/api, branch: main }
    http_port: 8080
    health_check:
      port: 8080
  - name: web
    image: { registry_type: DOCR, repository: web, tag: "1" }
    http_port: 80
    internal_ports: [9090]
    health_check:
      port: 9090
    envs:
      - key: TOKEN
        type: SECRET
        value: ${SECRET}
databases:
  - { name: db, engine: PG }
`;

/** Messages of the service, with the place and the line that each of them is about. */
const FORMS: [title: string, message: string, place: string, line: number][] = [
  [
    "without an index",
    'error validating app spec field "services.health_check.port": health check port "9090" not found in internal_ports',
    "spec.services.web.health_check.port",
    13,
  ],
  [
    "of a first error",
    'errors validating app spec; first error in field "services.1.envs.0.value": is not allowed',
    "spec.services.web.envs.TOKEN.value",
    17,
  ],
  [
    "of a list",
    'error validating databases field "databases.limit_exceeded": (3) new databases were requested',
    "spec.databases",
    18,
  ],
  ["in words", "GitHub user not authenticated", "spec.services.api.github", 4],
];

describe("a spec that the service rejects with 400", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  let file: string;
  let spec: ReturnType<typeof loadSpec>;
  beforeEach(() => {
    file = join(folder.path, "app.yaml");
    writeFileSync(file, FILE);
    spec = loadSpec(file);
  });

  const given = (more: HiddenInputs = {}, of = spec): AppInputs & HiddenInputs => ({
    ...inputs(of),
    __file: file,
    ...more,
  });
  const reject = (message: string): void => {
    const body = { id: "bad_request", message, request_id: "r-1" };
    for (const method of ["POST", "PUT"]) world.emulator.faults.add({ method, fault: { status: 400, body } });
  };
  let plugin: PluginClient | undefined;
  afterEach(() => {
    plugin?.close();
    plugin = undefined;
  });
  const before = (): Promise<Made> =>
    world.create(
      given(
        {},
        changed((copy) => (copy.services![0]!.instance_count = 2), spec),
      ),
    );

  const pluginUpdate = async (message: string, preview: boolean): Promise<Error> => {
    plugin = await PluginClient.start(world);
    const made = await plugin.up({ specFile: file });
    const { inputs: checked } = await plugin.check(
      { specFile: file, redeployOn: { release: 2 } },
      made.inputs,
    );
    const spec = { ...(checked["spec"] as object), region: "nyc" };
    reject(message);
    return world.failure(plugin.update(made, { ...checked, spec }, { preview }));
  };

  const ways: Record<string, (message: string) => Promise<string>> = {
    "the preview of a new app": async (message) => {
      reject(message);
      const { failures } = await world.run().check({}, given({ __preview: true }));
      return failures.map(({ reason }) => reason).join("\n");
    },
    "the preview of an update": async (message) => {
      const made = await before();
      reject(message);
      const provider = world.run();
      await provider.check(made.outs, given({ __preview: true }));
      return (await world.failure(provider.diff(made.id, made.outs, given()))).message;
    },
    "a create": async (message) => {
      reject(message);
      const provider = world.run();
      await provider.check({}, given());
      const error = await world.failure(provider.create(given()));
      assert.ok(isApiError(error, "invalid-spec"));
      assert.deepEqual([error.status, error.requestId], [400, "r-1"]);
      return error.message;
    },
    "an update": async (message) => {
      const made = await before();
      const provider = world.run();
      await provider.check(made.outs, given());
      reject(message);
      const error = await world.failure(provider.update(made.id, made.outs, given()));
      assert.ok(isApiError(error, "invalid-spec"));
      return error.message;
    },
    "the plugin's preview of a new app": async (message) => {
      plugin = await PluginClient.start(world);
      const { inputs: checked } = await plugin.check({ specFile: file });
      reject(message);
      const error = await world.failure(plugin.create(checked, { preview: true }));
      return error.message;
    },
    "the plugin's create": async (message) => {
      plugin = await PluginClient.start(world);
      const { inputs: checked } = await plugin.check({ specFile: file });
      reject(message);
      const error = await world.failure(plugin.create(checked));
      return error.message;
    },
    "the plugin's preview of an update": async (message) => (await pluginUpdate(message, true)).message,
    "the plugin's update": async (message) => (await pluginUpdate(message, false)).message,
    getProposal: async (message) => {
      reject(message);
      const client = new Client({ token: TOKEN, baseUrl: world.emulator.url });
      return (await world.failure(getProposal(client, { spec }, file))).message;
    },
  };

  for (const [way, run] of Object.entries(ways))
    for (const [title, message, place, line] of FORMS)
      it(`fails ${way} at the rejected place, for a field ${title}`, async () => {
        const text = await run(message);
        assert.ok(text.startsWith(`${place}: `), text);
        assert.ok(text.includes(message), text);
        assert.match(text, new RegExp(`app\\.yaml:${line}:\\d+`));
        assert.match(text, /request id r-1/);
      });

  it("reports every reason at its own place", async () => {
    const [, port] = FORMS[0]!;
    const text = await ways["a create"]!(`${port}\n${FORMS[2]![1]}`);
    assert.deepEqual(
      text.split("\n").flatMap((line) => /^(spec[.\w]*): /.exec(line)?.[1] ?? []),
      ["spec.services.web.health_check.port", "spec.databases"],
    );
  });

  it("never shows a secret, neither from the message nor from the file", async () => {
    const text = await ways["a create"]!(`services.1.envs.0.value: "${SECRET}" is too short`);
    assert.ok(text.startsWith("spec.services.web.envs.TOKEN.value: "), text);
    assert.match(text, /app\.yaml:17:/);
    assert.ok(!text.includes(SECRET), text);
  });

  it("is reported as the service sent it if no place can be found", async () => {
    reject("project does not exist");
    const error = await world.failure(world.create(given()));
    assert.ok(isApiError(error, "invalid-spec"));
    assert.match(error.message, /^POST \/v2\/apps: .*project does not exist/);
  });
});
