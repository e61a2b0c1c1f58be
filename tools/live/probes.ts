import type { Findings } from "./findings";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, since their shapes are in question */

/** Requests that observe one assumption each; none of them creates an app or a resource that costs money. */

export interface Response {
  status: number;
  headers: Headers;
  body: any;
}
export type Send = (method: string, path: string, body?: unknown, token?: string) => Promise<Response>;

const UNKNOWN = "11111111-1111-4111-8111-111111111111";

const said = ({ status, body }: Response): string => `${status} ${String(body?.message ?? "")}`.trim();

/** @param spec of an app that exists, with the id, and is idle */
export async function probeErrors(send: Send, findings: Findings, spec: any): Promise<void> {
  const malformed = await send("GET", "/v2/apps/my-app");
  findings.note("malformed-id", malformed.status === 400, said(malformed));
  const method = await send("PATCH", "/v2/apps");
  findings.note("wrong-method", method.status === 405, said(method));
  const token = await send("GET", "/v2/apps", undefined, "dop_v1_not_a_token");
  findings.note("bad-token", token.status === 401 && /authenticate/.test(token.body?.message), said(token));
  const unknown = await send("GET", `/v2/apps/${UNKNOWN}`);
  const { id, message, request_id: requestId } = unknown.body ?? {};
  const complete = Boolean(id && message && (requestId ?? unknown.headers.get("x-request-id")));
  findings.note(
    "error-body",
    unknown.status === 404 && complete,
    `${said(unknown)}; ${Object.keys(unknown.body ?? {}).join(", ")}`,
  );
  const limit = unknown.headers.get("ratelimit-limit");
  findings.note("rate-limits", limit !== null, `ratelimit-limit: ${limit ?? "absent"}`);
  const taken = await send("POST", "/v2/apps", { spec });
  findings.note("name-taken", taken.status === 409, said(taken));
}

/** Specs that propose accepts or rejects. */
export async function probeSpecs(send: Send, findings: Findings, name: string): Promise<void> {
  const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "alpine" };
  const service = (more: object): any => ({
    name,
    region: "nyc",
    services: [{ name: "web", image, ...more }],
  });
  const propose = (spec: unknown): Promise<Response> => send("POST", "/v2/apps/propose", { spec });
  const rejected = async (id: Parameters<Findings["note"]>[0], spec: unknown): Promise<void> => {
    const answer = await propose(spec);
    const isRejected = answer.status === 400 || answer.status === 422;
    findings.note(id, isRejected, said(answer));
    if (isRejected) findings.note("invalid-spec-status", answer.status === 400, said(answer));
  };
  const sealed = {
    key: "A",
    type: "SECRET",
    value: "EV[1:zqiRIeaaYK/NqctZDYzy6t0pTrtRDez8:wqGpZRrsKN5nPhWQrS479cfBiXT0WQ==]",
  };
  await rejected("ciphertext-refused-on-create", service({ envs: [sealed] }));
  await rejected("internal-port-is-not-public", service({ http_port: 80, internal_ports: [80] }));
  await rejected("health-check-port", service({ http_port: 80, health_check: { port: 9090 } }));
  const rule = { match: { authority: { exact: "live.example.com" } }, component: { name: "web" } };
  await rejected("authority-has-domain", { ...service({ http_port: 80 }), ingress: { rules: [rule] } });
  const twice = await propose(
    service({
      envs: [
        { key: "A", value: "1" },
        { key: "A", value: "2" },
      ],
    }),
  );
  findings.note("variable-twice", twice.status === 200, said(twice));
  const plain = await propose(service({}));
  const [web] = plain.body?.spec?.services ?? [];
  if (web !== undefined) {
    findings.note(
      "instance-count-left-out",
      web.instance_count === undefined,
      `instance_count: ${web.instance_count ?? "absent"}`,
    );
    findings.note(
      "size-filled-in",
      web.instance_size_slug !== undefined,
      `instance_size_slug: ${web.instance_size_slug ?? "absent"}`,
    );
    findings.note("http-port-filled-in", web.http_port === 8080, `http_port: ${web.http_port ?? "absent"}`);
  }
  const general = await propose(service({ envs: [{ key: "A", value: "1", type: "GENERAL" }] }));
  const [variable] = general.body?.spec?.services?.[0]?.envs ?? [];
  if (variable !== undefined)
    findings.note("general-type-omitted", variable.type === undefined, `type: ${variable.type ?? "absent"}`);
  const routed = await propose(service({ routes: [{ path: "/api" }] }));
  const prefix: unknown = routed.body?.spec?.ingress?.rules?.[0]?.match?.path?.prefix;
  if (routed.status === 200)
    findings.note("routes-become-ingress", prefix === "/api", `prefix ${String(prefix ?? "absent")}`);
  const none = await propose(service({ instance_count: 0 }));
  const zero = none.body?.spec?.services?.[0]?.instance_count;
  if (none.status === 200)
    findings.note("zero-instance-count", zero === 1, `instance_count: ${zero ?? "absent"}`);
  const pushless = {
    ...image,
    registry_type: "DOCR",
    registry: undefined,
    deploy_on_push: { enabled: false },
  };
  const disabled = await propose(service({ image: pushless }));
  const push: unknown = disabled.body?.spec?.services?.[0]?.image?.deploy_on_push;
  if (disabled.status === 200)
    findings.note(
      "disabled-push-emptied",
      JSON.stringify(push) === "{}",
      `deploy_on_push: ${JSON.stringify(push) ?? "absent"}`,
    );
  const logging = await propose(
    service({ log_destinations: [{ name: "logs", logtail: { token: "live-token" } }] }),
  );
  const token = logging.body?.spec?.services?.[0]?.log_destinations?.[0]?.logtail?.token;
  if (token !== undefined)
    findings.note(
      "log-tokens-in-plaintext",
      token === "live-token",
      token === "live-token" ? "plaintext" : "encrypted",
    );
  const basicAuth = { user: "live", password: "live-password" };
  const search = {
    name: "search",
    open_search: { endpoint: "https://example.com:9200", basic_auth: basicAuth },
  };
  const searching = await propose(service({ log_destinations: [search] }));
  const password: unknown =
    searching.body?.spec?.services?.[0]?.log_destinations?.[0]?.open_search?.basic_auth?.password;
  if (typeof password === "string")
    findings.note(
      "log-passwords-encrypted",
      password.startsWith("EV["),
      password.startsWith("EV[") ? "encrypted" : "plaintext",
    );
  const ingress = { secure_header: { key: "X-Live", value: "live-header" } };
  const guarded = await propose({ ...service({ http_port: 80 }), ingress });
  const header: unknown = guarded.body?.spec?.ingress?.secure_header?.value;
  if (typeof header === "string")
    findings.note(
      "secure-header-in-plaintext",
      header === "live-header",
      header === "live-header" ? "plaintext" : "encrypted",
    );
  const database = { name: "db", engine: "PG" };
  const bound = await propose({
    ...service({ envs: [{ key: "A", type: "SECRET", value: "${db.DATABASE_URL}" }] }),
    databases: [database],
  });
  const value = bound.body?.spec?.services?.[0]?.envs?.[0]?.value;
  if (typeof value === "string")
    findings.note(
      "bindable-secret-encrypted",
      value.startsWith("EV["),
      value.startsWith("EV[") ? "encrypted" : "plaintext",
    );
}

/** An idle app of an image, with one secret. */
export async function probeApp(send: Send, findings: Findings, id: string): Promise<void> {
  const { app } = (await send("GET", `/v2/apps/${id}`)).body;
  findings.note(
    "idle-without-pending",
    app.pending_deployment == null,
    app.pending_deployment == null ? "absent" : "present",
  );
  const active = app.active_deployment;
  findings.note("active-phase-at-once", active.phase === "ACTIVE", `phase ${active.phase}`);
  const { progress } = active;
  const [first] = progress.steps ?? [];
  const reason = first?.steps?.flatMap((step: any) => step.steps ?? []).find((step: any) => step.reason)
    ?.reason?.code;
  findings.note(
    "image-build-stage",
    first?.name === "build" && reason === "PreBuiltImage",
    `first step ${first?.name}, reason ${reason ?? "absent"}`,
  );
  const zero = Object.entries(progress).filter(([key, value]) => key.endsWith("_steps") && value === 0);
  findings.note(
    "zero-counters-omitted",
    zero.length === 0,
    zero.length === 0 ? "no zeros" : zero.map(([key]) => `${key}: 0`).join(", "),
  );
  const type = active.cause_details?.type;
  findings.note("cause-details", typeof type === "string", `type ${type ?? "absent"}`);
  const late = await send("POST", `/v2/apps/${id}/deployments/${active.id}/cancel`);
  findings.note("late-cancel-accepted", late.status === 200, said(late));
  const beyond = await send("GET", "/v2/apps?page=1000&per_page=200");
  findings.note(
    "pages-beyond-the-last",
    beyond.status === 200 && beyond.body.apps === undefined,
    `${beyond.status}, fields ${Object.keys(beyond.body).join(", ")}`,
  );
  const named = await send("GET", `/v2/apps/?name=${app.spec.name}`);
  findings.note(
    "by-name",
    named.status === 200 && named.body.app?.id === id,
    `${said(named)}; fields ${Object.keys(named.body ?? {}).join(", ")}`,
  );
  const listed = (await send("GET", "/v2/apps?per_page=200")).body.apps?.find((one: any) => one.id === id);
  findings.note(
    "project-id-in-lists",
    !listed?.project_id,
    listed?.project_id ? "present without with_projects" : "absent",
  );
  const assigned = await send("POST", "/v2/projects/default/resources", { resources: [`do:app:${UNKNOWN}`] });
  const status = assigned.body?.resources?.[0]?.status;
  findings.note(
    "assignment-per-resource",
    assigned.status === 200 && status === "not_found",
    `${assigned.status}, status ${status ?? "absent"}`,
  );
  const log = await send("GET", `/v2/apps/${id}/deployments/${active.id}/logs?type=BUILD`);
  findings.note("skipped-stage-has-no-log", log.status === 400, said(log));
  const live = (await send("GET", `/v2/apps/${id}/deployments/${active.id}/logs?type=RUN&follow=true`)).body
    ?.live_url;
  if (typeof live === "string")
    findings.note("live-logs-over-websocket", /^(https?|wss):/.test(live), `scheme ${live.split(":")[0]}`);
}

/** The first response that shows an active deployment of an app. */
export function probeAddress(findings: Findings, id: string, bodies: readonly any[]): void {
  const views = bodies.flatMap((body) => [body?.app, ...(body?.apps ?? [])]);
  const active = views.find((app) => app?.id === id && app.active_deployment?.phase === "ACTIVE");
  if (active === undefined) return;
  const address = active.live_url ? "present" : "absent";
  findings.note("live-url-when-active", address === "present", address);
}

/** Updates of an idle app; each waits until the app is idle again. */
export async function probeUpdates(
  send: Send,
  findings: Findings,
  id: string,
  idle: () => Promise<void>,
): Promise<void> {
  const at = `/v2/apps/${id}`;
  const read = async (): Promise<any> => (await send("GET", at)).body.app;
  const before = await read();
  const same = await send("PUT", at, { spec: before.spec });
  const made = same.body?.app?.pending_deployment?.id;
  const started = made !== undefined && made !== before.active_deployment.id;
  findings.note("unchanged-put-deploys", started, `${same.status}, ${started ? "new deployment" : "none"}`);
  findings.note("own-ciphertext-accepted", same.status === 200, said(same));
  if (started) findings.note("answer-names-its-deployment", true, "pending_deployment is new");
  await idle();
  if (started) {
    const { deployment } = (await send("GET", `${at}/deployments/${before.active_deployment.id}`)).body;
    findings.note("active-superseded", deployment.phase === "SUPERSEDED", `phase ${deployment.phase}`);
  }
  const [secret] = before.spec.services[0].envs.filter((env: any) => env.type === "SECRET");
  const envs = before.spec.services[0].envs.map((env: any) => (env === secret ? { ...env, value: "" } : env));
  const emptied = { ...before.spec, services: [{ ...before.spec.services[0], envs }] };
  const erased = await send("PUT", at, { spec: emptied });
  const value =
    erased.body?.app?.spec.services[0].envs.find((env: any) => env.key === secret.key)?.value ?? "";
  findings.note(
    "empty-secret-erases",
    value.length === 63 && value !== secret.value,
    `${value.length} characters, ${value === secret.value ? "the value of before" : "another value"}`,
  );
  await idle();
}

/** Deletes an app that was created a moment ago. */
export async function probeDeletion(send: Send, findings: Findings, id: string): Promise<void> {
  const isListed = async (): Promise<boolean> =>
    (await send("GET", "/v2/apps?per_page=200")).body.apps?.some((one: any) => one.id === id) === true;
  const listed = await isListed();
  findings.note("lists-are-current", listed, listed ? "listed at once" : "not listed yet");
  await send("DELETE", `/v2/apps/${id}`);
  const gone = await send("GET", `/v2/apps/${id}`);
  findings.note("deleted-at-once", gone.status === 404, said(gone));
  if (gone.status !== 404) return;
  const still = await isListed();
  findings.note("lists-are-current", !still, still ? "still listed" : "no longer listed");
}
