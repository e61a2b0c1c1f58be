import {
  isReplaced,
  mayBeReplaced,
  nameIsNotFree,
  nameIsTaken,
  newNameIsTaken,
  type ManagerOf,
} from "./name-taken";
import type { App, Proposal } from "../../api/types";
import { isApiError } from "../../errors";
import { describeRejection, type SentSpec } from "./rejected-spec";
import { databasesLost } from "../../appspec/warnings";
import { listsToMaps } from "../../appspec/lists-by-name";
import { isUnknown } from "../../appspec/unknown";
import { formatDollars } from "../../appspec/explain";
import type { AppSpec } from "../../appspec/types";
import type { ProgramTexts } from "../../text/program-texts";

/** The requests that proposals need; implemented by the client. */
export interface ProposalSource {
  proposeApp(body: { spec: AppSpec; app_id?: string }, options?: Options): Promise<Proposal>;
  findAppByName(name: string, options?: Options): Promise<App | undefined>;
}

interface Options {
  signal?: AbortSignal;
}

/** A spec to preview. Both specs are in the list form. */
export interface Proposed {
  readonly spec: AppSpec;
  /** Id of the app, if it exists. */
  readonly appId?: string | undefined;
  /** The service's current spec, for the price difference. */
  readonly before?: AppSpec | undefined;
  /** US dollars a month above which the preview fails. */
  readonly maxMonthlyCost?: number | undefined;
  /** The app will be adopted, by its name or id, so the name may be taken. */
  readonly adopt?: string | boolean | undefined;
  readonly texts: ProgramTexts;
  /** The file of the spec, and what to mask in the service's message. */
  readonly source: Pick<SentSpec, "file" | "secrecy">;
  /** The app that has the name now is deleted before this one is created. */
  readonly isReplacement?: boolean;
  /** Set if this may be a replacement: for one requested by the user, Pulumi only reports that the app is new. */
  readonly mayBeReplacement?: boolean;
  /** It is not known whether such a replacement deletes the app first. */
  readonly isOrderOpen?: boolean;
  /** The app exists and may be renamed. */
  readonly isRename?: boolean;
  /** The resource of this stack that manages an app, if known. */
  readonly managerOf?: ManagerOf | undefined;
}

/** The service's review of a spec. */
export interface Review {
  /** Why the service would reject the spec. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
  /** `cost: $24 → $41 a month`; absent if the price is unknown. */
  readonly cost?: string;
}

/**
 * Requests a proposal for each new or changed spec in previews: whether the service accepts it, and its price. The prices of
 * all apps add up to the stack's total.
 */
export class Proposals {
  private readonly asked = new Map<string, Promise<Proposal>>();
  private readonly prices = new Map<string, Price | undefined>();

  /** @throws ApiError if the service could not review the spec */
  async review(
    source: ProposalSource,
    key: string,
    proposed: Proposed,
    options: Options = {},
  ): Promise<Review> {
    const { spec, appId, before } = proposed;
    try {
      const answer = await this.ask(source, spec, appId, options);
      const now = before && (await this.ask(source, before, appId, options).catch(() => undefined));
      const price = { before: now?.app_cost, after: answer.app_cost };
      if (price.after !== undefined) this.prices.set(key, price);
      const taken = await nameTaken(proposed, source, options, answer);
      return {
        refusals: [...taken.refusals, ...tooDear(price, proposed)],
        warnings: taken.warnings,
        ...(price.after !== undefined && { cost: `cost: ${formatPrice(price)} a month` }),
      };
    } catch (error) {
      if (!isApiError(error, "invalid-spec", "bad-request", "conflict")) throw error;
      return { refusals: describeRejection(error, { spec, ...proposed.source }), warnings: [] };
    }
  }

  /** Reviews only the name of a spec that is not fully known yet. */
  reviewName(source: ProposalSource, key: string, proposed: Proposed, options: Options): Promise<Review> {
    this.prices.set(key, undefined);
    return nameTaken(proposed, source, options);
  }

  /** The total of all apps; undefined if there is only one price. */
  total(): string | undefined {
    const prices = [...this.prices.values()].filter((price) => price !== undefined);
    if (prices.length < 2) return undefined;
    const add = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
    const isAllNew = prices.every(({ before }) => before === undefined);
    const before = isAllNew ? undefined : add(prices.map((price) => price.before ?? 0));
    const after = add(prices.map((price) => price.after ?? 0));
    const open = this.prices.size - prices.length;
    const more = open > 0 ? `, and ${open} more at a price not known yet` : "";
    return `monthly cost of ${prices.length} new or changed apps: ${formatPrice({ before, after })}${more}`;
  }

  private ask(
    source: ProposalSource,
    spec: AppSpec,
    appId: string | undefined,
    options: Options,
  ): Promise<Proposal> {
    const body = { spec, ...(appId !== undefined && { app_id: appId }) };
    const key = JSON.stringify(body);
    const known = this.asked.get(key) ?? source.proposeApp(body, options);
    this.asked.set(key, known);
    return known;
  }
}

interface Price {
  /** Absent for a new app. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** `$24 → $41`, or one price if it does not change. Pure. */
export function formatPrice({ before, after }: Price): string {
  if (after === undefined) return "unknown";
  return before === undefined || before === after
    ? formatDollars(after)
    : `${formatDollars(before)} → ${formatDollars(after)}`;
}

/** @param answer absent if nothing could be proposed */
async function nameTaken(
  proposed: Proposed,
  source: ProposalSource,
  options: Options,
  answer?: Proposal,
): Promise<Review> {
  const free = { refusals: [], warnings: [] };
  const {
    spec,
    appId,
    adopt,
    isReplacement,
    mayBeReplacement,
    isOrderOpen = false,
    isRename,
    managerOf,
    texts,
  } = proposed;
  if (isReplacement || adopt === true) return free;
  // Whether a proposal checks the new name of an existing app is not documented, so search for an app with that name.
  if (appId === undefined ? answer && answer.app_name_available !== false : !isRename) return free;
  const name = spec.name ?? "";
  const suggestion = answer?.app_name_suggestion ?? undefined;
  const looked = source.findAppByName(name, options);
  const holder = await (answer && appId === undefined ? looked.catch(() => undefined) : looked);
  if (!holder && (appId !== undefined || !answer)) return free;
  if (!holder) return { ...free, refusals: [`spec.name: ${nameIsNotFree(name, texts, suggestion)}`] };
  if (holder.id === appId) return free;
  const manager = await managerOf?.(holder.id);
  // Another resource of the program gives the name up in this run.
  if (manager?.declaredName !== undefined && manager.declaredName !== name) return free;
  if (mayBeReplacement && manager?.isOwn)
    return {
      ...free,
      warnings: [isReplaced(name, isOrderOpen ? "open" : "first", databasesLost(listsToMaps(holder.spec)))],
    };
  if (mayBeReplacement && manager === undefined)
    return { ...free, warnings: [mayBeReplaced(name, holder.id, isOrderOpen)] };
  const taken = { name, id: holder.id, manager, suggestion };
  return {
    ...free,
    refusals: [`spec.name: ${appId === undefined ? nameIsTaken(taken, texts) : newNameIsTaken(taken)}`],
  };
}

function tooDear({ after }: Price, { maxMonthlyCost }: Proposed): string[] {
  if (maxMonthlyCost === undefined || isUnknown(maxMonthlyCost)) return [];
  if (after === undefined || after <= maxMonthlyCost) return [];
  return [
    `maxMonthlyCost: the app would cost ${formatPrice({ before: undefined, after })} a month, more than $${maxMonthlyCost}.`,
  ];
}
