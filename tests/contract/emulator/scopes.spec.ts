import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "../../../emulator/index";

const SPEC = {
  name: "shop",
  region: "nyc",
  services: [
    {
      name: "web",
      image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "alpine" },
      http_port: 80,
    },
  ],
};
interface Body {
  readonly message?: string;
  readonly app: { readonly id: string; readonly project_id: string };
  readonly apps: readonly { readonly project_id?: string }[];
}

const CRUD = ["app:create", "app:read", "app:update", "app:delete"];

describe("emulator: scopes of tokens", () => {
  let emulator: Emulator;
  const start = async (scopes: readonly string[] | undefined): Promise<void> => {
    emulator = await createEmulator({ scopes, deploySeconds: 0.05, rateLimit: false });
  };
  afterEach(() => emulator.close());

  async function send(method: string, path: string, sent?: unknown): Promise<{ status: number; body: Body }> {
    const headers = { authorization: "Bearer dop_v1_scoped", "content-type": "application/json" };
    const answer = await fetch(emulator.url + path, { method, headers, body: JSON.stringify(sent) ?? null });
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  it("reject a request that needs another one, with the service's message", async () => {
    await start(["app:read"]);
    assert.equal((await send("GET", "/v2/apps")).status, 200);
    assert.equal((await send("POST", "/v2/apps/propose", { spec: SPEC })).status, 200);
    const refused = await send("POST", "/v2/apps", { spec: SPEC });
    assert.equal(refused.status, 403);
    assert.equal(refused.body.message, "You are not authorized to perform this operation");
    const id = "4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf";
    for (const [method, path] of [
      ["PUT", `/v2/apps/${id}`],
      ["DELETE", `/v2/apps/${id}`],
      ["POST", `/v2/apps/${id}/deployments`],
      ["POST", `/v2/apps/${id}/rollback`],
      ["GET", `/v2/apps/${id}/components/web/exec`],
      ["GET", "/v2/projects"],
      ["GET", "/v2/account"],
    ] as const)
      assert.equal((await send(method, path, method === "GET" ? undefined : {})).status, 403, path);
  });

  it("hide the project of apps without project:read", async () => {
    await start(CRUD);
    const made = await send("POST", "/v2/apps", { spec: SPEC });
    assert.equal(made.body.app.project_id, "");
    assert.equal((await send("GET", `/v2/apps/${made.body.app.id}`)).body.app.project_id, "");
    const [listed] = (await send("GET", "/v2/apps?with_projects=true")).body.apps;
    assert.equal(listed?.project_id, undefined);
  });

  it("allow a project of an app only with project:assign_resource", async () => {
    const project = "4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf";
    await start(CRUD);
    assert.equal((await send("POST", "/v2/apps", { spec: SPEC, project_id: project })).status, 403);
    assert.equal((await send("POST", "/v2/projects/default/resources", { resources: [] })).status, 403);
    await emulator.close();
    await start([...CRUD, "project:assign_resource"]);
    assert.notEqual((await send("POST", "/v2/apps", { spec: SPEC, project_id: project })).status, 403);
    assert.equal((await send("POST", "/v2/projects/default/resources", { resources: [] })).status, 200);
  });

  it("are all there by default", async () => {
    await start(undefined);
    const made = await send("POST", "/v2/apps", { spec: SPEC });
    assert.match(made.body.app.project_id, /^[0-9a-f-]{36}$/);
    assert.equal((await send("GET", "/v2/account")).status, 200);
  });
});
