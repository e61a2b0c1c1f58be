import type { Clock } from "../../clock";
import type { Client } from "../../api/client";
import type { Reporter } from "../../host/reporter";
import { changes, type Change, type Path } from "../../appspec/diff";
import { plan, type Plan } from "../../appspec/plan";
import { describeOpenSecrets, openSecrets } from "../../appspec/stored-secrets";
import { standing } from "../../deployment-phases";
import { AppPlatformError } from "../../errors";
import { withoutSecrets, type Secrecy } from "../../secrets/mask-errors";
import { nowSecret } from "../../secrets/program-secrets";
import type { ManagedApps } from "../managed-apps";
import type { ResourceMeta } from "../meta";
import { isIgnored } from "../options/ignored";
import { formatPropertyPath } from "../options/property-path";
import { printOnce } from "../print-once";
import { repaired } from "../state-repair";
import { ignoringIn, optionMismatches, placesIn, secretsIn } from "./app-meta";
import { afterDeletion } from "./delete";
import { accepted, isDue, linesOnLastRun, nowIn } from "./last-run";
import type { Previews, Subject } from "./preview";
import { lastDeployment, visible, type AppInputs, type AppOutputs, type LastDeployment } from "./state";

/** A program's App compared with the state. */
export interface Compared {
  readonly olds: AppOutputs;
  readonly planned: Plan;
  /** The last deployment, if its phase has changed since the last run. */
  readonly latest: LastDeployment | undefined;
  /** Places that the state will encrypt from now on. */
  readonly hidden: readonly Path[];
  readonly secrecy: Secrecy;
  readonly changed: readonly Change[];
  /** All changes are in places that `ignoreChanges` leaves to the service. */
  readonly isIgnored: boolean;
  readonly isUpdated: boolean;
}

/** What a comparison needs from the provider. */
export interface ComparisonDeps {
  readonly clock: Clock;
  readonly managed: ManagedApps;
  readonly previews: Previews;
  /** @throws AppPlatformError `missing-token`, `bad-address` */
  client(reporter: Reporter): Client;
  reporter(meta: ResourceMeta, secrecy?: () => Secrecy): Reporter;
  /** Shares an app's secrets with resources that only know the app's id. */
  noted(id: string, secrecy: Secrecy): Secrecy;
  subject(meta: ResourceMeta, inputs: AppInputs, reporter: Reporter, secrecy: Secrecy): Subject;
}

/** Compares programs' Apps with the state, and explains their updates. */
export class Comparer {
  constructor(private readonly deps: ComparisonDeps) {}

  async compare(meta: ResourceMeta, id: string, recorded: AppOutputs, news: AppInputs): Promise<Compared> {
    const { urn, program } = meta;
    const past = repaired(recorded);
    // A refresh runs no program, so there is no `wait: false`.
    const latest = program ? await this.latestDeployment(id, past, news) : undefined;
    const olds = latest ? { ...past, __deployment: latest } : past;
    this.deps.managed.hold(urn, id);
    const rivalry = urn === undefined ? undefined : this.deps.managed.rivalry(id, urn);
    if (rivalry !== undefined) throw printOnce(new AppPlatformError("invalid-input", rivalry), urn);
    const wanted = ignoringIn(meta).wanted(news, olds);
    // Without changes, no operation follows, so record the secrets here.
    const secrecy = this.deps.noted(id, secretsIn(meta, news, olds));
    const before = accepted(olds, wanted);
    const planned = plan(before, wanted);
    const hidden = nowSecret(olds, placesIn(meta, news));
    const changed = changes(visible({ ...olds, spec: before.spec }), visible(wanted));
    const looks = olds.__awaited !== undefined && isDue(olds.__awaited, news);
    const isUpdated =
      changed.length > 0 ||
      planned.action !== "none" ||
      olds.__pinned !== undefined ||
      looks ||
      hidden.length > 0 ||
      latest !== undefined;
    // In these places, Pulumi only has the previous inputs.
    const isAllIgnored = changed.every(({ path }) => isIgnored(path, olds.__kept ?? []));
    return { olds, planned, latest, hidden, secrecy, changed, isIgnored: isAllIgnored, isUpdated };
  }

  /**
   * Reports what an update will do. @throws AppPlatformError if the preview already shows that it will fail
   */
  async explain(
    meta: ResourceMeta,
    id: string,
    news: AppInputs,
    { olds, planned, latest, hidden, secrecy }: Compared,
  ): Promise<void> {
    const reporter = this.deps.reporter(meta, () => secrecy);
    try {
      if (latest) reporter.info(nowIn(latest));
      await this.tell(meta, id, olds, planned, this.deps.subject(meta, news, reporter, secrecy), hidden);
    } catch (error) {
      throw printOnce(withoutSecrets(error, secrecy), meta.urn);
    } finally {
      await reporter.flush();
      await this.deps.previews.finished(meta.urn ?? "");
    }
  }

  /** Whether an earlier run may have deleted the app, although its deletion failed. */
  async isDeletedEarlier(meta: ResourceMeta, id: string, olds: AppOutputs): Promise<boolean> {
    if (olds.__readOnly) return false;
    const reporter = this.deps.reporter(meta);
    const status = await afterDeletion(() => this.deps.client(reporter), id, olds, this.deps.clock);
    if (status === "unclear") return meta.program?.preview !== true;
    if (status !== "missing") return false;
    reporter.warn(
      `An earlier run started to delete the app ${id}, and the service no longer shows it. ` +
        "Run pulumi refresh to remove it from the state; the next pulumi up creates it again.",
    );
    await reporter.flush();
    return true;
  }

  /**
   * With `wait: false`, the deployment that was in progress at the end of the last run, if its phase has changed since: outputs
   * such as the URL depend on it. Undefined if the request fails, so that a preview works without the service.
   */
  private async latestDeployment(
    id: string,
    { __deployment: last }: AppOutputs,
    news: AppInputs,
  ): Promise<LastDeployment | undefined> {
    if (news.wait !== false || last === undefined || standing(last.phase) !== "running") return undefined;
    try {
      const client = this.deps.client(this.deps.reporter({}));
      const now = lastDeployment(await client.getDeployment(id, last.id));
      return now.phase === last.phase ? undefined : now;
    } catch {
      return undefined;
    }
  }

  /** Reports what the update will do. @throws AppPlatformError if the preview already shows that it will fail */
  private async tell(
    meta: ResourceMeta,
    id: string,
    olds: AppOutputs,
    planned: Plan,
    subject: Subject,
    hidden: readonly Path[],
  ): Promise<void> {
    const { inputs, ignoring, reporter } = subject;
    for (const line of linesOnLastRun(planned, olds)) reporter.info(line);
    const refusals = meta.program?.preview
      ? await this.deps.previews.updated(subject, id, olds, planned)
      : this.deps.previews.explain(planned, reporter);
    if (olds.__imported && planned.changes.length > 0)
      reporter.info(
        "The diff may list defaults of the service that the program does not set; they stay unchanged.",
      );
    for (const text of optionMismatches(meta, inputs, { ...olds, spec: olds.__liveSpec }))
      reporter.warn(text);
    if (hidden.length > 0)
      reporter.info(`Encrypted in the state from now on: ${hidden.map(formatPropertyPath).join(", ")}.`);
    if (!olds.__imported) {
      const open = openSecrets(ignoring.wanted(inputs, olds).spec, inputs.emptySecrets);
      const { warning, note } = describeOpenSecrets(open, olds.spec, olds.__liveSpec);
      if (note !== undefined) reporter.info(note);
      if (warning !== undefined) reporter.warn(warning);
    }
    if (refusals.length > 0) throw new AppPlatformError("invalid-spec", refusals.join("\n"));
  }
}
