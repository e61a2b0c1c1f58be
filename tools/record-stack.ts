// Records what a version of this package leaves behind, for tests/e2e/recorded-stack.spec.ts: a stack's
// state, its settings, and the emulator's snapshot. Run it on a built checkout of that version with its
// packages installed:
//
//   npx tsx tools/record-stack.ts CHECKOUT tests/fixtures/recorded/VERSION

import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type * as EmulatorPackage from "app-platform-emulator";
import { getPulumiCli } from "./pulumi-cli/get";
import { PulumiProject } from "./pulumi-project";
import { movingClock, RECORDED_AT, RECORDED_TOKEN } from "./recorded-stack";

const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const web = { name: "web", image, http_port: 80 };

async function main(checkout: string, out: string): Promise<void> {
  const { createEmulator } = createRequire(__filename)(
    join(checkout, "emulator", "dist", "index.js"),
  ) as typeof EmulatorPackage;
  const snapshot = join(out, "emulator.snapshot");
  rmSync(snapshot, { force: true });
  const emulator = await createEmulator({
    deploySeconds: 0.05,
    clock: movingClock(RECORDED_AT),
    seed: "recorded",
    snapshot,
    token: RECORDED_TOKEN,
    rateLimit: false,
  });
  const { bin } = await getPulumiCli();
  const service = { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: RECORDED_TOKEN };
  const program = join(out, "program");
  const project = await PulumiProject.create(program, bin, service, {}, join(checkout, "node_modules"));
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(emulator.url + path, {
      method,
      headers: { authorization: `Bearer ${RECORDED_TOKEN}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  const create = async (name: string): Promise<string> => {
    const { app } = (await call("POST", "/v2/apps", { spec: { name, region: "fra", services: [web] } })) as {
      app: { id: string };
    };
    return app.id;
  };
  const pulumi = (args: string[], RECORDING: string) =>
    project.run([...args, "--non-interactive"], { env: { RECORDING }, show: true });
  try {
    const ids: Record<string, string> = {
      adopted: await create("from-elsewhere"),
      read: await create("read"),
      deployed: await create("deployed"),
      triggered: await create("triggered"),
    };
    for (const name of ["pinned", "committed"]) {
      const id = (ids[name] = await create(name));
      await settled();
      await call("PUT", `/v2/apps/${id}`, {
        spec: { name, region: "fra", services: [{ ...web, http_port: 81 }] },
      });
    }
    const { project: own } = (await call("GET", "/v2/projects/default")) as { project: { id: string } };
    ids["project"] = own.id;
    await settled();
    writeFileSync(join(project.folder, "outside.json"), `${JSON.stringify(ids, undefined, 2)}\n`);
    await project.mustRun(["config", "set", "--secret", "signingKey", "signing-s3cret"]);
    await project.mustRun(["config", "set", "--secret", "app-platform:token", RECORDED_TOKEN]);

    const up = ["up", "--yes", "--skip-preview"];
    const mustSucceed = async (args: string[], recording: string): Promise<void> => {
      if ((await pulumi(args, recording)).code !== 0) throw new Error(`${args.join(" ")} failed`);
    };
    await mustSucceed([...up, "--exclude", "**App::failed"], "first");
    await mustSucceed([...up, "--exclude", "**App::failed"], "then");
    await mustSucceed(["refresh", "--yes", "--target", "**App::unwaited"], "then");
    emulator.failNext({ component: "web", step: "build" });
    if ((await pulumi(up, "then")).code === 0) throw new Error("the App failed did not fail");

    // The recording must not contain the location of the program and its packages on this machine.
    const state: unknown = JSON.parse(project.stateText(), (key, value: unknown) =>
      key === "sourcePosition" || key === "stackTrace" ? undefined : value,
    );
    writeFileSync(join(out, "state.json"), `${JSON.stringify(state, undefined, 1)}\n`);
    for (const name of ["outside.json", "Pulumi.dev.yaml"])
      copyFileSync(join(project.folder, name), join(out, name === "outside.json" ? name : "settings.yaml"));
  } finally {
    project.remove();
    await emulator.close();
  }
  const kept = readFileSync(snapshot, "utf8");
  console.log(`${out}: ${kept.length} bytes of snapshot`);
}

/** Longer than a deployment takes. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 300));

const [checkout, out] = process.argv.slice(2);
if (checkout === undefined || out === undefined) {
  console.error("usage: record-stack.ts CHECKOUT FOLDER");
  process.exit(2);
}
void main(resolve(checkout), resolve(out));
