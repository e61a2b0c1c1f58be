import { dependenciesOf, nameAt, type Lockfile } from "./lockfile";

/** What an SBOM describes. */
export interface Subject {
  readonly type: "library" | "application";
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly purl: string;
  /** The places in the lockfile of its own dependencies. */
  readonly direct: readonly string[];
}

/**
 * An SBOM in the format CycloneDX 1.5. `npm sbom` is no substitute: in a workspace, it leaves out packages that are also used for
 * development. It has neither a date nor a random number, so that it is the same for the same commit. Pure.
 *
 * @param places everything that it contains, by its place in the lockfile
 */
export function sbomOf(lock: Lockfile, subject: Subject, places: readonly string[]): object {
  const sorted = [...places].sort((a, b) => (purlAt(lock, a) < purlAt(lock, b) ? -1 : 1));
  const refs = (of: readonly string[]): string[] =>
    of
      .filter((place) => places.includes(place))
      .map((place) => purlAt(lock, place))
      .sort();
  const { type, name, version, description, license, purl, direct } = subject;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      lifecycles: [{ phase: "build" }],
      component: { "bom-ref": purl, type, name, version, description, licenses: licensesOf(license), purl },
    },
    components: sorted.map((place) => componentAt(lock, place)),
    dependencies: [
      { ref: purl, dependsOn: refs(direct) },
      ...sorted.map((place) => ({
        ref: purlAt(lock, place),
        dependsOn: refs(dependenciesOf(lock, place)),
      })),
    ],
  };
}

function componentAt(lock: Lockfile, place: string): object {
  const { version, license, integrity = "" } = lock[place] ?? {};
  const [, group, name = ""] = /^(?:(@[^/]+)\/)?(.+)$/.exec(nameAt(place)) ?? [];
  const hash = /^sha512-(.+)$/.exec(integrity)?.[1];
  return {
    "bom-ref": purlAt(lock, place),
    type: "library",
    ...(group !== undefined && { group }),
    name,
    version,
    ...(hash !== undefined && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }],
    }),
    ...(license !== undefined && { licenses: licensesOf(license) }),
    purl: purlAt(lock, place),
  };
}

const purlAt = (lock: Lockfile, place: string): string => npmPurl(nameAt(place), lock[place]?.version ?? "");

/** The address of an npm package in SBOMs. */
export const npmPurl = (name: string, version: string): string =>
  `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

const licensesOf = (license: string): object[] =>
  /[\s()]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
