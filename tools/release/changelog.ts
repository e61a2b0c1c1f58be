// The changelog's sections. Pure.

export interface Section {
  /** As in `2026-11-28`. */
  readonly date?: string;
  readonly text: string;
}

/** @param title a version, or `Unreleased` */
export function sectionOf(changelog: string, title: string): Section | undefined {
  for (const part of changelog.split(/^## /m).slice(1)) {
    const [heading = "", ...lines] = part.split("\n");
    const [, name, date] = /^(\S+)(?: - (\d{4}-\d{2}-\d{2}))?$/.exec(heading.trim()) ?? [];
    if (name === title) return { ...(date !== undefined && { date }), text: lines.join("\n").trim() };
  }
  return undefined;
}

/** The text of a release page: the version's section, or what is not released yet. */
export function notesOf(changelog: string, version: string): string {
  const unreleased = sectionOf(changelog, "Unreleased")?.text;
  return `${unreleased || sectionOf(changelog, version)?.text || ""}\n`;
}
