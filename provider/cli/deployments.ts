import { PHASE_WORDS, standing } from "../deployment-phases";
import type { Deployment } from "../api/types";
import { describeProgress } from "../deploy/progress";
import { AppPlatformError } from "../errors";
import { cancelOnce, theDeployment } from "../functions/cancel";
import { explainedBy } from "../functions/explain-not-found";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import { hideSecrets } from "../appspec/secrets";
import { appOf, clientOf, meant, only, paint, table, UsageError, whole, type Command } from "./command";

const PAGE = 20;
const PHASES = [...Object.keys(PHASE_WORDS), "UNKNOWN"];

export const deployments: Command = {
  summary: "list the deployments of an app, newest first",
  help: `Usage: app-platform deployments <app> [options]

<app> is a name or an id.

Options:
  --phase PHASE   only deployments in this phase, such as ACTIVE or ERROR;
                  can be repeated
  --page N        page number (default 1)
  --per-page N    deployments per page, 1 to 200 (default ${PAGE})
  --all           all pages
  --json          the service's response as JSON, without encrypted secrets
`,
  options: {
    phase: { type: "string", multiple: true },
    page: { type: "string" },
    "per-page": { type: "string" },
    all: { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(values, positionals, io) {
    const argument = only(positionals, "app");
    const [page, perPage] = [whole(values, "page", 1) ?? 1, whole(values, "per-page", 1, 200) ?? PAGE];
    if (values["all"] === true && values["page"] !== undefined)
      throw new UsageError("--all cannot be combined with --page");
    const phases = (values["phase"] as string[] | undefined)?.map((phase) => phase.toUpperCase());
    for (const phase of phases ?? []) {
      const meantPhase = meant(phase, PHASES);
      // The service may have added other phases.
      if (!PHASES.includes(phase) && meantPhase !== "")
        throw new UsageError(`--phase: unknown phase ${phase}${meantPhase}`);
    }
    const client = clientOf(io);
    const { id } = await appOf(client, argument);
    const { signal } = io;
    const found: Deployment[] = [];
    if (values["all"] === true) {
      for await (const one of client.listDeployments(id, { perPage: 200, signal })) found.push(one);
    } else found.push(...(await client.listDeploymentPage(id, { page, perPage }, { signal })).items);
    const wanted = phases ? found.filter(({ phase }) => phases.includes(phase ?? "UNKNOWN")) : found;
    if (values["json"] === true) {
      await io.out(`${printableJson(hideSecrets(wanted))}\n`);
    } else if (wanted.length === 0) io.err("No deployments.\n");
    else {
      const rows = wanted.map((one) => [
        one.id,
        one.created_at ?? "",
        describeProgress(one),
        one.cause ?? "",
      ]);
      const lines = table([["ID", "CREATED", "STATE", "CAUSE"], ...rows]).split("\n");
      await io.out(lines.map((line, index) => colored(line, wanted[index - 1], io.colors)).join("\n"));
    }
    return 0;
  },
};

const COLOR = { succeeded: "green", failed: "red", running: "cyan", replaced: "grey" } as const;

const colored = (line: string, deployment: Deployment | undefined, colors: boolean): string =>
  deployment === undefined ? line : paint(line, COLOR[standing(deployment.phase)], colors);

export const cancel: Command = {
  summary: "cancel a running deployment",
  help: `Usage: app-platform cancel <app> [deployment] [options]

<app> is a name or an id. [deployment] is an id; by default, the deployment in
progress is canceled.

Options:
  --json   the canceled deployment as JSON
`,
  options: { json: { type: "boolean" } },
  async run(values, [argument, ...rest], io) {
    const name = only(argument === undefined ? [] : [argument], "app");
    const client = clientOf(io);
    const app = await appOf(client, name);
    const given = rest.length === 0 ? undefined : only(rest, "deployment");
    const running = [app.in_progress_deployment, app.pending_deployment].find(
      (one) => one && standing(one.phase) === "running",
    );
    const id = given ?? running?.id;
    if (id === undefined)
      throw new AppPlatformError("not-found", `No deployment of ${app.spec.name ?? app.id} is in progress.`);
    const deployment = theDeployment(client, app.id, id, { signal: io.signal });
    const canceled = await explainedBy(client, "cancel", { appId: app.id, deploymentId: id }, () =>
      cancelOnce(deployment, ""),
    );
    if (values["json"] === true) await io.out(`${printableJson(hideSecrets(canceled))}\n`);
    else await io.out(`${shownInLine(`${canceled.id}: ${describeProgress(canceled)}`)}\n`);
    return 0;
  },
};
