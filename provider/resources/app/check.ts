import {
  boolean,
  booleanOr,
  dollars,
  isFilledText,
  map,
  oneOf,
  optionalId,
  timeouts,
  wrongArguments,
  type CheckFailure,
  type Rule,
} from "../arguments";
import { checkDestinations } from "./alerts/check";
import { placesFrom, programPlaces, shownByService, type SecretPlaces } from "../../secrets/program-secrets";
import { masked } from "../../secrets/mask-errors";
import { nearest } from "../../appspec/nearest";
import { isUnknown } from "../../appspec/unknown";
import { isEmpty, openSecrets, openSecretsWarning, secretVariables } from "../../appspec/stored-secrets";
import { specProblems } from "./spec-problems";
import type { ProgramFacts } from "../meta";
import type { AppInputs } from "./state";
import { secrecyOf } from "./app-secrets";
import type { ProgramTexts } from "../../text/program-texts";

export interface CheckResult {
  failures: CheckFailure[];
  /** Warnings for the resource's row. */
  warnings: string[];
  /** Places of Pulumi secrets that are not recognizable from the arguments alone. */
  places: SecretPlaces;
}

/**
 * Checks all arguments of an App and reports all problems at once. Accepts values that are not known yet, at any depth.
 * @param isNew the app does not exist yet, according to the state
 */
export function check(
  inputs: AppInputs,
  program: ProgramFacts,
  texts: ProgramTexts,
  isNew = false,
): CheckResult {
  const places = programPlaces(inputs, placesFrom(program.secrets) ?? []);
  const secrecy = secrecyOf({ ...inputs, __secrets: places }, undefined);
  // An adopted app keeps its secrets, which are encrypted for it.
  const spec = specProblems(inputs, program, { isNew: isNew && !inputs.adopt, places, secrecy, texts });
  const alerts = checkDestinations(inputs.alertDestinations, inputs.spec);
  const strangers = unknownArguments(inputs);
  const failures = [
    ...strangers.failures,
    ...wrongArguments(inputs, RULES),
    ...rollbackProblems(inputs),
    ...emptySecretsProblems(inputs),
    ...spec.errors,
    ...alerts,
  ];
  const open = isNew && !inputs.adopt ? openSecrets(inputs.spec, inputs.emptySecrets) : [];
  const warnings = [
    ...strangers.warnings,
    ...spec.warnings,
    ...shownWarning(shownByService(inputs, places)),
    ...[openSecretsWarning(open) ?? []].flat(),
  ];
  return {
    failures: failures.map((text) => asFailure(masked(text, secrecy))),
    warnings: warnings.map((text) => masked(text, secrecy)),
    places,
  };
}

const MOST_PATHS = 10;

function shownWarning(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const more = paths.length > MOST_PATHS ? ` and ${paths.length - MOST_PATHS} more` : "";
  const advice = paths.includes("spec")
    ? "Make single values secret rather than the spec as a whole."
    : "Declare a variable with type: SECRET to encrypt it there; a command can read such a variable.";
  return [
    `The service shows these secrets of the program in plain text: ${paths.slice(0, MOST_PATHS).join(", ")}${more}. ${advice}`,
  ];
}

/** JavaScript and casts allow unknown arguments. One that looks like a typo is an error. */
function unknownArguments(inputs: AppInputs): { failures: string[]; warnings: string[] } {
  const known = [...Object.keys(RULES), "alertDestinations", "emptySecrets"];
  const [failures, warnings]: [string[], string[]] = [[], []];
  for (const name of Object.keys(inputs)) {
    if (name.startsWith("__") || known.includes(name)) continue;
    const meant = nearest(name, known);
    if (meant === undefined) warnings.push(`${name}: is not an argument of an App; it has no effect`);
    else failures.push(`${name}: is not an argument of an App; did you mean ${meant}?`);
  }
  return { failures, warnings };
}

const RULES = {
  spec: (spec: unknown) =>
    spec === undefined || spec === null ? "an App needs a spec, the AppSpec" : undefined,
  projectId: optionalId("a project"),
  redeployOn: map,
  maxMonthlyCost: dollars,
  updateSources: boolean,
  forceBuild: boolean,
  wait: boolean,
  propose: boolean,
  allowUnknown: boolean,
  adopt: booleanOr(isFilledText, "must be true, or the id of the app to adopt"),
  backup: booleanOr(isBackup, "must be false, or a map with directory, the path of a folder"),
  timeouts: timeouts(["create", "update", "delete"]),
  onFailedDeployment: oneOf("keep", "rollback"),
} satisfies Readonly<Partial<Record<keyof AppInputs, Rule>>>;

function isBackup(value: unknown): boolean {
  if (map(value) !== undefined) return false;
  const { directory } = value as { directory?: unknown };
  return directory === undefined || isFilledText(directory);
}

function rollbackProblems({ onFailedDeployment, wait }: AppInputs): string[] {
  if (onFailedDeployment !== "rollback" || wait !== false) return [];
  return ['onFailedDeployment: "rollback" requires waiting for deployments, but wait is false'];
}

function emptySecretsProblems({ emptySecrets, spec }: AppInputs): string[] {
  if (emptySecrets === undefined || isUnknown(emptySecrets)) return [];
  const { variables, complete } = secretVariables(spec);
  const isAddress = (one: unknown): boolean => typeof one === "string" && one !== "";
  if (!Array.isArray(emptySecrets) || !emptySecrets.every(isAddress))
    return ['emptySecrets: must be a list of addresses of SECRET variables, such as ["web.TOKEN"]'];
  return emptySecrets.flatMap((address) => {
    const variable = variables.find((one) => one.address === address);
    if (variable && !isEmpty(variable) && !isUnknown(variable.value))
      return [`emptySecrets: ${address} has a value in the spec; remove the value or this address`];
    if (variable || !complete || isUnknown(address)) return [];
    const near = nearest(
      address,
      variables.map((one) => one.address),
    );
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    return [`emptySecrets: the spec has no variable ${address} with type: SECRET${hint}`];
  });
}

const asFailure = (reason: string): CheckFailure => ({ property: "", reason });
