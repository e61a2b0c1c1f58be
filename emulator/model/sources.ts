import type { DeploymentRecord } from "./deployment-record";
import { fingerprint } from "./ids";
import { canonical, components, SOURCES, type Component, type Spec } from "./spec";

const sourceOf = (component: Component): unknown => SOURCES.map((source) => component[source] ?? null);

/**
 * A commit or digest per component: a new one when sources are fetched again, otherwise the previous one.
 * @param round a number that no earlier deployment of the app had
 */
export function sourcesFor(
  app: { readonly id: string; readonly spec: Spec },
  round: number,
  fresh: boolean,
  active: DeploymentRecord | undefined,
): Record<string, string> {
  const before = new Map(
    active === undefined
      ? []
      : components(active.spec).map(({ component }) => [component.name, canonical(sourceOf(component))]),
  );
  const entries = components(app.spec).map(({ component }): [string, string] => {
    const { name, image } = component;
    const same = before.get(name) === canonical(sourceOf(component));
    const kept = same && !fresh ? active?.sources[name] : undefined;
    if (kept !== undefined) return [name, kept];
    if (image !== undefined) return [name, `sha256:${fingerprint(app.id, image)}`];
    return [name, fingerprint(app.id, sourceOf(component), round).slice(0, 40)];
  });
  return Object.fromEntries(entries);
}
