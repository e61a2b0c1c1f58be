import type { Path } from "../../appspec/diff";
import { nearest } from "../../appspec/nearest";
import type { Form } from "./forms";
import { follow, type Mismatch } from "./follow";
import { formatPropertyPath, parsePropertyPath } from "./property-path";
import type { OptionPath, PathOption } from "./translate";

/** The properties that paths may refer to. */
export interface Named {
  readonly args: Form;
  /** Names of outputs that are not arguments. */
  readonly outputs: readonly string[];
}

/** Paths in the engine's request that the resource's constructor has not seen. */
export function transformed(engine: readonly string[] = [], seen: readonly OptionPath[]): OptionPath[] {
  const own = new Set(seen.flatMap(({ paths }) => paths.map(formatPropertyPath)));
  return engine
    .filter((written) => !own.has(written))
    .map((written) => {
      const steps = parsePropertyPath(written);
      const option = "ignoreChanges";
      return "malformed" in steps
        ? { option, written, paths: [], ...steps }
        : { option, written, paths: [steps] };
    });
}

const isOpen = (): boolean => false;

/**
 * The paths that match nothing, one sentence each. Pure.
 * @param sides properties by name: first those of the program, then those of the state, if any
 */
export function mismatches(
  paths: readonly OptionPath[] | undefined,
  named: Named,
  sides: readonly unknown[],
): string[] {
  return (paths ?? []).flatMap((path) => {
    const found = path.malformed === undefined ? mismatchOf(path, named, sides) : { reason: path.malformed };
    return found ? [describe(path, found)] : [];
  });
}

function describe({ option, written }: OptionPath, { reason, meant }: Mismatch): string {
  const hint = meant === undefined ? "." : `; did you mean ${formatPropertyPath(meant)}?`;
  return `${option}: ${written} matches nothing: ${reason}${hint}`;
}

function mismatchOf(
  { option, paths }: OptionPath,
  { args, outputs }: Named,
  sides: readonly unknown[],
): Mismatch | undefined {
  let first: Mismatch | undefined;
  for (const path of paths)
    for (const side of sides) {
      const [name] = path;
      // Properties that are not public.
      if (typeof name === "string" && name.startsWith("__")) return undefined;
      const special = typeof name === "string" ? ofOutputs(option, path, outputs) : undefined;
      if (special === "found") return undefined;
      const branches = special ? [{ path, mismatch: special }] : follow(path, side, args, isOpen);
      const [mismatch, ...others] = branches.map((branch) => branch.mismatch);
      if (mismatch === undefined || others.includes(undefined)) return undefined;
      first ??= path.length > 0 ? withSpec(mismatch, path, args) : mismatch;
    }
  return first;
}

/** Undefined if the path does not refer to an output. */
function ofOutputs(
  option: PathOption,
  path: Path,
  outputs: readonly string[],
): Mismatch | "found" | undefined {
  const name = String(path[0]);
  if (!outputs.includes(name)) {
    const meant = option === "additionalSecretOutputs" ? nearest(name, outputs) : undefined;
    return meant === undefined ? undefined : { reason: `there is no output ${name}`, meant: [meant] };
  }
  if (option !== "additionalSecretOutputs")
    return { reason: `${name} is an output, and this option is about arguments` };
  return path.length === 1
    ? "found"
    : { reason: "Pulumi marks only whole outputs as secret", meant: path.slice(0, 1) };
}

/** Users often omit `spec`. */
function withSpec(mismatch: Mismatch, path: Path, args: Form): Mismatch {
  const spec = args.kind === "map" ? args.fields.get("spec") : undefined;
  const isField = spec?.kind === "map" && spec.fields.has(String(path[0]));
  return isField && mismatch.meant === undefined ? { ...mismatch, meant: ["spec", ...path] } : mismatch;
}
