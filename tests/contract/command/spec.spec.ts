import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../../../provider/api/client";
import { spec } from "../../../provider/cli/spec";
import { validate } from "../../../provider/cli/validate";
import { loadSpec, SPEC_FILE } from "../../../provider/load-spec";
import { applySecrets, secretAddresses } from "../../../provider/appspec/secret-addresses";
import { secretValues } from "../../../provider/appspec/secrets";
import type { AppSpec } from "../../../provider/appspec/types";
import { runCommand } from "../../helpers/command";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { eachInItsWorld, inputs, SECRET, SHOP, TOKEN } from "../../helpers/world/provider-world";

const FIXTURES = join(__dirname, "../../fixtures/specs");
const NO_FILE = { [SPEC_FILE]: undefined };
const SUPPLIED = "a-value-for-every-secret";

/** The spec of a fixture, with a value for every secret that it leaves out. */
function fixture(file: string): AppSpec {
  const plain = loadSpec(join(FIXTURES, file));
  return applySecrets(plain, Object.fromEntries(secretAddresses(plain).map((address) => [address, SUPPLIED])))
    .spec;
}

/** The fixtures without the backup, which `loadSpec` reads only together with its secrets. */
const FILES = readdirSync(FIXTURES).filter((file) => file !== "backup.yaml");

describe("app-platform spec", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  const env = () => ({ DIGITALOCEAN_TOKEN: TOKEN, DIGITALOCEAN_API_URL: world.emulator.url });
  const client = () => new Client({ token: TOKEN, baseUrl: world.emulator.url });

  for (const file of FILES)
    it(`${file}: writes a valid file without secrets, whose adoption deploys nothing`, async () => {
      const wanted = fixture(file);
      const { id, spec: held } = await client().createApp({ spec: wanted });
      await world.clock.sleep(600_000);
      const out = join(folder.path, `${file}.app.yaml`);
      const { code, err } = await runCommand(spec, [held.name ?? "", "--out", out], env());
      assert.equal(code, 0);
      const written = await runCommand(spec, [id], env());
      for (const text of [err, written.out]) {
        assert.doesNotMatch(text, /EV\[/);
        for (const secret of secretValues(wanted)) assert.ok(!text.includes(secret), secret);
      }
      assert.match(written.out, /^# yaml-language-server: \$schema=\S+app-spec\.schema\.json\n/);
      const checked = await runCommand(validate, [out], {});
      assert.equal(checked.code, 0, checked.err);
      const loaded = loadSpec(out);
      world.emulator.clearCalls();
      const made = await world.create(inputs(loaded, { adopt: id }));
      assert.deepEqual([made.id, world.writes], [id, []]);
      const diff = await world.run().diff(id, made.outs, inputs(loaded, { adopt: id }));
      assert.notEqual(diff.changes, true);
    });

  it("lists each secret with the address under which loadSpec accepts it", async () => {
    await client().createApp({ spec: SHOP });
    const out = join(folder.path, "listed.yaml");
    const { err } = await runCommand(spec, ["shop", "--out", out], env());
    assert.match(err, /Secrets left out: web\.API_TOKEN/);
    const json = await runCommand(spec, ["shop", "--json"], env());
    const { secrets } = JSON.parse(json.out) as { secrets: string[] };
    assert.deepEqual(secrets, ["web.API_TOKEN"]);
    const all = applySecrets(loadSpec(out), { "web.API_TOKEN": "new" });
    assert.deepEqual([all.missing, all.unused], [[], []]);
    assert.equal(all.spec.services?.[0]?.envs?.[1]?.value, "new");
    writeFileSync(join(folder.path, "listed.json"), json.out);
    assert.deepEqual(
      { ...loadSpec(join(folder.path, "listed.json")), ...NO_FILE },
      { ...loadSpec(out), ...NO_FILE },
    );
    assert.ok(!`${json.out}${err}`.includes(SECRET));
  });

  it("prints YAML that validate reads from standard input", async () => {
    await client().createApp({ spec: SHOP });
    const { out } = await runCommand(spec, ["shop"], env());
    const good = await runCommand(validate, ["-"], {}, { input: out });
    assert.deepEqual([good.code, good.out], [0, "standard input: valid\n"]);
    const bad = await runCommand(
      validate,
      ["-", "--json"],
      {},
      { input: out.replace("http_port", "http_prt") },
    );
    const [{ file, line }] = JSON.parse(bad.out) as [{ file: string; line: number }];
    assert.deepEqual([bad.code, file, typeof line], [1, "standard input", "number"]);
  });

  it("prints the lines that adopt the app in the language of the program", async () => {
    const { id } = await client().createApp({ spec: SHOP });
    const args = [id, "--out", join(folder.path, "shop.yaml"), "--force"];
    const typescript = await runCommand(spec, args, env());
    assert.match(typescript.err, new RegExp(`adopt: "${id}",`));
    const yaml = await runCommand(spec, [...args, "--language", "yaml"], env());
    assert.match(yaml.err, new RegExp(`type: app-platform:App\\n[^]*adopt: ${id}\\n`));
  });

  it("overwrites a file only with --force", async () => {
    await client().createApp({ spec: SHOP });
    const out = join(folder.path, "existing.yaml");
    writeFileSync(out, "name: mine\n");
    await assert.rejects(runCommand(spec, ["shop", "--out", out], env()), /already exists.*--force/);
    assert.equal(loadSpec(out).name, "mine");
    assert.equal((await runCommand(spec, ["shop", "--out", out, "--force"], env())).code, 0);
    assert.equal(loadSpec(out).name, "shop");
  });
});
