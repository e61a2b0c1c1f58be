import { ASSUMPTIONS, type AssumptionId } from "../../emulator/assumptions";
import type { Exchange } from "./proxy";
import { UNOBSERVABLE } from "./unobservable";

/** What a run has seen of the assumptions. */

export type Verdict = "confirmed" | "contradicted" | "not observable";

export interface Finding {
  readonly id: AssumptionId;
  readonly verdict: Verdict;
  readonly evidence: string;
}

export class Findings {
  private readonly found = new Map<AssumptionId, { verdict: Verdict; evidence: string }>();

  /** A contradiction outweighs any number of confirmations. */
  note(id: AssumptionId, holds: boolean, evidence: string): void {
    if (this.found.get(id)?.verdict === "contradicted") return;
    this.found.set(id, { verdict: holds ? "confirmed" : "contradicted", evidence });
  }

  /** Every assumption in the data's order. */
  all(): Finding[] {
    return ASSUMPTIONS.map(({ id }) => ({
      id,
      ...(this.found.get(id) ?? {
        verdict: "not observable",
        evidence: UNOBSERVABLE[id] ?? "the run ended before its probe, or the probe got no usable response",
      }),
    }));
  }
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Text for a report: without ids, tokens, ciphertext, addresses of logs and email addresses. */
export const masked = (text: string): string =>
  text
    .replace(UUID, "<id>")
    .replace(/EV\[1:[^\]]*\]/g, "EV[…]")
    .replace(/\bdo[opr]_v1_\w+/g, "<token>")
    .replace(/Bearer\s+\S+/gi, "Bearer <token>")
    .replace(/([?&](token|signature|x-amz-[a-z-]+)=)[^&\s"]+/gi, "$1<masked>")
    .replace(/[\w.+-]+@[\w-]+\.[\w.-]+/g, "<email>");

/** The shape of a body: field names and types, never values. */
export function shapeOf(value: unknown, depth = 6): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0], depth - 1)];
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  if (depth === 0) return "object";
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [masked(key), shapeOf(part, depth - 1)]),
  );
}

interface Dated {
  readonly id: string;
  readonly phase?: string;
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly phase_last_updated_at?: string;
}

/** Seconds between the last failure before a rollback and that rollback. @param deployments the newest first */
export function secondsAfterFailure(deployments: readonly Dated[], rollback: string): number | undefined {
  const at = deployments.findIndex(({ id }) => id === rollback);
  const failed = deployments.slice(at + 1).find(({ phase }) => phase === "ERROR");
  const ended = Date.parse(failed?.phase_last_updated_at ?? failed?.updated_at ?? "");
  const seconds = (Date.parse(deployments[at]?.created_at ?? "") - ended) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** Headers whose values are of interest and contain nothing secret. */
const SHOWN = /^(ratelimit-(limit|remaining|reset)|retry-after|content-type)$/;

export interface Observed {
  readonly request: string;
  readonly statuses: Readonly<Record<string, number>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly shape: unknown;
}

/** One entry per kind of request and status. */
export function observed(exchanges: readonly Exchange[]): Observed[] {
  const byRequest = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const key = `${exchange.method} ${masked(exchange.path)} ${exchange.status}`;
    byRequest.set(key, [...(byRequest.get(key) ?? []), exchange]);
  }
  return [...byRequest]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([request, list]) => {
      const last = list[list.length - 1] as Exchange;
      const headers = Object.entries(last.headers).map(([name, value]) => [
        name,
        SHOWN.test(name) ? value : "…",
      ]);
      return {
        request,
        statuses: { [last.status]: list.length },
        headers: Object.fromEntries(headers) as Record<string, string>,
        shape: shapeOf(last.body),
      };
    });
}
