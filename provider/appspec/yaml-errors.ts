import type { ErrorCode } from "yaml";
import type { FileReason } from "./file-error";

interface Explanation {
  readonly reason: FileReason;
  readonly what: string;
  readonly hint: string;
}

const syntax = (what: string, hint: string): Explanation => ({ reason: "syntax", what, hint });

/** The parser's own messages may quote the text, and so a secret: these do not. */
const WORDS: Readonly<Partial<Record<ErrorCode, Explanation>>> = {
  DUPLICATE_KEY: {
    reason: "duplicate-key",
    what: "a field appears twice in the same map",
    hint: "Remove one of them",
  },
  MULTIPLE_DOCS: {
    reason: "several-documents",
    what: "a second document begins here",
    hint: "Keep one AppSpec per file: remove the line of dashes or what follows it",
  },
  TAG_RESOLVE_FAILED: {
    reason: "tag",
    what: "a tag makes this something else than plain data",
    hint: "Remove the tag, the word that begins with !",
  },
  BAD_ALIAS: {
    reason: "alias",
    what: "an alias or anchor is written wrongly",
    hint: "Put text that begins with * or & in quotes",
  },
  RESOURCE_EXHAUSTION: {
    reason: "too-deep",
    what: "the text is nested too deep",
    hint: "An AppSpec has at most ten levels",
  },
  TAB_AS_INDENT: syntax("a tab indents this line", "Indent with spaces"),
  BAD_INDENT: syntax(
    "the indentation does not fit the lines before, or a bracket is not closed",
    "Line up fields of the same map, and close what is open",
  ),
  MISSING_CHAR: syntax(
    "a quote, bracket, comma or colon is missing",
    "Close what is open on this line or above",
  ),
  BAD_SCALAR_START: syntax(
    "text begins with a sign that means something else in YAML",
    "Put the text in quotes",
  ),
  BAD_DQ_ESCAPE: syntax(
    "a backslash stands before a letter that it cannot escape",
    "Write two backslashes, or use single quotes",
  ),
  MULTILINE_IMPLICIT_KEY: syntax(
    "a field's name goes over several lines, or a colon is missing",
    "Put a colon and a space after the field",
  ),
  NON_STRING_KEY: syntax("a field's name is no text", "Use plain words as names of fields"),
  BLOCK_AS_IMPLICIT_KEY: syntax(
    "a second colon with a space stands on this line, as if another field began",
    "Put the text in quotes if the colon belongs to it, else begin a new line",
  ),
  BLOCK_IN_FLOW: syntax(
    "two fields in braces have no comma between them",
    "Put a comma between them, and quotes around a text that contains a colon",
  ),
  UNEXPECTED_TOKEN: syntax("this does not belong here", "Check the quotes, brackets and colons before it"),
};

const OTHER = syntax("is not valid YAML", "Check quotes, brackets, colons and indentation here");

/** A parser's error in words of our own. */
export const explainYaml = (code: ErrorCode): Explanation => WORDS[code] ?? OTHER;
