import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "../../../provider/api/client";
import type { App, Deployment } from "../../../provider/api/types";
import { ApiError, isApiError } from "../../../provider/errors";
import type { AppSpec } from "../../../provider/appspec/types";

/** A service to test the client against. */
export interface Target {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

export interface ContractOptions {
  /** Milliseconds between two polls. @default 20 */
  readonly pollMs?: number;
  /** Milliseconds allowed per step, including a whole deployment. @default 20_000 */
  readonly timeoutMs?: number;
}

const FINAL_PHASES = ["ACTIVE", "ERROR", "CANCELED", "SUPERSEDED"];

/**
 * The contract between the client and a service. Creates one app, a static site, which costs nothing, and deletes it at
 * the end. Each step builds on the previous ones.
 */
export function clientContract(makeTarget: () => Promise<Target>, options: ContractOptions = {}): void {
  const { pollMs = 20, timeoutMs = 20_000 } = options;

  describe("the client's contract", function () {
    this.timeout(timeoutMs);

    let target: Target;
    let client: Client;
    let app: App | undefined;
    const name = `contract-${randomBytes(6).toString("hex")}`;
    const spec = (more: Partial<AppSpec> = {}): AppSpec => ({
      name,
      region: "ams",
      static_sites: [
        {
          name: "site",
          git: { repo_clone_url: "https://github.com/digitalocean/sample-html.git", branch: "main" },
        },
      ],
      alerts: [{ rule: "DEPLOYMENT_FAILED" }],
      ...more,
    });
    const id = (): string => app?.id ?? assert.fail("there is no app: see the step that makes it");

    before(async () => {
      target = await makeTarget();
      client = new Client({ token: target.token, baseUrl: target.url });
    });

    after(async () => {
      // Also runs after a failed step: nothing may be left behind in a real account.
      if (app !== undefined) await client.deleteApp(app.id).catch(ignoreNotFound);
      await target.close();
    });

    /** The deployment once it has finished. */
    async function finished(deploymentId: string): Promise<Deployment> {
      for (;;) {
        const deployment = await client.getDeployment(id(), deploymentId);
        if (FINAL_PHASES.includes(deployment.phase ?? "")) return deployment;
        await pause(pollMs);
      }
    }

    it("rejects a wrong token", async () => {
      const stranger = new Client({ token: `dop_v1_${"0".repeat(64)}`, baseUrl: target.url });
      await assert.rejects(stranger.getAccount(), { errorCode: "unauthorized", status: 401 });
    });

    it("reads the account, regions, sizes and the default project", async () => {
      assert.equal(typeof (await client.getAccount()).email, "string");
      assert.ok((await client.listRegions()).some(({ slug }) => slug === "ams"));
      assert.ok((await client.listInstanceSizes()).length > 0);
      assert.equal((await client.getProject("default")).is_default, true);
    });

    it("reports not-found for an unknown app", async () => {
      await assert.rejects(client.getApp(randomUUID()), { errorCode: "not-found", status: 404 });
      assert.equal(await client.findAppByName(name), undefined);
    });

    it("prices a spec without creating the app", async () => {
      const proposal = await client.proposeApp({ spec: spec() });
      assert.equal(proposal.spec?.name, name);
      assert.equal(await client.findAppByName(name), undefined);
    });

    it("rejects an invalid spec with a message", async () => {
      const wrong = { name, static_sites: [{ name: "No Such Name!" }] } as unknown as AppSpec;
      const error = await client.createApp({ spec: wrong }).then(
        (made) => void (app = made),
        (reason: unknown) => reason,
      );
      // The real service has also responded with 500.
      assert.ok(isApiError(error, "bad-request", "invalid-spec", "service-error"), String(error));
      assert.notEqual(error.serviceMessage, undefined);
    });

    it("creates an app with its first deployment", async () => {
      app = await client.createApp({ spec: spec() });
      assert.equal(app.spec.name, name);
      const first = app.pending_deployment?.id ?? assert.fail("no pending deployment in the answer");
      assert.equal((await client.getDeployment(app.id, first)).id, first);
    });

    it("finds the app by ID, by name and in the list", async () => {
      assert.equal((await client.getApp(id())).id, id());
      assert.equal((await client.findAppByName(name))?.id, id());
      assert.equal(await client.findAppByName(name.slice(0, -1)), undefined);
      const listed = [];
      for await (const one of client.listApps()) listed.push(one.id);
      assert.equal(listed.filter((one) => one === id()).length, 1);
    });

    it("does not create a second app with the same name", async () => {
      const error = await client.createApp({ spec: spec() }).then(
        () => assert.fail("a second app was made"),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof ApiError && error.errorCode === "conflict", String(error));
      assert.equal(error.ambiguous, false);
    });

    it("follows a deployment until it finishes and reads its build log", async () => {
      const [newest] = (await client.listDeploymentPage(id(), { page: 1, perPage: 1 })).items;
      const deployment = await finished(newest?.id ?? assert.fail("no deployment is listed"));
      assert.equal(deployment.phase, "ACTIVE");
      const request = { type: "BUILD", deploymentId: deployment.id, component: "site" };
      const urls = await client.getLogUrls(id(), request);
      const lines = [];
      for await (const line of client.openLog(urls.historic_urls?.[0] ?? assert.fail("no log")))
        lines.push(line);
      assert.ok(lines.length > 0);
    });

    it("updates the app and tells its deployments apart", async () => {
      const variable = { key: "GREETING", value: "hello", scope: "BUILD_TIME" } as const;
      const updated = await client.updateApp(id(), { spec: spec({ envs: [variable] }) });
      assert.equal(updated.id, id());
      assert.equal((await client.getApp(id())).spec.envs?.[0]?.value, "hello");
      const second = updated.pending_deployment?.id ?? assert.fail("no pending deployment in the answer");
      assert.equal((await finished(second)).phase, "ACTIVE");
    });

    it("starts a deployment on demand and cancels it", async () => {
      const deployment = named(await client.createDeployment(id(), { force_build: true }));
      const cancelled = await client.cancelDeployment(id(), deployment.id);
      assert.equal(cancelled.id, deployment.id);
      assert.equal((await finished(deployment.id)).phase, "CANCELED");
    });

    it("lists each deployment exactly once across several pages", async () => {
      const listed: string[] = [];
      for await (const { id: one } of client.listDeployments(id(), { perPage: 2 })) listed.push(one);
      assert.equal(listed.length, 3);
      assert.equal(new Set(listed).size, 3);
    });

    it("assigns the app to a project, repeatedly", async () => {
      const project = await client.getProject("default");
      for (let i = 0; i < 2; i++) await client.assignProject(project.id, id());
      assert.equal((await client.getApp(id())).project_id, project.id);
    });

    it("reads and changes alert recipients", async () => {
      const alerts = await client.listAlerts(id());
      const alert =
        alerts.find(({ spec }) => spec?.rule === "DEPLOYMENT_FAILED") ?? assert.fail("no such alert");
      const { email } = await client.getAccount();
      const assigned = await client.assignAlertDestinations(id(), alert.id, {
        emails: [email ?? assert.fail("no email")],
        slack_webhooks: [],
      });
      assert.deepEqual([assigned.id, assigned.emails], [alert.id, [email]]);
      const again = (await client.listAlerts(id())).find((one) => one.id === alert.id);
      assert.deepEqual(again?.emails, [email]);
    });

    it("rolls back to an earlier deployment and commits the rollback", async () => {
      const listed: string[] = [];
      for await (const { id: one } of client.listDeployments(id())) listed.push(one);
      const first = listed.at(-1) ?? assert.fail("no deployments");
      const { valid, error } = await client.validateRollback(id(), { deployment_id: first });
      assert.equal(valid, true, JSON.stringify(error));
      const made = named(await client.createRollback(id(), { deployment_id: first }));
      assert.equal((await client.getApp(id())).pinned_deployment?.id, made.id);
      assert.equal((await finished(made.id)).phase, "ACTIVE");
      await client.commitRollback(id());
      const app = await client.getApp(id());
      assert.equal(app.pinned_deployment ?? undefined, undefined);
      assert.equal(app.spec.envs, undefined);
    });

    it("reverts a rollback with a deployment of the previous spec", async () => {
      const updated = await client.updateApp(id(), {
        spec: spec({ features: ["buildpack-stack=ubuntu-22"] }),
      });
      const newest = updated.pending_deployment?.id ?? named(await client.createDeployment(id())).id;
      await finished(newest);
      await client.createRollback(id(), { deployment_id: newest });
      const reverted = named(await client.revertRollback(id()));
      assert.equal((await finished(reverted.id)).phase, "ACTIVE");
      assert.equal((await client.getApp(id())).pinned_deployment ?? undefined, undefined);
    });

    it("deletes the app", async () => {
      const gone = id();
      await client.deleteApp(gone);
      while (await client.getApp(gone).then(Boolean, ignoreNotFound)) await pause(pollMs);
      app = undefined;
      assert.equal(await client.findAppByName(name), undefined);
      await assert.rejects(client.deleteApp(gone), { errorCode: "not-found" });
    });
  });
}

const named = (deployment: Deployment | undefined): Deployment =>
  deployment ?? assert.fail("the response names no deployment");

function ignoreNotFound(error: unknown): undefined {
  if (!isApiError(error, "not-found")) throw error;
  return undefined;
}
