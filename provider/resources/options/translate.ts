import type { Path } from "../../appspec/diff";
import { AppPlatformError } from "../../errors";
import type { Form } from "./forms";
import { follow, type Branch } from "./follow";
import { formatPropertyPath, parsePropertyPath } from "./property-path";

/** Resource options that contain property paths. */
export interface PathOptions {
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
}
export type PathOption = keyof PathOptions;

/** One path of an option, and the paths that it expands to. */
export interface OptionPath {
  readonly option: PathOption;
  /** The path in the program. */
  readonly written: string;
  /** By name; several for a wildcard. Empty if it is malformed. */
  readonly paths: readonly Path[];
  readonly malformed?: string;
}

export interface Translated {
  /** The given options for the engine, which sees lists with names as maps by name. */
  readonly options: PathOptions;
  readonly paths: readonly OptionPath[];
}

/** What the paths are resolved against. */
export interface Program {
  /** For messages, such as `App "shop"`. */
  readonly label: string;
  readonly args: unknown;
  readonly form: Form;
  /** The properties that `*` matches in `ignoreChanges`. */
  readonly names: readonly string[];
  readonly isDeferred: (value: unknown) => boolean;
}

const OPTIONS = ["ignoreChanges", "replaceOnChanges", "additionalSecretOutputs"] as const;

/**
 * The paths of a resource's options, by name: `spec.services[0]` becomes `spec.services.web`.
 * @throws AppPlatformError `invalid-input` for an index into a list whose names are not known in the program
 */
export function translateOptions(options: PathOptions | undefined, program: Program): Translated {
  const paths = OPTIONS.flatMap((option) =>
    textsOf(options?.[option]).map((written) => translate(option, written, program)),
  );
  const given = OPTIONS.filter((option) => Array.isArray(options?.[option]));
  return {
    paths,
    options: Object.fromEntries(
      given.map((option) => [option, paths.filter((path) => path.option === option).flatMap(forEngine)]),
    ),
  };
}

const textsOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];

function translate(option: PathOption, written: string, program: Program): OptionPath {
  const steps = parsePropertyPath(written);
  if ("malformed" in steps) return { option, written, paths: [], malformed: steps.malformed };
  if (option === "ignoreChanges") {
    // Ignoring everything in a place means ignoring the place.
    const place = withoutLastWildcards(steps);
    if (place.length === 0) return { option, written, paths: program.names.map((name) => [name]) };
    return { option, written, paths: pathsOf(option, written, place, program) };
  }
  const paths = pathsOf(option, written, steps, program);
  // A wildcard also matches what the program no longer contains.
  const isSame = paths.every((path) => steps.every((step, index) => step === "*" || step === path[index]));
  return { option, written, paths: option === "replaceOnChanges" && isSame ? [steps] : paths };
}

function withoutLastWildcards(steps: Path): Path {
  const last = steps.findLastIndex((step) => step !== "*");
  return steps.slice(0, last + 1);
}

function pathsOf(option: PathOption, written: string, steps: Path, program: Program): Path[] {
  const branches: Branch[] = follow(steps, program.args, program.form, program.isDeferred);
  const unresolved = branches.find(({ mismatch }) => mismatch?.isUnresolved);
  if (unresolved) throw unresolvable(program.label, option, written, unresolved);
  return branches.map(({ path }) => path);
}

function unresolvable(label: string, option: PathOption, written: string, { path, mismatch }: Branch): Error {
  const byName = formatPropertyPath(path.map((step) => (typeof step === "number" ? "*" : step)));
  return new AppPlatformError(
    "invalid-input",
    `${label}: ${option}: ${written} cannot be resolved: ${mismatch?.reason ?? ""}. Use the name instead of the index, or ${byName} for all items.`,
  );
}

/** Omits malformed paths: depending on the option, the engine would skip them or fail. */
const forEngine = ({ paths }: OptionPath): string[] => paths.map(formatPropertyPath);
