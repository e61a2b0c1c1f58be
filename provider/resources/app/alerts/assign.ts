import { alertsOfSpec } from "./check";
import {
  addressOf,
  destinationPath,
  entryHeld,
  findAlert,
  fingerprint,
  requestFor,
  type KeyedDestination,
} from "./destinations";
import type { Alert, AlertDestinations } from "../../../api/types";
import { InitializationError, isApiError, isTransient } from "../../../errors";
import type { Ignoring } from "../ignored-properties";
import type { AppOperationContext } from "../../base-provider";
import { poll, WAIT_LIMITS } from "../../../service/poll";
import { redact } from "../../../secrets/redact";
import { isEqual } from "../../../appspec/diff";
import { isPlainObject } from "../../../appspec/lists-by-name";
import { plain, type AppInputs, type AppOutputs, type HeldAlert } from "../state";

/** An accepted alert rule may take this long to appear as an alert. */
const APPEARS_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 2_000;

type Entries = Record<string, KeyedDestination>;

const entriesOf = (destinations: unknown): Entries =>
  isPlainObject(destinations) ? (destinations as Entries) : {};

/** Sets the destinations of alerts along with one write of an app, and tracks which of them the service accepted. */
export class AlertAssignment {
  private readonly wanted: Entries;
  private readonly accepted: Entries;
  private readonly held: Record<string, HeldAlert>;
  /** Sent entries with their previous status, until the service returns what was sent. */
  private readonly unseen = new Map<string, Unseen>();
  /** Why entries are not set yet, by key. */
  private readonly open = new Map<string, { reason: string; final: boolean }>();

  /** @param olds previous outputs; absent if the app is new to the stack */
  constructor(
    private readonly context: AppOperationContext,
    olds: AppOutputs | undefined,
    /** The properties that the program leaves to the service; absent for a new app. */
    private readonly ignoring?: Ignoring,
  ) {
    this.wanted = entriesOf(context.inputs.alertDestinations);
    this.accepted = { ...entriesOf(olds?.alertDestinations) };
    this.held = { ...olds?.__alerts };
  }

  /**
   * Runs `finish` and sets the destinations: for existing alerts before it, so that they already notify about this deployment;
   * for the others after it. Failures keep the app in the state.
   * @throws InitializationError
   */
  async around(appId: string, finish: () => Promise<AppOutputs>): Promise<AppOutputs> {
    if (Object.keys({ ...this.wanted, ...this.accepted }).length === 0) return finish();
    await this.assign(appId);
    let failed: InitializationError | undefined;
    const outs = await finish().catch((error: unknown) => {
      if (!(error instanceof InitializationError)) throw error;
      failed = error;
      return error.properties as AppOutputs;
    });
    if (failed === undefined) await this.assignRest(appId);
    if (this.unseen.size > 0) await this.confirm(appId);
    const recorded = this.recordedIn(outs);
    const reasons = [...(failed?.reasons ?? []), ...[...this.open.values()].map(({ reason }) => reason)];
    if (reasons.length === 0) return recorded;
    throw new InitializationError(failed?.errorCode ?? "alerts-not-set", appId, plain(recorded), reasons);
  }

  private recordedIn(outs: AppOutputs): AppOutputs {
    const { alertDestinations: _wanted, __alerts: _held, ...rest } = outs;
    const given =
      this.context.inputs.alertDestinations !== undefined || Object.keys(this.accepted).length > 0;
    return given ? { ...rest, alertDestinations: this.accepted, __alerts: this.held } : rest;
  }

  private async assignRest(appId: string): Promise<void> {
    const { clock, stopped } = this.context;
    const giveUpAt = clock.now() + APPEARS_WITHIN_MS;
    while ([...this.open.values()].some(({ final }) => !final)) {
      await this.assign(appId);
      if (clock.now() >= giveUpAt || stopped?.aborted) return;
      if (this.open.size > 0) await clock.sleep(LOOK_EVERY_MS, stopped).catch(() => undefined);
    }
  }

  /** Sends new and changed entries, and clears removed ones. Never throws: `open` lists what is left. */
  private async assign(appId: string): Promise<void> {
    let alerts: readonly Alert[];
    try {
      alerts = await this.context.client.listAlerts(appId, this.context.options);
      this.open.delete("");
    } catch (error) {
      this.open.set("", { reason: this.reason("alertDestinations", error), final: !mayPass(error) });
      return;
    }
    const specAlerts = alertsOfSpec(this.context.inputs.spec).alerts;
    const found = Object.entries(this.wanted).map(([key, entry]) => {
      return { key, entry, alert: findAlert(addressOf(key, entry), specAlerts, alerts) };
    });
    const told = new Set(found.map(({ alert }) => alert?.id));
    for (const { key, entry, alert } of found) {
      if (this.open.get(key)?.final || this.isIgnored(key)) continue;
      if (alert)
        await this.attempt(key, () => this.set(appId, key, this.withIgnored(key, entry, alert), alert));
      else
        this.open.set(key, {
          reason: `${destinationPath(key)}: the service does not list this alert yet. The next pulumi up sets its destinations.`,
          final: false,
        });
    }
    const removed = Object.keys(this.accepted).filter((known) => !Object.hasOwn(this.wanted, known));
    for (const key of removed.filter((known) => !this.isIgnored(known))) {
      const alert = alerts.find(({ id }) => id === this.held[key]?.id);
      if (!this.open.get(key)?.final)
        await this.attempt(key, () =>
          this.clear(appId, key, alert && !told.has(alert.id) ? alert : undefined),
        );
    }
  }

  private isIgnored(key: string): boolean {
    return this.ignoring?.isIgnored(["alertDestinations", key]) ?? false;
  }

  private withIgnored(key: string, entry: KeyedDestination, alert: Alert): KeyedDestination {
    if (!this.ignoring) return entry;
    return this.ignoring.keepDestination(key, entry, entryHeld(this.accepted[key] ?? entry, alert));
  }

  private async set(appId: string, key: string, entry: KeyedDestination, alert: Alert): Promise<void> {
    const now = fingerprint(alert);
    const before = this.held[key];
    const untouched = before?.id === alert.id && before.held === now;
    const unchanged = isEqual(entry, this.accepted[key]);
    if (untouched && unchanged) return;
    if (before?.id === alert.id && !untouched && unchanged)
      this.context.reporter.warn(
        `Changed at the service since the last run; reset to the program's value: ~ ${destinationPath(key)}`,
      );
    const request = requestFor(entry, alert);
    const answer = fingerprint(request) === now ? alert : await this.send(appId, key, alert, request);
    this.accepted[key] = entry;
    this.held[key] = { id: alert.id, held: fingerprint(answer) };
  }

  /** @param alert undefined if it is gone, or belongs to another entry */
  private async clear(appId: string, key: string, alert: Alert | undefined): Promise<void> {
    const nobody = { emails: [], slack_webhooks: [] };
    if (alert && fingerprint(alert) !== fingerprint(nobody)) await this.send(appId, key, alert, nobody);
    delete this.accepted[key];
    delete this.held[key];
  }

  private async send(
    appId: string,
    key: string,
    alert: Alert,
    destinations: AlertDestinations,
  ): Promise<Alert> {
    this.context.reporter.status("setting the destinations of alerts");
    const { client, options } = this.context;
    const before = { alert, accepted: this.accepted[key], held: this.held[key] };
    const answer = await client.assignAlertDestinations(appId, alert.id, destinations, options);
    this.unseen.set(key, before);
    return answer;
  }

  /** Polls until the service returns what was sent, which the response does not prove. A later run resends unconfirmed entries. */
  private async confirm(appId: string): Promise<void> {
    const { client, options, clock, stopped } = this.context;
    let reason = "the service accepted this, but does not show it. The next pulumi up sends it again.";
    const failed = (error: unknown): undefined => {
      reason = `not checked: ${this.words(error)} The next pulumi up sends it again.`;
    };
    const look = async (): Promise<true | undefined> => {
      const alerts = await client.listAlerts(appId, options).catch((error: unknown) => {
        if (!mayPass(error) && !isApiError(error, "unreadable-answer")) throw error;
        return failed(error);
      });
      if (alerts) this.noteSeen(alerts);
      return this.unseen.size === 0 ? true : undefined;
    };
    await poll(look, WAIT_LIMITS.lostResponse, { clock, signal: stopped }).catch(failed);
    for (const [key, { accepted, held }] of this.unseen) {
      restore(this.accepted, key, accepted);
      restore(this.held, key, held);
      this.open.set(key, { reason: `${destinationPath(key)}: ${reason}`, final: true });
    }
  }

  private noteSeen(alerts: readonly Alert[]): void {
    for (const [key, { alert }] of this.unseen) {
      const now = alerts.find(({ id }) => id === alert.id);
      if (now === undefined || fingerprint(now) !== fingerprint(alert)) this.unseen.delete(key);
    }
  }

  private async attempt(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.open.delete(key);
    } catch (error) {
      this.open.set(key, { reason: this.reason(destinationPath(key), error), final: !mayPass(error) });
    }
  }

  /** The service's message may repeat what it was sent. */
  private reason(place: string, error: unknown): string {
    return `${place}: not set: ${this.words(error)} The next pulumi up tries again.`;
  }

  private words(error: unknown): string {
    return redact(error instanceof Error ? error.message : String(error), this.context.secrecy.secrets);
  }
}

/** The status before the destinations of `alert` were sent. */
interface Unseen {
  readonly alert: Alert;
  readonly accepted: KeyedDestination | undefined;
  readonly held: HeldAlert | undefined;
}

function restore<T>(entries: Record<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) delete entries[key];
  else entries[key] = value;
}

/** Network failures and alerts that do not exist yet: a retry may succeed. */
const mayPass = (error: unknown): boolean => isTransient(error, "not-found");

/** The result of a refresh: entries that correspond to the service's destinations. */
export interface SeenDestinations {
  readonly alertDestinations: Entries;
  readonly __alerts: Record<string, HeldAlert>;
  /** Keys of entries that changed. */
  readonly changed: readonly string[];
}

/** Reads the destinations, with one request, if the app declares any. @throws ApiError */
export async function readDestinations(
  appId: string,
  props: AppInputs & Pick<AppOutputs, "__alerts">,
  { client, options }: Pick<AppOperationContext, "client" | "options">,
): Promise<SeenDestinations | undefined> {
  const entries = Object.entries(entriesOf(props.alertDestinations));
  if (entries.length === 0) return undefined;
  const alerts = await client.listAlerts(appId, options);
  const specAlerts = alertsOfSpec(props.spec).alerts;
  const seen = { alertDestinations: {} as Entries, __alerts: {} as Record<string, HeldAlert> };
  const changed: string[] = [];
  for (const [key, entry] of entries) {
    const before = props.__alerts?.[key];
    const alert =
      alerts.find(({ id }) => id === before?.id) ?? findAlert(addressOf(key, entry), specAlerts, alerts);
    if (!alert) {
      changed.push(key);
      continue;
    }
    const held = fingerprint(alert);
    const now = held === before?.held ? entry : entryHeld(entry, alert);
    if (!isEqual(now, entry)) changed.push(key);
    seen.alertDestinations[key] = now;
    seen.__alerts[key] = { id: alert.id, held };
  }
  return { ...seen, changed };
}
