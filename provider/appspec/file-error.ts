import type { FileReason } from "../error-codes";
import { AppPlatformError } from "../errors";

export type { FileReason };

/** A place in a file; both count from 1. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
  /** The line with its number and a caret below; secret values are masked. Empty for a line that must not be shown. */
  readonly excerpt: string;
}

/** A spec file that cannot be read or parsed. The message contains the file, the position and the fix. */
export class SpecFileError extends AppPlatformError {
  override readonly name = "SpecFileError";
  readonly line?: number;
  readonly column?: number;
  readonly excerpt?: string;
  /** The place in the spec, such as `spec.services[0]`, if the text is not valid YAML. */
  readonly specPath?: string;
  /** The problem, without its position. */
  readonly what: string;
  readonly hint: string;

  constructor(
    readonly reason: FileReason,
    details: {
      /** The path as the user gave it. */
      file?: string | undefined;
      place?: FilePlace | undefined;
      specPath?: string | undefined;
      what: string;
      hint: string;
    },
    options?: { cause?: unknown },
  ) {
    const { file, place, specPath, what, hint } = details;
    const where = `${file ?? "AppSpec"}${place ? `:${place.line}:${place.column}` : ""}`;
    const inside = specPath === undefined ? "" : `, in ${specPath}`;
    super(
      "unreadable-file",
      `${where}: ${what}${inside}${place ? `\n${place.excerpt}\n` : ". "}${hint}.`,
      options,
    );
    this.what = what;
    this.hint = hint;
    if (specPath !== undefined) this.specPath = specPath;
    if (!place) return;
    this.line = place.line;
    this.column = place.column;
    this.excerpt = place.excerpt;
  }
}
