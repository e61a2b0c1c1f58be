// What npm installs with a package, from the lockfile. Pure.

export interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The `packages` of a lockfile, by their place. */
export type Lockfile = Readonly<Record<string, LockedPackage>>;

/** The places of a package's own dependencies. */
export function dependenciesOf(lock: Lockfile, place: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = lock[place] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => resolved(lock, place, name));
}

/** The places of everything that is installed with the package at `place`. Peers are the user's choice, and not among them. */
export function installedWith(lock: Lockfile, place: string): string[] {
  const found = new Set<string>();
  const visit = (from: string): void => {
    for (const dependency of dependenciesOf(lock, from)) {
      if (found.has(dependency)) continue;
      found.add(dependency);
      visit(dependency);
    }
  };
  visit(place);
  return [...found];
}

export const nameAt = (place: string): string => place.slice(place.lastIndexOf("node_modules/") + 13);

/** Where Node finds the package `name` from the package at `place`. @throws Error if the lockfile lacks it */
function resolved(lock: Lockfile, place: string, name: string): string {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/")))) {
    const candidate = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
    if (lock[candidate]) return candidate;
    if (from === "") throw new Error(`${name}, which ${place} needs, is not in the lockfile`);
  }
}
