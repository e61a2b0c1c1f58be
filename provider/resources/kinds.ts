import { ANY, mapForm, SCALAR, type Form, type MapForm } from "./options/forms";
import type { Named } from "./options/mismatches";
import { providerText, typeToken } from "./state-texts";

/** A resource that consists of its arguments and outputs, in the same form in programs and in the core. */
export interface ResourceKind {
  readonly name: string;
  /** The type token in the state. */
  readonly type: string;
  /** The text in the state that Pulumi's host runs to get the provider: it calls a function of provider/provider.ts. */
  readonly provider: string;
  readonly args: MapForm;
  /** Outputs that programs can read; Pulumi provides only those that are named. */
  readonly outputs: readonly string[];
  /** What paths in options may refer to. */
  readonly properties: Named;
}

/** @param name of the class for programs; provider/provider.ts exports a function of this name in lower camel case */
function kind(
  name: string,
  fields: Readonly<Record<string, Form>>,
  outputs: readonly string[],
): ResourceKind {
  const args = mapForm(fields);
  const own = outputs.filter((output) => !Object.hasOwn(fields, output));
  const properties = { args, outputs: ["id", "urn", ...own] };
  return { name, type: typeToken(name), provider: providerText(name), args, outputs, properties };
}

const TIMEOUTS = mapForm({ create: SCALAR, update: SCALAR });

export const DEPLOYMENT = kind(
  "Deployment",
  { appId: SCALAR, triggers: ANY, forceBuild: SCALAR, wait: SCALAR, timeouts: TIMEOUTS },
  ["deploymentId", "phase", "cause", "createdAt"],
);

export const ROLLBACK = kind(
  "Rollback",
  { appId: SCALAR, deploymentId: SCALAR, state: SCALAR, timeouts: TIMEOUTS },
  ["deploymentId", "state", "pinned", "phase"],
);

/** All resources but App. */
export const KINDS: readonly ResourceKind[] = [DEPLOYMENT, ROLLBACK];
