import assert from "node:assert/strict";
import type { Emulator } from "app-platform-emulator";
import { hideSecrets, succeeded, writes, type TestStack } from "../helpers/e2e";
import { recordedStack } from "../helpers/recorded";
import { temporaryFolder } from "../helpers/temporary-folder";

/** Its deployment failed, so a new one is due regardless of the version. */
const FAILED = "App failed";

/**
 * With wait: false, the state records a deployment as running that has finished since. A run may record that without a
 * write.
 */
const UNSEEN = ["App unseen", "Deployment north-shop"];

/** Outputs of an app without a route, which the emulator gave an address when the stack was recorded. */
const WITHOUT_ROUTE = "App unwaited";
const ADDRESS = ["defaultIngress", "liveDomain", "liveUrl"];

interface Resource {
  urn: string;
  /** Only read, by App.get: its inputs are the values of the last read. */
  external?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const nameOf = (urn: string): string => `${urn.split("::")[2]?.split(":").at(-1)} ${urn.split("::").at(-1)}`;

for (const version of ["0.1.0"])
  describe(`a stack written by version ${version}`, function () {
    this.timeout(300_000);
    const folder = temporaryFolder();
    let emulator: Emulator;
    let stack: TestStack;

    beforeEach(async () => {
      ({ emulator, stack } = await recordedStack(version, folder.path));
    });
    afterEach(async () => {
      stack?.remove();
      await emulator?.close();
    });

    /** The user-visible part of all resources, except those that may change. */
    function visibleState(): unknown {
      const { checkpoint } = JSON.parse(stack.project.stateText()) as {
        checkpoint: { latest: { resources: Resource[] } };
      };
      const visible = (values: object = {}, hidden: readonly string[] = []): unknown =>
        hideSecrets(
          Object.fromEntries(
            Object.entries(values).filter(
              // The service moves updated_at by itself.
              ([key]) => !key.startsWith("__") && key !== "updatedAt" && !hidden.includes(key),
            ),
          ),
        );
      const resources = checkpoint.latest.resources
        .filter(({ urn }) => ![FAILED, ...UNSEEN].includes(nameOf(urn)))
        .map(({ urn, external, inputs, outputs }) => [
          urn,
          {
            inputs: visible(external ? {} : inputs),
            outputs: visible(outputs, nameOf(urn) === WITHOUT_ROUTE ? ADDRESS : []),
          },
        ]);
      assert.ok(resources.length > 10);
      return Object.fromEntries(resources);
    }

    async function changesInPreview(): Promise<string[]> {
      const { stdout } = succeeded(await stack.run(["preview", "--json"]));
      const { steps } = JSON.parse(stdout) as { steps: { urn: string; op: string }[] };
      return steps
        .filter(({ op }) => !["same", "read"].includes(op))
        .map(({ urn, op }) => `${op} ${nameOf(urn)}`);
    }

    const withoutUnseen = (changes: string[]): string[] =>
      changes.filter((change) => !UNSEEN.some((name) => change === `update ${name}`));

    it("has no changes in preview, refresh and up; only the App whose deployment failed gets a new one", async () => {
      const before = visibleState();
      assert.deepEqual(withoutUnseen(await changesInPreview()), [`update ${FAILED}`]);
      assert.deepEqual(writes(emulator), []);

      const { output } = succeeded(await stack.run(["refresh", "--yes", "--skip-preview", "--diff"]));
      assert.deepEqual(writes(emulator), []);
      assert.doesNotMatch(output, /s3cret|EV\[|__/);
      assert.deepEqual(visibleState(), before);

      await stack.mustUp();
      assert.deepEqual(writes(emulator), ["POST /v2/apps/failed/deployments"]);
      assert.deepEqual(visibleState(), before);
      assert.equal(emulator.apps().find(({ spec }) => spec.name === "failed")?.deployments.length, 2);

      succeeded(await stack.run(["preview", "--expect-no-changes"]));
    });

    it("needs no refresh before its up", async () => {
      const before = visibleState();
      await stack.mustUp();
      assert.deepEqual(writes(emulator), ["POST /v2/apps/failed/deployments"]);
      assert.deepEqual(visibleState(), before);
    });
  });
