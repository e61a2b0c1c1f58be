import fc from "fast-check";
import type { AppSpec } from "../../../provider/appspec/types";

/** Texts that YAML, JSON or a shell would misread. */
const TRICKY = [
  "",
  " ",
  "  leading and trailing  ",
  "yes",
  "no",
  "on",
  "null",
  "~",
  "true",
  "007",
  "1.10",
  "1e3",
  "0x1f",
  "0o17",
  ".inf",
  ".nan",
  "1_000",
  "12:30:45",
  "2024-01-01",
  "# not a comment",
  "text # with a hash",
  "key: value",
  "trailing colon:",
  "- item",
  "? question",
  "<<",
  "=",
  "*alias",
  "&anchor",
  "!tag",
  "%directive",
  "@at",
  "`tick`",
  "{brace",
  "[bracket",
  "}",
  "|",
  ">",
  "'single'",
  '"double"',
  "back\\slash",
  "---",
  "...",
  "--- # Backup of the app",
  "two\nlines",
  "ends with a line break\n",
  "ends with two\n\n",
  "\nbegins with one",
  "  indented\n first line",
  "windows\r\nlines",
  "old mac\rlines",
  "\ttab",
  "next\u0085line and \u2028 and \u2029",
  "\ufeffbyte order mark",
  "replaced \ufffd character",
  "zero\0byte",
  "bell \u0007 and delete \u007f",
  "grüße 日本語 🚀 \u200f",
  "${db.DATABASE_URL}",
  "x".repeat(500),
  "word ".repeat(100),
];

/** Any text that a variable may contain. Lone surrogates are excluded: they cannot be encoded as UTF-8. */
export const anyText = fc.oneof(
  fc.constantFrom(...TRICKY),
  fc.string({ unit: "binary" }).filter((text) => !/\p{Cs}/u.test(text)),
  fc.array(fc.constantFrom(...TRICKY), { minLength: 2, maxLength: 4 }).map((parts) => parts.join("")),
);

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/);
const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/).filter((text) => text !== "__proto__");
const optional = { requiredKeys: [] };

const variables = fc.uniqueArray(
  fc.record(
    { key, value: anyText, scope: fc.constantFrom("RUN_TIME", "BUILD_TIME"), type: fc.constant("GENERAL") },
    { requiredKeys: ["key", "value"] },
  ),
  { selector: (variable) => variable.key, maxLength: 4 },
);

const component = fc.record(
  {
    name,
    build_command: anyText,
    run_command: anyText,
    source_dir: anyText,
    http_port: fc.integer({ min: 1, max: 65_535 }),
    instance_count: fc.integer({ min: 1, max: 250 }),
    envs: variables,
    internal_ports: fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 2 }),
    health_check: fc.record(
      { http_path: anyText, period_seconds: fc.integer({ min: 1, max: 300 }) },
      optional,
    ),
    git: fc.record({ repo_clone_url: anyText, branch: anyText }),
  },
  { requiredKeys: ["name"] },
);

const components = fc.uniqueArray(component, { selector: (one) => one.name, maxLength: 3 });

const specs = fc.record(
  {
    name,
    region: anyText,
    envs: variables,
    services: components,
    static_sites: components,
    disable_edge_cache: fc.boolean(),
    domains: fc.uniqueArray(
      fc.record({ domain: anyText.filter(Boolean), zone: anyText }, { requiredKeys: ["domain"] }),
      {
        selector: (one) => one.domain,
        maxLength: 2,
      },
    ),
    ingress: fc.record({
      rules: fc.array(fc.record({ match: fc.record({ path: fc.record({ prefix: anyText }) }) }), {
        maxLength: 2,
      }),
    }),
  },
  { requiredKeys: ["name"] },
);

/** Specs that the service may contain, without secrets. */
export const appSpecs = specs.map((spec) => JSON.parse(JSON.stringify(spec)) as AppSpec);
