import { createCipheriv, createDecipheriv } from "node:crypto";
import { badRequest } from "../errors";
import type { Ids } from "./ids";
import { components, type Spec } from "./spec";

/** A place in the spec whose text the service stores encrypted. */
interface Place {
  /** For messages: `services.web.envs.TOKEN`. */
  path: string;
  holder: Record<string, unknown>;
  field: string;
  /** Without a value, the empty text is encrypted: the stored value is lost. */
  always?: boolean;
  /** Of which it is not certain whether the service encrypts it. */
  kind?: "log token" | "log password" | "secure header";
}

const BINDABLE = /\$\{[^}]+\}/;
const LOOKS_ENCRYPTED = /^EV\[/;
/** Snapshots of version 0.1 have shorter nonces. */
const ENCRYPTED = /^EV\[1:([A-Za-z0-9+/]{22}|[A-Za-z0-9+/]{32}):([A-Za-z0-9+/]+={0,2})\]$/;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** All are false for the service as far as known. */
export interface SealOptions {
  /** Whether a SECRET without a value, or with an empty one, keeps the stored value instead of erasing it. */
  emptySecretsKeep?: boolean;
  /** Whether a SECRET that refers to another component stays in plaintext. */
  plainBindableSecrets?: boolean;
  /** Whether tokens of log destinations are encrypted. */
  sealLogTokens?: boolean;
  /** Whether passwords and headers of log destinations stay in plaintext. */
  plainLogPasswords?: boolean;
  /** Whether the value of the secure header is encrypted. */
  sealSecureHeader?: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const records = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

function* variablePlaces(path: string, envs: unknown): Generator<Place> {
  for (const variable of records(envs)) {
    if (variable.type === "SECRET")
      yield { path: `${path}.${String(variable.key)}`, holder: variable, field: "value", always: true };
  }
}

function* logPlaces(path: string, destinations: unknown): Generator<Place> {
  for (const destination of records(destinations)) {
    const at = `${path}.${String(destination.name)}`;
    const { datadog, logtail, open_search: search } = destination;
    if (isRecord(datadog))
      yield { path: `${at}.datadog.api_key`, holder: datadog, field: "api_key", kind: "log token" };
    if (isRecord(logtail))
      yield { path: `${at}.logtail.token`, holder: logtail, field: "token", kind: "log token" };
    if (isRecord(search) && isRecord(search.basic_auth)) {
      const path = `${at}.open_search.basic_auth.password`;
      yield { path, holder: search.basic_auth, field: "password", kind: "log password" };
    }
    for (const header of records(destination.headers)) {
      const path = `${at}.headers.${String(header.key)}`;
      yield { path, holder: header, field: "value", kind: "log password" };
    }
  }
}

function* places(spec: Spec): Generator<Place> {
  yield* variablePlaces("envs", spec.envs);
  const header = spec.ingress?.secure_header;
  if (isRecord(header))
    yield { path: "ingress.secure_header", holder: header, field: "value", kind: "secure header" };
  for (const { kind, component } of components(spec)) {
    const at = `${kind}.${component.name}`;
    yield* variablePlaces(`${at}.envs`, component.envs);
    yield* logPlaces(`${at}.log_destinations`, component.log_destinations);
    if (isRecord(component.image)) {
      yield {
        path: `${at}.image.registry_credentials`,
        holder: component.image,
        field: "registry_credentials",
      };
    }
  }
}

export function encrypt(plain: string, key: Buffer, ids: Ids): string {
  const nonce = ids.bytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `EV[1:${nonce.toString("base64")}:${sealed.toString("base64")}]`;
}

/** The plain text of `EV[…]`, or undefined if it was not encrypted with this key. */
export function decrypt(text: string, key: Buffer): string | undefined {
  const match = ENCRYPTED.exec(text);
  if (match === null) return undefined;
  const sealed = Buffer.from(match[2] ?? "", "base64");
  if (sealed.length < TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(match[1] ?? "", "base64"));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    return Buffer.concat([plain, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

function isSealed(kind: Place["kind"], options: SealOptions): boolean {
  if (kind === "log token") return options.sealLogTokens === true;
  if (kind === "secure header") return options.sealSecureHeader === true;
  return kind !== "log password" || options.plainLogPasswords !== true;
}

/**
 * Encrypts plain values in place; values that are already encrypted stay unchanged.
 * @param before the stored spec, if the app exists
 * @throws {@link ApiError} 400 with the place of ciphertext that belongs to another app
 */
export function sealSecrets(
  spec: Spec,
  key: Buffer,
  ids: Ids,
  options: SealOptions = {},
  before?: Spec,
): void {
  const { emptySecretsKeep = false, plainBindableSecrets = false } = options;
  const stored = new Map(
    emptySecretsKeep && before !== undefined
      ? [...places(before)].map((place) => [place.path, place.holder[place.field]])
      : [],
  );
  for (const { path, holder, field, always, kind } of places(spec)) {
    const value = holder[field] ?? "";
    if (typeof value !== "string" || (value === "" && !always)) continue;
    const kept = value === "" ? stored.get(path) : undefined;
    if (kept !== undefined) {
      holder[field] = kept;
      continue;
    }
    if (always && plainBindableSecrets && BINDABLE.test(value)) continue;
    if (!LOOKS_ENCRYPTED.test(value)) {
      if (isSealed(kind, options)) holder[field] = encrypt(value, key, ids);
    } else if (decrypt(value, key) === undefined) {
      throw badRequest(
        `${path}: the encrypted value does not belong to this app; send the plain text instead`,
      );
    }
  }
}
