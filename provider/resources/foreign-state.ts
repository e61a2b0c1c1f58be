import { HIDDEN } from "../appspec/from-terraform";
import { valueAt } from "../appspec/diff";
import { isPlainObject } from "../appspec/lists-by-name";
import { deploymentOf, listOf } from "./stack-export";

/** An app that the bridged provider or Terraform manages, according to their state. */
export interface ForeignApp {
  readonly tool: "pulumi" | "terraform";
  readonly id: string;
  /** Its URN, or its address in Terraform. */
  readonly resource: string;
  readonly isProtected: boolean;
  /** In the form of Terraform's provider; encrypted values are {@link HIDDEN}. */
  readonly spec: unknown;
}

const BRIDGED_TYPE = "digitalocean:index/app:App";
const TERRAFORM_TYPE = "digitalocean_app";

/**
 * The apps in the output of `pulumi stack export`, `terraform show -json` or `terraform state pull`. Data sources and resources
 * that are only read do not count. Pure.
 * @returns undefined if `state` is none of them
 */
export function foreignApps(state: unknown): ForeignApp[] | undefined {
  if (!isPlainObject(state)) return undefined;
  const deployment = deploymentOf(state);
  if (deployment) return listOf(deployment["resources"]).flatMap(bridgedApp);
  if (Array.isArray(state["resources"]) && typeof state["lineage"] === "string")
    return listOf(state["resources"]).flatMap(appsInRawState);
  if (typeof state["format_version"] !== "string") return undefined;
  const prior = state["prior_state"];
  const values = state["values"] ?? (isPlainObject(prior) ? prior["values"] : undefined);
  return isPlainObject(values) ? appsInModule(values["root_module"]) : [];
}

function bridgedApp(resource: Record<string, unknown>): ForeignApp[] {
  const { type, id, urn, external, delete: isOld, protect, inputs, outputs } = resource;
  if (type !== BRIDGED_TYPE || external === true || isOld === true || typeof id !== "string" || id === "")
    return [];
  const spec = readable(specIn(outputs), specIn(inputs));
  return [{ tool: "pulumi", id, resource: String(urn), isProtected: protect === true, spec }];
}

const specIn = (properties: unknown): unknown =>
  isPlainObject(properties) ? unwrapped(properties["spec"]) : undefined;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A copy with plain values in place of Pulumi's secrets, or {@link HIDDEN} where the export has only ciphertext. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (!isPlainObject(value)) return value;
  if (value[SIGNATURE] === SECRET) {
    const { plaintext } = value;
    if (typeof plaintext !== "string") return HIDDEN;
    try {
      return unwrapped(JSON.parse(plaintext));
    } catch {
      return HIDDEN;
    }
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}

/** The outputs, completed by the inputs where Pulumi has encrypted whole lists of outputs because of one secret in them. */
function readable(outputs: unknown, inputs: unknown): unknown {
  if (outputs === HIDDEN || outputs === undefined) return inputs ?? outputs;
  if (!isPlainObject(outputs) || !isPlainObject(inputs)) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, readable(value, valueAt(inputs, [key]))]),
  );
}

function appsInModule(module: unknown): ForeignApp[] {
  if (!isPlainObject(module)) return [];
  const own = listOf(module["resources"]).flatMap(({ type, mode, address, values, deposed_key: deposed }) =>
    type === TERRAFORM_TYPE && mode !== "data" && deposed === undefined
      ? terraformApp(String(address), values)
      : [],
  );
  return [...own, ...listOf(module["child_modules"]).flatMap(appsInModule)];
}

function appsInRawState({ module, mode, type, name, instances }: Record<string, unknown>): ForeignApp[] {
  if (type !== TERRAFORM_TYPE || mode === "data") return [];
  const prefix = typeof module === "string" ? `${module}.` : "";
  return listOf(instances).flatMap(({ index_key: key, attributes, deposed }) =>
    deposed === undefined
      ? terraformApp(
          `${prefix}${TERRAFORM_TYPE}.${String(name)}${key === undefined ? "" : `[${JSON.stringify(key)}]`}`,
          attributes,
        )
      : [],
  );
}

function terraformApp(resource: string, values: unknown): ForeignApp[] {
  if (!isPlainObject(values) || typeof values["id"] !== "string" || values["id"] === "") return [];
  return [{ tool: "terraform", id: values["id"], resource, isProtected: false, spec: values["spec"] }];
}
