import * as pulumi from "@pulumi/pulumi";
import { InputsByName, type Deferring } from "../appspec/inputs-by-name";
import type { AppSpec } from "../appspec/types";

/** `T` for arguments: any part may be an Output or a promise, at any depth. */
export type DeepInput<T> = pulumi.Input<
  T extends readonly (infer Item)[]
    ? DeepInput<Item>[]
    : T extends object
      ? { [Key in keyof T]: DeepInput<T[Key]> | (undefined extends T[Key] ? undefined : never) }
      : T
>;

/** An AppSpec whose parts may be Outputs. */
export type AppSpecArgs = DeepInput<AppSpec>;

type Deferred = pulumi.Output<unknown> | Promise<unknown>;

export const isDeferred = (value: unknown): value is Deferred =>
  pulumi.Output.isInstance(value) || value instanceof Promise;

/** Does not use `pulumi.output(value)` for Outputs: it unwraps everything inside, so one secret would make everything secret. */
export function whenKnown(value: Deferred, then: (known: unknown) => unknown): unknown {
  const output = (pulumi.Output.isInstance(value) ? value : pulumi.output(value)) as pulumi.Output<unknown>;
  return output.apply(then);
}

/** Values of a TypeScript program. */
export const OUTPUTS: Deferring = {
  isDeferred,
  whenKnown: (value, then) => whenKnown(value as Deferred, then),
  whole: (value) => pulumi.output(value),
  secret: (value) => pulumi.secret(value),
};

const byName = new InputsByName(OUTPUTS);

/**
 * The AppSpec in the form that Pulumi sees, see {@link InputsByName}.
 * @param defaultName the app's name if the spec has none
 */
export const specInputs = (spec: AppSpecArgs, defaultName: string | undefined): unknown =>
  byName.spec(spec, defaultName);

/** The order of the lists that {@link specInputs} turns into maps, as far as it is known without waiting for Outputs. */
export const orderInputs = (spec: AppSpecArgs): unknown => byName.order(spec);

/**
 * The variables that the spec sets several times, as lists of `RepeatedIn` or Outputs of such lists; undefined if there are
 * certainly none. The form by name keeps only the last of each.
 */
export const repeatedInputs = (spec: AppSpecArgs): unknown => byName.repeated(spec);
