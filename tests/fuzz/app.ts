import { setTimeout as pause } from "node:timers/promises";

/** Creates an app for the fuzzer in the emulator at the given address, and prints its ids as shell commands. */
async function main(base = "http://127.0.0.1:8787", token = "t"): Promise<void> {
  const ask = async (
    path: string,
    body?: unknown,
  ): Promise<Record<string, { id: string }[] & { id: string }>> => {
    const response = await fetch(base + path, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, { id: string }[] & { id: string }>;
  };
  const image = { registry_type: "DOCKER_HUB", repository: "migrate", tag: "1" };
  const metrics = { cpu: { percent: 70 } };
  const spec = {
    name: "shop",
    alerts: [{ rule: "DEPLOYMENT_FAILED" }],
    services: [
      {
        name: "web",
        git: { repo_clone_url: "https://example.com/web.git", branch: "main" },
        instance_size_slug: "apps-d-1vcpu-1gb",
        autoscaling: { min_instance_count: 1, max_instance_count: 3, metrics },
      },
    ],
    jobs: [{ name: "migrate", kind: "PRE_DEPLOY", image }],
  };
  const { app } = await ask("/v2/apps", { spec });
  const at = `/v2/apps/${app?.id}`;
  // The job starts, and its runs can be listed, only once the build has finished.
  const first = async (list: string): Promise<string> => {
    for (; ; await pause(200)) {
      const id = (await ask(`${at}/${list.replace("_", "-")}`))[list]?.[0]?.id;
      if (id !== undefined) return id;
    }
  };
  const ids = {
    APP_ID: app?.id,
    DEPLOYMENT_ID: await first("deployments"),
    INVOCATION_ID: await first("job_invocations"),
    EVENT_ID: await first("events"),
    ALERT_ID: await first("alerts"),
  };
  for (const [name, id] of Object.entries(ids)) console.log(`export ${name}=${id}`);
}

main(...process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
