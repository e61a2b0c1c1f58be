import { SECRET_FIELDS, quote, type ListPath } from "../problem";
import type { Visit } from "./visit";

/** `${NAME}`, `${{ NAME }}`: filled in by shells, envsubst and pipelines. */
const DOLLAR = /\$\{\{[^{}]*\}\}|\$\{\s*[A-Za-z_][^{}]*\}/;

/** Jinja, Helm, Liquid, ERB and their kin. */
const TEMPLATE = /\$?\{\{[^{}]*\}\}|\{%[^%]*%\}|<%[^%]*%>/;

/** Forms that are impossible in a name, tag or URL, but possible in a password. */
const LOOSE = /<[A-Za-z][\w .-]*>|\$\([A-Za-z_][\w.-]*\)|#\{[A-Za-z_][\w.-]*\}#?|^\$[A-Z_][A-Z0-9_]*$/;

/** A whole value that is only a template placeholder. */
const OPEN_VALUE = /^<[A-Z][A-Z0-9_ -]*>$/;

const MAYBE = /[{<$]/;

/** What expands `${NAME}`: App Platform in values of variables, a shell in commands. */
function isExpanded(path: ListPath): boolean {
  const field = path.at(-1);
  if (field === "run_command" || field === "build_command") return true;
  return field === "value" && path.at(-3) === "envs";
}

/** Patterns and secrets may look like anything. */
const isOpaque = (path: ListPath): boolean =>
  path.at(-1) === "regex" || path.some((step) => SECRET_FIELDS.has(String(step)));

/** Reports an unfilled placeholder in a string. True if the string is unusable because of it. */
export function reportPlaceholder(text: string, { path, report }: Visit): boolean {
  if (!MAYBE.test(text)) return false;
  if (isExpanded(path)) {
    const found = TEMPLATE.exec(text)?.[0];
    if (found !== undefined) report.warn("unfilled-placeholder", path, contains(found, path), RENDER);
    else if (OPEN_VALUE.test(text))
      report.warn("unfilled-placeholder", path, contains(text, path), "set the value in the program");
    return false;
  }
  const found = TEMPLATE.exec(text)?.[0] ?? DOLLAR.exec(text)?.[0];
  const loose = found ?? (isOpaque(path) ? undefined : LOOSE.exec(text)?.[0]);
  if (loose === undefined) return false;
  report.error("unfilled-placeholder", path, contains(loose, path), loose.startsWith("${") ? FILL : RENDER);
  return true;
}

/** The same for the name of a field. */
export function reportPlaceholderName(name: string, path: ListPath, { report }: Visit): boolean {
  if (!MAYBE.test(name) || !(TEMPLATE.test(name) || DOLLAR.test(name))) return false;
  report.error("unfilled-placeholder", path, "is an unfilled placeholder", RENDER);
  return true;
}

const FILL =
  "App Platform expands ${…} only in values of environment variables: substitute it before loading, or set this field in the program";
const RENDER = "render the template before loading it, or set this field in the program";

function contains(placeholder: string, path: ListPath): string {
  const shown = quote(placeholder, path);
  return `contains ${shown === undefined ? "an unfilled placeholder" : `the unfilled placeholder ${shown}`}`;
}
