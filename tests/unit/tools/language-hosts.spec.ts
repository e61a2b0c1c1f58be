import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { DYNAMIC_PROVIDER, LANGUAGE_HOST } from "../../../tools/pulumi-cli/find";
import { getLanguageHosts, getPythonPackages } from "../../../tools/pulumi-cli/languages";
import { temporaryFolder } from "../../helpers/temporary-folder";

const RELEASED = ["pulumi-language-yaml", "pulumi-language-python", "pulumi-language-python-exec"];

describe("getting the language hosts for YAML and Python", () => {
  const folder = temporaryFolder();
  const home = (): string => join(folder.path, "home");

  /** A folder with programs that print a text, and nothing else of the machine on PATH but sh. */
  const programs = (name: string, texts: Record<string, string>): string => {
    const bin = join(folder.path, name);
    mkdirSync(bin, { recursive: true });
    for (const [program, text] of Object.entries(texts)) {
      writeFileSync(join(bin, program), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, program), 0o755);
    }
    return bin;
  };
  const cli = (companions: readonly string[]): string =>
    programs("cli", {
      pulumi: 'echo v3.259.0; echo "$@" >> "$LOG"',
      ...Object.fromEntries([LANGUAGE_HOST, DYNAMIC_PROVIDER, ...companions].map((one) => [one, "exit 0"])),
    });
  const env = (...path: string[]): NodeJS.ProcessEnv => ({
    PATH: path.join(delimiter),
    PULUMI_HOME: home(),
    LOG: join(folder.path, "log"),
  });

  it("uses those beside the CLI, as Pulumi's releases have them, and builds nothing", async () => {
    const bin = cli(RELEASED);
    const hosts = await getLanguageHosts({ env: env(bin), log: () => {} });
    assert.deepEqual(hosts.path, [bin]);
    assert.equal(existsSync(home()), false);
    await hosts.generateSdk("schema.json", "go", "out");
  });

  it("says which Go it needs when they have to be built and there is none", async () => {
    const bin = cli([]);
    await assert.rejects(
      getLanguageHosts({ env: env(bin), log: () => {} }),
      /Go \d+\.\d+.* is needed on PATH/,
    );
    assert.deepEqual(readdirSync(join(home(), "versions")), []);
  });

  it("says why programs in Python cannot run", async () => {
    const none = await getPythonPackages({ env: env(programs("empty", {})), log: () => {} });
    assert.ok("missing" in none && /python3 does not work/.test(none.missing));
    const python = programs("python", {
      python3: 'case "$1" in --version) echo Python 3.12.1;; *) echo No module named pip >&2; exit 1;; esac',
    });
    const bare = await getPythonPackages({ env: env(python), log: () => {} });
    assert.ok("missing" in bare && /cannot be installed: No module named pip/.test(bare.missing));
    assert.deepEqual(readdirSync(join(home(), "versions")), []);
  });
});
