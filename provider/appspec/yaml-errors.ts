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
    what: "a second YAML document starts here",
    hint: "Keep one AppSpec per file: remove the line of dashes or everything after it",
  },
  TAG_RESOLVE_FAILED: {
    reason: "tag",
    what: "YAML tags are not allowed here",
    hint: "Remove the tag (the word that starts with !)",
  },
  BAD_ALIAS: {
    reason: "alias",
    what: "an alias or anchor is malformed",
    hint: "Put text that starts with * or & in quotes",
  },
  RESOURCE_EXHAUSTION: {
    reason: "too-deep",
    what: "the text is nested too deeply",
    hint: "An AppSpec has at most ten levels",
  },
  TAB_AS_INDENT: syntax("this line is indented with a tab", "Indent with spaces"),
  BAD_INDENT: syntax(
    "the indentation does not match the lines above, or a bracket is not closed",
    "Align the fields of the same map, and close open brackets",
  ),
  MISSING_CHAR: syntax(
    "a quote, bracket, comma or colon is missing",
    "Check this line and the lines above it",
  ),
  BAD_SCALAR_START: syntax(
    "text starts with a character that has a special meaning in YAML",
    "Put the text in quotes",
  ),
  BAD_DQ_ESCAPE: syntax(
    "a backslash is followed by a character that cannot be escaped",
    "Write two backslashes, or use single quotes",
  ),
  MULTILINE_IMPLICIT_KEY: syntax(
    "a field name spans several lines, or a colon is missing",
    "Put a colon and a space after the field",
  ),
  NON_STRING_KEY: syntax("a field name is not a string", "Use plain words as field names"),
  BLOCK_AS_IMPLICIT_KEY: syntax(
    "a second colon followed by a space is on this line",
    "Put the text in quotes if the colon is part of it; otherwise start a new line",
  ),
  BLOCK_IN_FLOW: syntax(
    "a comma is missing between two fields in braces",
    "Add the comma, and put text that contains a colon in quotes",
  ),
  UNEXPECTED_TOKEN: syntax(
    "this text is not expected here",
    "Check the quotes, brackets and colons before it",
  ),
};

const OTHER = syntax("is not valid YAML", "Check quotes, brackets, colons and indentation here");

/** The explanation of a parser error. */
export const explainYaml = (code: ErrorCode): Explanation => WORDS[code] ?? OTHER;
