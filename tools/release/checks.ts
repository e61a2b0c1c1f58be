import { sectionOf } from "./changelog";

/** What a release depends on. */
export interface Facts {
  /** Versions by the place where they are written. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** The tag that is released, if it exists already. */
  readonly tag?: string | undefined;
  readonly changelog: string;
  /** The output of `git status --porcelain`. */
  readonly status: string;
}

/** @returns everything that stands in the way of a release of this version, one sentence each. Pure. */
export function problemsOf(version: string, { versions, tag, changelog, status }: Facts): string[] {
  const problems: string[] = [];
  for (const [place, found] of Object.entries(versions))
    if (found !== version)
      problems.push(`${place} has version ${found ?? "none"}, not ${version}. Set it to ${version}.`);
  if (tag !== undefined && tag !== `v${version}`)
    problems.push(`The tag ${tag} does not match version ${version}. Tag the release v${version}.`);
  const section = sectionOf(changelog, version);
  if (!section?.text) problems.push(`CHANGELOG.md has no entries for ${version}. Add a section for it.`);
  else if (section.date === undefined)
    problems.push(`CHANGELOG.md has no date for ${version}. Write \`## ${version} - YYYY-MM-DD\`.`);
  if (sectionOf(changelog, "Unreleased")?.text)
    problems.push(`CHANGELOG.md has entries under "Unreleased". Move them to the section ${version}.`);
  const files = status.split("\n").filter(Boolean);
  if (files.length > 0)
    problems.push(`The working tree has uncommitted changes: ${files.join(", ")}. Commit or remove them.`);
  return problems;
}

/** The versions that a page tells readers to install, each by its place. Pure. */
export function versionsIn(page: string, text: string): Record<string, string> {
  const found = [...text.matchAll(/app[-_]platform(?: |@|-v|-|-sdk-)(\d+\.\d+\.\d+)/g)];
  return Object.fromEntries(found.map(([line, version = ""]) => [`${page} (${line})`, version]));
}
