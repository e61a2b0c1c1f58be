import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Client } from "../../../provider/api/client";
import { UsageError } from "../../../provider/cli/command";
import { migrate } from "../../../provider/cli/migrate";
import { validate } from "../../../provider/cli/validate";
import { loadSpec } from "../../../provider/load-spec";
import { runCommand } from "../../helpers/command";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { eachInItsWorld, inputs, TOKEN } from "../../helpers/world/provider-world";

const STATES = join(__dirname, "../../fixtures/states");
const IDS: Record<string, string> = {
  shop: "4f6c71e2-fa90-4762-8b11-3bb0bb2bd1a4",
  blog: "b8d3f1a6-6c2e-4d0c-9a77-0d9a3b1f2c55",
};
const SECRETS = /EV\[|-in-clear|hunter2/;
const SHOWN = "pulumi-show-secrets.json";

interface Moved {
  name: string;
  id: string;
  file: string;
  secrets: string[];
  remove: string;
}

describe("app-platform migrate", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  const client = () => new Client({ token: TOKEN, baseUrl: world.emulator.url });
  const env = () => ({ DIGITALOCEAN_TOKEN: TOKEN, DIGITALOCEAN_API_URL: world.emulator.url });
  const state = (file: string) => readFileSync(join(STATES, file), "utf8");

  /** Creates the apps at the service. @returns the state with their ids */
  async function existing(file: string): Promise<string> {
    let text = state(file);
    for (const name of Object.keys(IDS)) {
      const { id } = await client().createApp({ spec: loadSpec(join(STATES, `${name}.yaml`)) });
      text = text.replaceAll(IDS[name] ?? "", id);
    }
    await world.clock.sleep(600_000);
    world.emulator.clearCalls();
    return text;
  }
  const out = () => join(folder.path, "out", String(Math.random()).slice(2));
  const run = async (args: string[], input: string, more: Record<string, string> = env()) =>
    runCommand(migrate, ["-", ...args], more, { input });
  const moved = async (args: string[], input: string, more?: Record<string, string>) => {
    const ran = await run([...args, "--json"], input, more);
    return { ...ran, apps: JSON.parse(ran.out) as Moved[] };
  };

  for (const file of ["terraform-show.json", "terraform-raw.json", SHOWN, "pulumi-export.json"])
    for (const source of ["state", "service"]) {
      it(`${file}, specs from the ${source}: the files are valid, without secrets, and adopting the apps deploys nothing`, async () => {
        const input = await existing(file);
        const more = source === "state" ? {} : env();
        const { code, err, apps } = await moved(["--out", out()], input, more);
        assert.deepEqual([code, apps.map(({ name }) => name).sort()], [0, ["blog", "shop"]]);
        assert.doesNotMatch(err, /differs/);
        for (const { id, file: written } of apps) {
          const text = readFileSync(written, "utf8");
          assert.doesNotMatch(text, SECRETS);
          assert.match(text, /^# yaml-language-server: \$schema=/);
          const checked = await runCommand(validate, [written], {});
          assert.equal(checked.code, 0, checked.err);
          const wanted = inputs(loadSpec(written), { adopt: id });
          const made = await world.run().create(wanted);
          assert.deepEqual([made.id, world.writes], [id, []]);
          const diff = await world.run().diff(id, made.outs, wanted);
          assert.notEqual(diff.changes, true);
        }
      });
    }

  it("prints the lines of a program, the secrets, and commands that delete nothing", async () => {
    const { out: lines, err } = await run(["--out", out(), "--offline"], state("terraform-show.json"));
    assert.match(lines, /^import \{ App, loadSpec \} from "pulumi-app-platform";\n/);
    for (const [name, id] of Object.entries(IDS)) {
      assert.match(
        lines,
        new RegExp(
          `const ${name} = new App\\("${name}", \\{\\n  spec: loadSpec\\(".*${name}\\.app\\.yaml"\\),`,
        ),
      );
      assert.ok(lines.includes(`adopt: "${id}"`));
    }
    assert.match(err, /shop: api\.SESSION_KEY, hooks\.TOKEN|shop: .*api\.SESSION_KEY/);
    assert.match(err, /recipients of alerts .*alertDestinations/);
    assert.match(err, /terraform state rm digitalocean_app\.shop\n/);
    assert.match(err, /terraform state rm 'module\.web\["blog"\]\.digitalocean_app\.this\["main"\]'\n/);
    assert.doesNotMatch(lines + err, SECRETS);
    assert.deepEqual(world.emulator.calls, []);
  });

  it("prints the lines in YAML for programs in YAML", async () => {
    const args = ["--out", out(), "--offline", "--language", "yaml"];
    const { out: lines } = await run(args, state("terraform-show.json"));
    const { resources, outputs } = parse(lines) as Record<string, Record<string, { properties: object }>>;
    assert.deepEqual(Object.keys(resources ?? {}).sort(), Object.keys(IDS).sort());
    for (const [name, id] of Object.entries(IDS)) {
      const { specFile, ...rest } = (resources?.[name]?.properties ?? {}) as Record<string, string>;
      assert.match(specFile ?? "", new RegExp(`${name}\\.app\\.yaml$`));
      assert.deepEqual(rest, { adopt: id });
    }
    assert.deepEqual(outputs, { "shop-url": "${shop.liveUrl}", "blog-url": "${blog.liveUrl}" });
  });

  it("deletes a protected resource of the bridged provider from the state only", async () => {
    const { apps } = await moved(["--out", out(), "--offline"], state(SHOWN));
    assert.deepEqual(apps.map(({ remove }) => remove).sort(), [
      "pulumi state delete 'urn:pulumi:prod::web::digitalocean:index/app:App::blog' --yes --force",
      "pulumi state delete 'urn:pulumi:prod::web::digitalocean:index/app:App::shop' --yes",
    ]);
  });

  it("writes the service's values and lists the differences if the app has changed since", async () => {
    const input = await existing("terraform-show.json");
    const { id } = (await client().findAppByName("blog")) ?? assert.fail();
    const changed = loadSpec(join(STATES, "blog.yaml"));
    changed.services![0]!.instance_count = 5;
    await client().updateApp(id, { spec: changed });
    const { err, apps } = await moved(["--out", out()], input);
    assert.match(err, /Note: blog differs from the state: spec\.services\.web\.instance_count\./);
    const { file } = apps.find(({ name }) => name === "blog") ?? assert.fail();
    assert.equal(loadSpec(file).services?.[0]?.instance_count, 5);
  });

  it("uses the state, with a note, if the service does not know the app or does not respond", async () => {
    const unknown = await moved(["--out", out()], state("terraform-show.json"));
    assert.match(unknown.err, /digitalocean_app\.shop: .*no app .*from the state/);
    assert.equal(unknown.apps.length, 2);
  });

  it("explains how to read an export whose spec is encrypted as a whole, and writes nothing", async () => {
    const to = out();
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    };
    const hidden = JSON.stringify(JSON.parse(state("pulumi-export.json")), (key, value: unknown) =>
      key === "services" ? secret : value,
    );
    await assert.rejects(
      run(["--out", to, "--offline"], hidden),
      /encrypted \(services\).*--show-secrets \| app-platform migrate/,
    );
    assert.ok(!existsSync(to));
  });

  it("rejects other files without repeating their content, and overwrites nothing", async () => {
    for (const content of ["", "[]", "{}", "hunter2 is no JSON", '{"version":4}'])
      await assert.rejects(run(["--offline"], content), (error: Error) => {
        assert.match(error.message, /standard input is not a state.*terraform show -json/);
        assert.doesNotMatch(error.message, SECRETS);
        return true;
      });
    await assert.rejects(run(["--offline"], '{"format_version":"1.0"}'), /contains no apps/);
    await assert.rejects(runCommand(migrate, [], {}), UsageError);
    const to = out();
    const args = ["--offline", "--out", to];
    const [first] = (await moved(args, state(SHOWN))).apps;
    assert.ok(first);
    writeFileSync(first.file, "name: mine\n");
    await assert.rejects(run(args, state(SHOWN)), /already exists.*--force/);
    assert.equal(loadSpec(first.file).name, "mine");
    assert.equal((await run([...args, "--force"], state(SHOWN))).code, 0);
  });
});
