import { APP_ASSUMPTIONS } from "./apps";
import { DEPLOYMENT_ASSUMPTIONS } from "./deployments";
import { ERROR_AND_LOG_ASSUMPTIONS } from "./errors-and-logs";
import { BEHAVIOR, type Behavior } from "../model/behavior";
import type { Assumption } from "./types";

export type { Assumption, Strength } from "./types";

const ALL = [...DEPLOYMENT_ASSUMPTIONS, ...APP_ASSUMPTIONS, ...ERROR_AND_LOG_ASSUMPTIONS] as const;

export type AssumptionId = (typeof ALL)[number]["id"];

/** Everything that is assumed about the service, by topic. */
export const ASSUMPTIONS: readonly (Assumption & { readonly id: AssumptionId })[] = ALL;

/** The ids of assumptions that the emulator can switch to the opposite. */
export const SWITCHABLE: readonly AssumptionId[] = ASSUMPTIONS.flatMap(({ id, otherwise }) =>
  otherwise === undefined ? [] : [id],
);

/** An assumption to switch to the opposite; those that take time can be given another number of seconds. */
export type Otherwise = AssumptionId | `${AssumptionId}=${number}`;

/** @throws Error with the id that is unknown or cannot be switched, or takes no such number of seconds */
function switched(given: string): Partial<Behavior> {
  const [, id, amount] = /^([^=]*)(?:=(.*))?$/s.exec(given) ?? [];
  const otherwise = ASSUMPTIONS.find((assumption) => assumption.id === id)?.otherwise;
  if (otherwise === undefined)
    throw new Error(`"${id}" is not an assumption that can be switched: ${SWITCHABLE.join(", ")}`);
  if (amount === undefined) return otherwise.behavior;
  const seconds = amount.trim() === "" ? NaN : Number(amount);
  if (otherwise.seconds === undefined) throw new Error(`"${given}": ${id} takes no number of seconds`);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new Error(`"${given}": "${amount}" is not a number of at least 0`);
  return { ...otherwise.behavior, [otherwise.seconds]: seconds };
}

/** How the emulator behaves when these assumptions are switched to the opposite. */
export const behaviorOtherwise = (given: readonly string[] = []): Behavior =>
  Object.assign({}, BEHAVIOR, ...given.map(switched)) as Behavior;

/** @throws Error like {@link behaviorOtherwise} */
export function parseOtherwise(given: readonly string[]): readonly Otherwise[] {
  behaviorOtherwise(given);
  return given as readonly Otherwise[];
}
