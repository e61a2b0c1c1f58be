import { adoptsApp, idIsUnknown, type ManagerOf } from "./name-taken";
import type { Client } from "../../api/client";
import type { App } from "../../api/types";
import type { Reporter } from "../../host/reporter";
import { runningDeployment } from "./unrecorded-run";
import { asAppPlatformError, AppPlatformError, isApiError } from "../../errors";
import type { Ignoring } from "./ignored-properties";
import type { Program } from "../program";
import { Proposals, type Proposed } from "./proposal";
import { masked, type Secrecy } from "../../secrets/mask-errors";
import { isUnknownId } from "../../service/find";
import { comparable } from "../../appspec/covers";
import { explain, type SizePrices } from "../../appspec/explain";
import { mapsToLists, isPlainObject, listsToMaps, type ListOrder } from "../../appspec/lists-by-name";
import { plan, type Plan } from "../../appspec/plan";
import { sendable } from "../../appspec/send";
import type { AppSpec } from "../../appspec/types";
import type { ProgramTexts } from "../../text/program-texts";
import { holdsUnknown, isUnknown } from "../../appspec/unknown";
import type { AppInputs, AppOutputs } from "./state";

/** One App in a preview. */
export interface Subject {
  readonly urn: string;
  readonly inputs: AppInputs;
  readonly order: ListOrder | undefined;
  readonly ignoring: Ignoring;
  /** The file of the spec, if it has one. */
  readonly file: string | undefined;
  readonly reporter: Reporter;
  readonly secrecy: Secrecy;
  /** The resource of this stack that manages an app, if known. */
  readonly managerOf: ManagerOf;
  readonly texts: ProgramTexts;
}

/** Facts about an App that is new to the stack. */
export interface Novelty {
  /** It replaces the app that has its name now. */
  readonly isReplacement: boolean;
  /** It may be a replacement; Pulumi only reports that it is new. */
  readonly mayBeReplacement: boolean;
  /** Such a replacement deletes the app first only if an option of the program, which is not known, says so. */
  readonly isOrderOpen?: boolean;
}

/**
 * The parts of previews that need the service: whether it accepts specs, what they cost, and what adopting an app changes. If
 * the service does not respond, there is one warning for the whole run.
 */
export class Previews {
  private readonly proposals = new Proposals();
  /** Aborted once the service is unreachable, so that no other App waits for it. */
  private readonly unreachable = new AbortController();
  private readonly warned = new Set<string>();
  private sizes: Promise<SizePrices> | undefined;

  /**
   * @param connect throws if there is no token or no usable address
   * @param stack reports on the stack's own row
   */
  constructor(
    private readonly connect: (reporter: Reporter) => Client,
    private readonly stack: () => Reporter,
    private readonly program: Program,
  ) {}

  /**
   * Previews an App that is new to the stack.
   * @returns why the preview fails, if it does
   */
  async created(subject: Subject, novelty: Novelty): Promise<readonly string[]> {
    const { inputs, reporter, order } = subject;
    const client = await this.client(subject);
    try {
      const existing = novelty.isReplacement ? NONE : await this.existing(client, subject);
      if (existing.app) return await this.adopted(client, subject, existing.app);
      if (existing.isOpen) {
        reporter.info("Could not check whether an existing app will be adopted.");
        return [];
      }
      await this.explainPriced(client, subject, plan(undefined, inputs));
      const spec = sendable(inputs.spec, order);
      return await this.propose(client, subject, { ...novelty, spec, adopt: inputs.adopt || undefined });
    } catch (error) {
      return [masked(asAppPlatformError(error).message, subject.secrecy)];
    }
  }

  /** Previews an update of an App in the stack. */
  async updated(subject: Subject, id: string, olds: AppOutputs, planned: Plan): Promise<readonly string[]> {
    const { inputs, order, ignoring } = subject;
    if (planned.action !== "update" && planned.possible !== "update")
      return this.explain(planned, subject.reporter);
    const client = await this.client(subject);
    await this.explainPriced(client, subject, planned);
    const held = olds.__liveSpec;
    const spec = sendable(ignoring.toSend(inputs, olds, held), ignoring.orderOf(order));
    const isRename = spec.name !== nameOf(held ?? olds.spec) && !isUnknown(spec.name);
    return this.propose(client, subject, { spec, appId: id, isRename, before: mapsToLists(held) as AppSpec });
  }

  /** Call this for every App of the program after its preview. After the last one, reports the stack's total cost. */
  async finished(urn: string): Promise<void> {
    if (!this.program.isLastPlanned(urn)) return;
    const total = this.proposals.total();
    if (total === undefined) return;
    const stack = this.stack();
    stack.info(total);
    await stack.flush();
  }

  private async client({ inputs, reporter }: Subject): Promise<Client | undefined> {
    if (inputs.propose === false && !inputs.adopt) return undefined;
    try {
      return this.connect(reporter);
    } catch (error) {
      await this.doWithout(error, (text) => text);
      return undefined;
    }
  }

  /**
   * The app to adopt, if it exists; `isOpen` if that is unknown.
   * @throws AppPlatformError if there is no app with the id
   */
  private async existing(
    client: Client | undefined,
    subject: Subject,
  ): Promise<{ app?: App | undefined; isOpen: boolean }> {
    const { adopt, spec } = subject.inputs;
    if (adopt === undefined || adopt === false) return { isOpen: false };
    const name = (spec as AppSpec | undefined)?.name;
    if (!client || isUnknown(adopt) || (adopt === true && (name === undefined || isUnknown(name))))
      return { isOpen: true };
    const found = await this.ask(subject, async (options) => ({
      app: await look(client, adopt, name, options),
    }));
    return found ? { ...found, isOpen: false } : { isOpen: true };
  }

  private async adopted(client: Client | undefined, subject: Subject, app: App): Promise<readonly string[]> {
    const { inputs, reporter, order, ignoring } = subject;
    const held = listsToMaps(app.spec);
    const wanted = { ...inputs, spec: ignoring.toSend(inputs, undefined, held) };
    const last = app.active_deployment ? "ACTIVE" : "ERROR";
    const before = {
      ...wanted,
      spec: comparable(held, wanted.spec),
      // Without its project, the app counts as being in the right one; moving it again would change nothing.
      projectId: app.project_id ?? inputs.projectId,
      lastPhase: runningDeployment(app) ? "DEPLOYING" : last,
    };
    const planned = plan(before, wanted);
    reporter.info(adoptsApp(app, planned));
    await this.explainPriced(client, subject, planned);
    const spec = sendable(wanted.spec, ignoring.orderOf(order));
    const isRename = spec.name !== app.spec.name && !isUnknown(spec.name);
    return this.propose(client, subject, { spec, appId: app.id, isRename, before: app.spec });
  }

  /** Reports a plan without the service's help. */
  explain(planned: Plan, reporter: Reporter, prices?: SizePrices): readonly string[] {
    for (const line of explain(planned, prices)) reporter.info(line);
    for (const warning of planned.warnings) reporter.warn(warning);
    return [];
  }

  private async explainPriced(client: Client | undefined, subject: Subject, planned: Plan): Promise<void> {
    const isPriced = planned.components.some(({ effect, instances }) => effect === "created" && instances);
    const prices = client && isPriced ? await this.sizePrices(client, subject) : undefined;
    this.explain(planned, subject.reporter, prices);
  }

  /** Requested once per run. Without them, new components are listed without prices. */
  private sizePrices(client: Client, subject: Subject): Promise<SizePrices> {
    this.sizes ??= this.ask(subject, (options) => client.listInstanceSizes(options), "may lack")
      .catch(() => undefined)
      .then((sizes = []) => {
        const prices = sizes.map(({ slug, usd_per_month: price }) => [slug ?? "", Number(price)] as const);
        return new Map(prices.filter(([, price]) => Number.isFinite(price)));
      });
    return this.sizes;
  }

  /**
   * Reports the price. If the spec is not fully known yet, only checks the app's name or id at the service.
   * @returns why the service rejects the spec
   */
  private async propose(
    client: Client | undefined,
    subject: Subject,
    proposed: Omit<Proposed, "source" | "maxMonthlyCost" | "managerOf" | "texts">,
  ): Promise<readonly string[]> {
    const { urn, inputs, reporter, secrecy, managerOf, texts, file } = subject;
    if (!client || inputs.propose === false) return [];
    const full = {
      ...proposed,
      maxMonthlyCost: inputs.maxMonthlyCost,
      source: { file, secrecy },
      managerOf,
      texts,
    };
    const review = await this.ask(subject, async (options) => {
      if (!holdsUnknown(proposed.spec)) return this.proposals.review(client, urn, full, options);
      // This also checks the token.
      if (proposed.appId !== undefined)
        await client.getApp(proposed.appId, options).catch(unlessGone(proposed.appId));
      return this.proposals.reviewName(client, urn, full, options);
    });
    for (const warning of review?.warnings ?? []) reporter.warn(warning);
    if (review?.cost !== undefined) reporter.info(review.cost);
    return (review?.refusals ?? []).map((refusal) => masked(refusal, secrecy));
  }

  /**
   * Sends a request; undefined if the preview has to continue without a response.
   * @param permission `needed`: a token without the permission fails the preview, like a rejected token
   * @throws AppPlatformError
   */
  private async ask<T>(
    { secrecy }: Subject,
    work: (options: { signal: AbortSignal }) => Promise<T>,
    permission: "needed" | "may lack" = "needed",
  ): Promise<T | undefined> {
    const { signal } = this.unreachable;
    if (signal.aborted) return undefined;
    try {
      return await work({ signal });
    } catch (error) {
      const isFinal =
        isApiError(error, "unauthorized") || (permission === "needed" && isApiError(error, "forbidden"));
      if (isFinal || (error instanceof AppPlatformError && !isApiError(error))) throw error;
      if (isApiError(error, "network", "timeout")) this.unreachable.abort();
      if (!isApiError(error, "aborted")) await this.doWithout(error, (text) => masked(text, secrecy));
      return undefined;
    }
  }

  /** Warns once per run and kind of failure that the preview continues without the service. */
  private async doWithout(error: unknown, mask: (text: string) => string): Promise<void> {
    const { errorCode, message } = asAppPlatformError(error);
    const kind = errorCode === "timeout" ? "network" : errorCode;
    if (this.warned.has(kind)) return;
    this.warned.add(kind);
    const stack = this.stack();
    stack.warn(mask(`Could not validate specs or get prices from the service: ${message}`));
    await stack.flush();
  }
}

async function look(
  client: Client,
  adopt: string | true,
  name: string | undefined,
  options: { signal: AbortSignal },
): Promise<App | undefined> {
  if (adopt === true) return client.findAppByName(name ?? "", options);
  return client.getApp(adopt, options).catch((error: unknown) => {
    throw isUnknownId(error, adopt) ? idIsUnknown(adopt, name) : error;
  });
}

/** Ignores a missing app, which the update reports. */
const unlessGone =
  (id: string) =>
  (error: unknown): undefined => {
    if (!isUnknownId(error, id)) throw error;
  };

const NONE = { app: undefined, isOpen: false };

const nameOf = (spec: unknown): unknown => (isPlainObject(spec) ? spec["name"] : undefined);
