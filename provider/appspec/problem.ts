/** A place in an AppSpec in its list form, such as `["services", 0, "envs", 2, "value"]`. */
export type ListPath = readonly (string | number)[];

/** One thing that is wrong, or probably wrong, with an AppSpec. */
export interface Problem {
  /** The service rejects errors; warnings are sent unchanged. */
  severity: "error" | "warning";
  /** Stable, in kebab case, such as `unknown-field`. */
  code: string;
  /** Where, in the list form of the spec. */
  path: (string | number)[];
  /** What is wrong, without the place and without secret values. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** The name that several items of the list share, where `path` leads into the last of them. */
  repeated?: string;
}

/** Records problems. */
export interface Report {
  error(code: string, path: ListPath, message: string, hint?: string): void;
  warn(code: string, path: ListPath, message: string, hint?: string, more?: Pick<Problem, "repeated">): void;
}

/** A report that adds to `problems`. */
export function reportInto(problems: Problem[]): Report {
  const add = (
    severity: Problem["severity"],
    code: string,
    path: ListPath,
    message: string,
    hint?: string,
    more?: Pick<Problem, "repeated">,
  ) => {
    problems.push({
      severity,
      code,
      path: [...path],
      message,
      ...(hint === undefined ? {} : { hint }),
      ...more,
    });
  };
  return {
    error: (code, path, message, hint) => add("error", code, path, message, hint),
    warn: (code, path, message, hint, more) => add("warning", code, path, message, hint, more),
  };
}

/** Fields whose values may be secret anywhere in a spec. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set([
  "value",
  "registry_credentials",
  "api_key",
  "token",
  "password",
]);

/** Longer values are truncated in messages. */
export const LONGEST_QUOTE = 60;

/** A short value in quotes for a message; undefined if the value may be secret or is not a scalar. */
export function quote(value: unknown, path: ListPath): string | undefined {
  if (path.some((step) => SECRET_FIELDS.has(String(step)))) return undefined;
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return undefined;
  const text = hideUserInfo(String(value));
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}

/** URLs may contain a user and a token before the host. */
export const hideUserInfo = (text: string): string => text.replace(/:\/\/[^@/\s]*@/g, "://***@");
