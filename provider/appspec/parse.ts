import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
} from "yaml";
import { excerptOf } from "./excerpt";
import { SpecFileError, type FilePlace, type FileReason } from "./file-error";
import { isPlainObject } from "./lists-by-name";
import { nearest } from "./nearest";
import type { ListPath } from "./problem";
import { walkScalars } from "./coerce-scalars";
import { applySecrets } from "./secret-addresses";
import { specShape } from "./schema-shape";
import { commentInJson, explainSyntax, placeInSpec, type SyntaxMistake } from "./syntax";
import type { AppSpec } from "./types";
import { TYPESCRIPT, type ProgramTexts } from "../text/program-texts";

export { SpecFileError, type FilePlace } from "./file-error";
export { applySecrets, secretAddresses } from "./secret-addresses";

export interface ParseOptions {
  /** The file's path as the user gave it, for errors. */
  file?: string | undefined;
  /**
   * Values of secrets by address: `KEY` for a variable of the app, `component.KEY` for one of a component,
   * `component.registry_credentials` and so on, or a path (see {@link secretAddresses}).
   */
  secrets?: Readonly<Record<string, unknown>> | undefined;
  /** @default those for `loadSpec` */
  texts?: ProgramTexts;
}

export interface ParsedSpec {
  /** The AppSpec in its list form, its scalars of the types the AppSpec gives them. */
  readonly spec: AppSpec;
  /** Position of a path in the text, or of its nearest existing parent. */
  locate(path: ListPath): FilePlace | undefined;
}

/** Files above this are refused; the largest spec seen is far below 1 MB. */
export const LARGEST_FILE = 5 * 1024 * 1024;

/** How often anchors may be used again in all: enough for any file written by hand, too few for a bomb. */
const MOST_ALIASES = 1_000;

/** The first words of a backup, by which `loadSpec` recognizes one. */
export const BACKUP_HEAD = "# Backup of the app";

/**
 * Reads an AppSpec from YAML or JSON: an `app.yaml`, a deploy template (the spec under `spec:`) or a backup. Pure.
 * @throws SpecFileError with line, column and an excerpt: content that is no YAML, keys that appear twice, tags, several
 * documents, text that is empty, binary, above 5 MB or no map at its top; secrets that are missing or match nothing
 */
export function parseSpec(text: string, options: ParseOptions = {}): ParsedSpec {
  const source = new Source(text, options.file);
  source.refuseStrangeText();
  const document = source.parse();
  const { content, prefix } = source.unwrapTemplate(document);
  const written = (path: ListPath): string | undefined => source.written(document, [...prefix, ...path]);
  const spec = walkScalars(content, { written }) as AppSpec;
  return {
    spec: withSecrets(spec, text, options),
    locate: (path) => source.locate(document, [...prefix, ...path]),
  };
}

class Source {
  private readonly lineCounter = new LineCounter();
  private split: string[] | undefined;

  constructor(
    private readonly text: string,
    private readonly file: string | undefined,
  ) {}

  refuseStrangeText(): void {
    if (this.text.length > LARGEST_FILE)
      throw this.error(
        "too-large",
        undefined,
        "is larger than 5 MB",
        "An AppSpec is much smaller: check the path",
      );
    const strange = this.text.search(/[\0\ufffd]/);
    if (strange >= 0) {
      this.countLines();
      throw this.error("binary", strange, "is not valid UTF-8", "Save the file as UTF-8, or check the path");
    }
    if (opensTooMuch(this.text))
      throw this.error("too-deep", undefined, "is nested too deeply", "An AppSpec has at most ten levels");
    if (/^\s*$/.test(this.text.replace(/^\s*(#.*|---|\.\.\.)?$/gm, "")))
      throw this.error("empty", undefined, "is empty", "Add an AppSpec, starting with `name:`");
  }

  private countLines(): void {
    this.lineCounter.addNewLine(0);
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1))
      this.lineCounter.addNewLine(at + 1);
  }

  parse(): Document.Parsed {
    const document = this.guard(() =>
      parseDocument(this.text, {
        lineCounter: this.lineCounter,
        prettyErrors: false,
        merge: true,
        stringKeys: true,
        version: "1.2",
      }),
    );
    const [wrong] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
    if (wrong)
      throw this.syntaxError(
        document,
        explainSyntax(this.text, document, { code: wrong.code, offset: wrong.pos[0] }),
      );
    const comment = commentInJson(this.text);
    if (comment) throw this.syntaxError(document, comment);
    this.guard(() => this.refuseStrangeNodes(document));
    return document;
  }

  /** Rejects valid YAML that is not allowed in an AppSpec. */
  private refuseStrangeNodes(document: Document.Parsed): void {
    visit(document, {
      Pair: (_, pair) => {
        if (isScalar(pair.key) && pair.key.value === "__proto__")
          throw this.error("reserved-key", startOf(pair.key), "a field is named __proto__", "Remove it");
      },
      Node: (_, node, path) => {
        const tag = isAlias(node) ? undefined : node.tag;
        if (tag !== undefined && !/^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag))
          throw this.error(
            "tag",
            startOf(node),
            "YAML tags are not allowed here",
            "Remove the tag (the word that starts with !)",
          );
        if (!isAlias(node)) return;
        if (!node.resolve(document))
          throw this.error(
            "alias",
            startOf(node),
            "an alias has no anchor before it",
            "Put the text in quotes if it is not an alias; otherwise define the anchor first, with & instead of *",
          );
        if (path.some((outer) => !isPair(outer) && "anchor" in outer && outer.anchor === node.source))
          throw this.error("alias", startOf(node), "an alias is inside its own anchor", "Remove it");
      },
    });
  }

  unwrapTemplate(document: Document.Parsed): { content: unknown; prefix: string[] } {
    const top: unknown = this.guard(() => document.toJS({ maxAliasCount: MOST_ALIASES }));
    if (!isPlainObject(top))
      throw this.error(
        "not-a-map",
        startOf(document.contents),
        "is not a map at the top level",
        "An AppSpec starts with fields such as `name:` and `services:`",
      );
    if (!Object.hasOwn(top, "spec")) return { content: top, prefix: [] };
    const mixed = Object.keys(top).find((key) => specShape().fields.has(key));
    if (mixed !== undefined)
      throw this.error(
        "mixed-template",
        this.offsetOf(document, [mixed]),
        "is next to `spec:`, which makes this file a deploy template",
        "Move the field under `spec:`, or remove `spec:`",
      );
    if (!isPlainObject(top["spec"]))
      throw this.error(
        "not-a-map",
        this.offsetOf(document, ["spec"]),
        "does not contain a map under `spec:`",
        "A deploy template contains the whole AppSpec under `spec:`",
      );
    return { content: top["spec"], prefix: ["spec"] };
  }

  /** A scalar as written in the text: `1.10` rather than 1.1. */
  written(document: Document.Parsed, path: ListPath): string | undefined {
    const node = stepsTo(document, path).at(-1)?.value;
    return isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
  }

  locate(document: Document.Parsed, path: ListPath): FilePlace | undefined {
    return this.place(this.offsetOf(document, path));
  }

  private offsetOf(document: Document.Parsed, path: ListPath): number | undefined {
    return stepsTo(document, path).at(-1)?.offset;
  }

  /** The parser and the reviver call themselves for each level, and count aliases only while reviving. */
  private guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof RangeError)
        throw this.error("too-deep", undefined, "is nested too deeply", "An AppSpec has at most ten levels");
      if (error instanceof ReferenceError)
        throw this.error(
          "alias",
          undefined,
          "uses too many aliases",
          `At most ${MOST_ALIASES} are expanded: write the values in full`,
        );
      throw error;
    }
  }

  private syntaxError(
    document: Document.Parsed,
    { reason, offset, what, hint }: SyntaxMistake,
  ): SpecFileError {
    const isInPlace = reason === "syntax" || reason === "placeholder" || reason === "duplicate-key";
    const specPath = isInPlace ? placeInSpec(document, offset) : undefined;
    return new SpecFileError(reason, { file: this.file, place: this.place(offset), specPath, what, hint });
  }

  private error(reason: FileReason, offset: number | undefined, what: string, hint: string): SpecFileError {
    return new SpecFileError(reason, { file: this.file, place: this.place(offset), what, hint });
  }

  private place(offset: number | undefined): FilePlace | undefined {
    if (offset === undefined) return undefined;
    const { line, col } = this.lineCounter.linePos(Math.min(offset, this.text.length));
    this.split ??= this.text.split(/\r?\n/);
    return { line, column: Math.max(col, 1), excerpt: excerptOf(this.split, line, Math.max(col, 1)) };
  }
}

const MOST_OPEN_BRACKETS = 500;

/** The parser takes seconds to give up on endless nesting; in a text that means something brackets are closed again. */
function opensTooMuch(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    if (bracket === "[" || bracket === "{") open++;
    else if (open > 0) open--;
    if (open > MOST_OPEN_BRACKETS) return true;
  }
  return false;
}

const startOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];

/** The nodes along `path`, as far as it exists, each with the offset of its key or item. */
function stepsTo(
  document: Document.Parsed,
  path: ListPath,
): { value: unknown; offset: number | undefined }[] {
  const steps = [{ value: document.contents as unknown, offset: startOf(document.contents) }];
  for (const step of path) {
    const node = resolved(steps.at(-1)?.value, document);
    if (isSeq(node) && typeof step === "number") {
      const item = node.items[step];
      if (item === undefined) break;
      steps.push({ value: resolved(item, document), offset: startOf(item) });
    } else if (isMap(node)) {
      const pair = pairOf(node.items, step, document);
      if (!pair) break;
      steps.push({ value: resolved(pair.value, document), offset: startOf(pair.key) });
    } else break;
  }
  return steps;
}

const resolved = (node: unknown, document: Document.Parsed): unknown =>
  isAlias(node) ? node.resolve(document) : node;

function pairOf(pairs: readonly Pair[], key: string | number, document: Document.Parsed): Pair | undefined {
  const own = pairs.find((pair) => isScalar(pair.key) && pair.key.value === key);
  if (own) return own;
  for (const pair of pairs) {
    if (!isScalar(pair.key) || String(pair.key.source) !== "<<") continue;
    const merged = resolved(pair.value, document);
    const sources = isSeq(merged) ? merged.items.map((item) => resolved(item, document)) : [merged];
    for (const source of sources) {
      const found = isMap(source) ? pairOf(source.items, key, document) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

/** Ciphertext of another app is useless, so an error lists all values that have to be supplied, in backups in any case. */
function withSecrets(
  spec: AppSpec,
  text: string,
  { file, secrets, texts = TYPESCRIPT }: ParseOptions,
): AppSpec {
  if (secrets === undefined && !text.trimStart().startsWith(BACKUP_HEAD)) return spec;
  const applied = applySecrets(spec, secrets ?? {});
  if (applied.unused.length > 0)
    throw new SpecFileError("unknown-secrets", {
      file,
      what: `unknown-secrets: nothing in the spec has the address ${applied.unused.map((address) => address + hintFor(address, applied.addresses)).join(", ")}`,
      hint: "Use KEY for a variable of the app, component.KEY for a variable of a component, and the path shown in messages for any other value",
    });
  if (applied.missing.length > 0)
    throw new SpecFileError("missing-secrets", {
      file,
      what: `missing-secrets: ${applied.missing.length === 1 ? "a value is" : "values are"} missing or encrypted for another app: ${applied.missing.join(", ")}`,
      hint: `Supply them: ${texts.secretsArgument(applied.missing)}`,
    });
  return applied.spec;
}

function hintFor(address: string, addresses: readonly string[]): string {
  const near = nearest(address, addresses);
  return near === undefined ? "" : ` (did you mean ${near}?)`;
}
