/** A mistake in the syntax of JSON. */
export interface JsonMistake {
  readonly offset: number;
  readonly isComment?: boolean;
  readonly what: string;
  readonly hint: string;
}

/** True for a text that its author meant as JSON, though YAML can be written in braces as well. */
export const looksLikeJson = (text: string): boolean => /^\ufeff?\s*\{\s*(["}]|\/[/*])/.test(text);

/**
 * The first JSON syntax error in a text. Syntax that YAML also allows in braces is accepted: trailing commas, and unquoted or
 * single-quoted strings. Messages quote nothing, since the text may contain secrets. Pure.
 */
export function jsonMistake(text: string): JsonMistake | undefined {
  return new Scanner(text).find();
}

const CLOSING = { "{": "}", "[": "]" } as const;
type Opening = keyof typeof CLOSING;

class Scanner {
  private at = 0;
  private readonly open: { bracket: Opening; offset: number }[] = [];
  /** The next expected token: a key or item, the colon after a key, the value after a colon, or a comma. */
  private expected: "item" | "colon" | "value" | "comma" = "value";

  constructor(private readonly text: string) {}

  find(): JsonMistake | undefined {
    for (;;) {
      const strange = this.skipSpace();
      if (strange) return strange;
      if (this.at >= this.text.length) return this.unclosed();
      const mistake = this.next(this.text[this.at] as string);
      if (mistake) return mistake;
    }
  }

  private next(sign: string): JsonMistake | undefined {
    const start = this.at;
    if (this.open.length === 0 && this.expected !== "value")
      return wrong(
        start,
        "text follows after the last bracket",
        "Remove it, or the bracket that closes too early",
      );
    if (sign === "}" || sign === "]") return this.close(sign);
    if (sign === ",") return this.comma();
    if (sign === ":") return this.colon();
    if (this.expected === "comma")
      return wrong(start, "a comma is missing before this", "Add a comma after the previous value");
    if (this.expected === "colon")
      return wrong(
        start,
        "a colon is missing before this",
        "Put a colon between the field name and its value",
      );
    if (sign === "{" || sign === "[") {
      this.open.push({ bracket: sign, offset: start });
      this.expected = "item";
      this.at++;
      return undefined;
    }
    const mistake = sign === '"' ? this.string() : this.word(sign);
    this.expected = this.expected === "item" && this.inMap() ? "colon" : "comma";
    return mistake;
  }

  private readonly inMap = (): boolean => this.open.at(-1)?.bracket === "{";

  private close(sign: "}" | "]"): JsonMistake | undefined {
    const start = this.at++;
    const last = this.open.pop();
    if (!last || CLOSING[last.bracket] !== sign)
      return wrong(
        start,
        `${sign} does not match an open bracket`,
        `Close the ${last?.bracket ?? "["} on ${this.lineOf(last?.offset)} first`,
      );
    if (this.expected === "colon") return wrong(start, "a field has no value", "Add a colon and the value");
    this.expected = "comma";
    return undefined;
  }

  private comma(): JsonMistake | undefined {
    const start = this.at++;
    if (this.expected === "colon") return wrong(start, "a field has no value", "Add a colon and the value");
    if (this.expected !== "comma")
      return wrong(start, "a value is missing before this comma", "Remove the comma");
    this.expected = "item";
    return undefined;
  }

  private colon(): JsonMistake | undefined {
    const start = this.at++;
    if (this.expected !== "colon")
      return wrong(
        start,
        "a colon is not expected here",
        "Put a comma between two values, and quotes around text",
      );
    this.expected = "value";
    return undefined;
  }

  private string(): JsonMistake | undefined {
    const start = this.at++;
    for (; this.at < this.text.length; this.at++) {
      const sign = this.text[this.at];
      if (sign === "\n") break;
      if (sign === "\\") {
        if (!/^\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.text.slice(this.at, this.at + 6)))
          return wrong(
            this.at,
            "a backslash is followed by a character that cannot be escaped",
            "Write two backslashes",
          );
        this.at++;
      } else if (sign === '"') {
        this.at++;
        return undefined;
      }
    }
    return wrong(
      start,
      "a string is not closed on its line",
      'Close it with ", and write a line break as \\n',
    );
  }

  private word(sign: string): JsonMistake | undefined {
    const rest = sign === "'" ? /'(?:[^']|'')*'/y : /[^,[\]{}\n"]+?(?=\s*(?:[,[\]{}\n"]|:(?=[\s"[{])|$))/y;
    rest.lastIndex = this.at;
    const found = rest.exec(this.text)?.[0];
    if (found === undefined) return wrong(this.at, "a string is not closed", "Put the text in double quotes");
    this.at += found.length;
    return undefined;
  }

  private skipSpace(): JsonMistake | undefined {
    while (this.at < this.text.length && /[\s\ufeff]/.test(this.text[this.at] as string)) this.at++;
    if (!/^\/[/*]/.test(this.text.slice(this.at, this.at + 2))) return undefined;
    return {
      ...wrong(this.at, "JSON does not allow comments", "Remove the comment, or write the file as YAML"),
      isComment: true,
    };
  }

  private unclosed(): JsonMistake | undefined {
    const last = this.open.at(-1);
    if (!last) return undefined;
    const closing = CLOSING[last.bracket];
    return wrong(last.offset, `this ${last.bracket} is not closed`, `Add the matching ${closing}`);
  }

  private lineOf(offset = 0): string {
    return `line ${this.text.slice(0, offset).split("\n").length}`;
  }
}

const wrong = (offset: number, what: string, hint: string): JsonMistake => ({ offset, what, hint });
