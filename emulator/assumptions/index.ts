import { APP_ASSUMPTIONS } from "./apps";
import { DEPLOYMENT_ASSUMPTIONS } from "./deployments";
import { ERROR_AND_LOG_ASSUMPTIONS } from "./errors-and-logs";
import type { Assumption } from "./types";

export type { Assumption, Strength } from "./types";

const ALL = [...DEPLOYMENT_ASSUMPTIONS, ...APP_ASSUMPTIONS, ...ERROR_AND_LOG_ASSUMPTIONS] as const;

export type AssumptionId = (typeof ALL)[number]["id"];

/** Everything that is assumed about the service, by topic. */
export const ASSUMPTIONS: readonly (Assumption & { readonly id: AssumptionId })[] = ALL;

/** Options of the emulator that some assumption switches to the opposite. */
export type Switched = Partial<Extract<(typeof ALL)[number], { otherwise: unknown }>["otherwise"]["options"]>;

/** The ids of assumptions that the emulator can switch to the opposite. */
export const SWITCHABLE: readonly AssumptionId[] = ASSUMPTIONS.flatMap(({ id, otherwise }) =>
  otherwise === undefined ? [] : [id],
);

export const isSwitchable = (id: string): id is AssumptionId =>
  (SWITCHABLE as readonly string[]).includes(id);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Options of groups, such as `behavior`, are merged. */
function merged(
  given: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...given };
  for (const [name, value] of Object.entries(more)) {
    const before = result[name];
    result[name] = isRecord(before) && isRecord(value) ? merged(before, value) : value;
  }
  return result;
}

/** The options that switch these assumptions. @throws Error with the id that is unknown or cannot be switched */
export function optionsOtherwise(ids: readonly string[]): Record<string, unknown> {
  return ids.reduce<Record<string, unknown>>((options, id) => {
    const found = ASSUMPTIONS.find((assumption) => assumption.id === id);
    if (found?.otherwise === undefined)
      throw new Error(`"${id}" is not an assumption that can be switched: ${SWITCHABLE.join(", ")}`);
    return merged(options, found.otherwise.options);
  }, {});
}

/** Given options win over those of the switched assumptions. */
export const withOtherwise = <T extends { otherwise?: readonly string[] }>(options: T): T =>
  merged(
    optionsOtherwise(options.otherwise ?? []),
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  ) as T;
