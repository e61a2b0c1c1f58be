import type { Client } from "../api/client";
import { hideSecrets } from "../appspec/secrets";
import { AppPlatformError } from "../errors";
import { appById, componentNames, isUnknownId, near, notFound } from "../service/find";

/** The ids and names in a request. */
export interface Subject {
  readonly appId?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly invocationId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly component?: string | undefined;
  readonly slug?: string;
}

/** @throws AppPlatformError `invalid-input` for values that cannot be ids or names */
export function refuseUnreadable(name: string, subject: object): void {
  for (const [field, value] of Object.entries(subject)) {
    if (value === undefined || (typeof value === "string" && value !== "")) continue;
    throw new AppPlatformError(
      "invalid-input",
      `${name} requires a non-empty string as ${field}, not ${value === "" ? "an empty one" : typeof value}.`,
    );
  }
}

/**
 * Runs a request. If something in it does not exist, the error explains what, and suggests similar names or ids.
 * @throws AppPlatformError `invalid-input`, `not-found`, `missing-token`; ApiError
 */
export async function explainedBy<T>(
  client: Client,
  name: string,
  subject: Subject,
  lookUp: () => Promise<T>,
): Promise<T> {
  refuseUnreadable(name, subject);
  try {
    return await lookUp();
  } catch (error) {
    const { appId, deploymentId, invocationId, eventId, slug } = subject;
    if (!isUnknownId(error, appId, deploymentId, invocationId, eventId, subject.component, slug)) throw error;
    throw (await missing(client, subject, error)) ?? error;
  }
}

/** How many of the newest items to suggest for a wrong id. */
const NEWEST = 5;

async function missing(client: Client, subject: Subject, cause: unknown): Promise<Error | undefined> {
  const { appId, deploymentId, invocationId, eventId, component, slug } = subject;
  if (slug !== undefined) {
    const slugs = (await client.listInstanceSizes()).map((size) => size.slug);
    if (slugs.includes(slug)) return undefined;
    return notFound(`no instance size ${slug}`, near(slug, slugs, "sizes"), cause);
  }
  if (appId === undefined) return undefined;
  const app = await appById(client, appId);
  const names = componentNames(app);
  if (component !== undefined && !names.includes(component))
    return notFound(
      `no component ${component} in the app ${app.spec.name}`,
      near(component, names, "components"),
      cause,
    );
  const ofApp = (what: string, id: string): string => `no ${what} ${id} of the app ${app.spec.name}`;
  if (deploymentId !== undefined) {
    const { items } = await client.listDeploymentPage(appId, { perPage: NEWEST });
    if (items.some(({ id }) => id === deploymentId)) return undefined;
    const known = items.map(({ id, phase }) => `${id} (${phase ?? "UNKNOWN"})`);
    return notFound(ofApp("deployment", deploymentId), newest("deployments", known), cause);
  }
  if (invocationId !== undefined) {
    const { items } = await client.listJobInvocationPage(appId, { perPage: NEWEST });
    if (items.some(({ id }) => id === invocationId)) return undefined;
    const known = items.map(
      ({ id, job_name: job, phase }) => `${id} (${job ?? "job"}, ${phase ?? "UNKNOWN"})`,
    );
    return notFound(ofApp("job invocation", invocationId), newest("invocations", known), cause);
  }
  if (eventId !== undefined) {
    const { items } = await client.listEventPage(appId, { perPage: NEWEST });
    if (items.some(({ id }) => id === eventId)) return undefined;
    const known = items.map(({ id, type }) => `${id} (${type ?? "UNKNOWN"})`);
    return notFound(ofApp("event", eventId), newest("events", known), cause);
  }
  return undefined;
}

const newest = (what: string, known: readonly string[]): string =>
  known.length === 0 ? `It has no ${what}.` : `The newest ${what}: ${known.join(", ")}.`;

/** Hides the ciphertext of secrets in specs, which only the service can use. */
export const withSecretsHidden = <T>(response: T): T => hideSecrets(response) as T;
