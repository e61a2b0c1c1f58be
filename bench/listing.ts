import { createEmulator } from "app-platform-emulator";
import { median } from "./figures";

const APPS = 500;
const PER_PAGE = 200;
const WARM_UP = 10;
const ROUNDS = 30;

export interface ListingTimes {
  /** Milliseconds for all apps, page after page. */
  all: number;
  /** Milliseconds for one full page. */
  page: number;
}

/**
 * How long the emulator takes to list 500 apps: the median of many warm runs. Each app has two components and, besides
 * its active deployment, a failed one; every tenth app is being deployed. The responses are read but not parsed.
 * Client and emulator share the process, so a separate client waits no longer.
 */
export async function listingTimes(): Promise<ListingTimes> {
  let now = Date.UTC(2026, 0, 1);
  const clock = { now: () => now, setTimeout: () => () => {} };
  const emulator = await createEmulator({ clock, rateLimit: false, deploySeconds: 100 });
  const headers = { authorization: "Bearer none" };
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(emulator.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  const list = (page: number): Promise<string> => ask("GET", `/v2/apps?per_page=${PER_PAGE}&page=${page}`);
  try {
    const ids: string[] = [];
    for (let index = 0; index < APPS; index++) {
      const { app } = JSON.parse(await ask("POST", "/v2/apps", { spec: specOf(index) })) as {
        app: { id: string };
      };
      ids.push(app.id);
    }
    now += 100_000;
    for (const id of ids) {
      emulator.failNext({ component: "web" });
      await ask("POST", `/v2/apps/${id}/deployments`, {});
    }
    now += 100_000;
    for (const id of ids.filter((_, index) => index % 10 === 0))
      await ask("POST", `/v2/apps/${id}/deployments`, {});
    const times = { all: [] as number[], page: [] as number[] };
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      now += 1000;
      const started = performance.now();
      await list(1);
      const first = performance.now() - started;
      for (let page = 2; page <= Math.ceil(APPS / PER_PAGE); page++) await list(page);
      if (round < WARM_UP) continue;
      times.page.push(first);
      times.all.push(performance.now() - started);
    }
    return { all: median(times.all), page: median(times.page) };
  } finally {
    await emulator.close();
  }
}

const specOf = (index: number): unknown => {
  const github = { repo: "acme/shop", branch: "main" };
  const envs = [
    { key: "LOG_LEVEL", value: "info" },
    { key: "TOKEN", value: `token ${index}`, type: "SECRET" },
  ];
  return {
    name: `app-${index}`,
    services: [{ name: "web", github, envs, health_check: { http_path: "/healthz" } }],
    workers: [{ name: "mailer", github, envs }],
  };
};

async function main(): Promise<void> {
  const { all, page } = await listingTimes();
  console.log(`${APPS} apps: ${all.toFixed(1)} ms, a page of ${PER_PAGE}: ${page.toFixed(1)} ms`);
}

if (require.main === module) void main();
