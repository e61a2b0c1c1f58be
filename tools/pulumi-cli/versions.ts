// Versions and the messages of the search for a CLI, without any I/O.

export type Version = readonly [major: number, minor: number, patch: number];

/** The oldest CLI that is known to work with this project. */
export const OLDEST_CLI: Version = [3, 200, 0];

/** The first version in a text such as `v3.259.0`, `go1.26.8` or `devel go1.27-3f2a`; what follows it is ignored. */
export function parseVersion(text: string): Version | undefined {
  const match = /(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

export function isAtLeast(version: Version, minimum: Version): boolean {
  for (const part of [0, 1, 2] as const) {
    if (version[part] !== minimum[part]) return version[part] > minimum[part];
  }
  return true;
}

export function showVersion(version: Version): string {
  return version.join(".");
}

/** The `go` line of a go.mod: the oldest Go that may build it. */
export function goNeededBy(goMod: string): Version {
  const version = parseVersion(/^go (.+)$/m.exec(goMod)?.[1] ?? "");
  if (!version) throw new Error('the go.mod has no line "go VERSION"');
  return version;
}

/**
 * The version of the npm package `pulumi` in a package.json, which is also the version of the CLI it downloads. A
 * range would not determine which folder of its cache contains the CLI.
 */
export function cliVersionPinnedIn(packageJson: string): string {
  const manifest = JSON.parse(packageJson) as { devDependencies?: Record<string, string> };
  const pinned = manifest.devDependencies?.["pulumi"];
  if (!pinned || !/^\d+\.\d+\.\d+$/.test(pinned)) {
    throw new Error(
      `package.json must pin the devDependency "pulumi" to one version, not ${pinned ?? "nothing"}`,
    );
  }
  return pinned;
}

/** A place where no usable CLI was found. */
export interface Attempt {
  where: string;
  outcome: string;
}

/** No CLI: the message lists every attempt with its outcome, and what to do next. */
export class PulumiCliError extends Error {
  override readonly name = "PulumiCliError";

  constructor(readonly attempts: readonly Attempt[]) {
    const tried = attempts.map(({ where, outcome }, i) => `  ${i + 1}. ${where}: ${firstLineOf(outcome)}`);
    super(
      [
        "There is no Pulumi CLI to work with. Tried, in this order:",
        ...tried,
        `Next: install the Pulumi CLI ${showVersion(OLDEST_CLI)} or newer ("Download & install Pulumi" in Pulumi's ` +
          "documentation) and put its folder on PATH, or make one of these ways work. Then run this again.",
      ].join("\n"),
    );
  }
}

function firstLineOf(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
