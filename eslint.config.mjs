import tseslint from "typescript-eslint";

const EMULATOR = {
  group: ["**/emulator/*", "app-platform-emulator"],
  message: "The product never needs the emulator.",
};

/**
 * Data flows app → provider → {spec, api, deploy}, deploy → api; in the emulator index → server → routes → store. What flows
 * against it is an error. The last block that matches a file counts, so the general one comes first.
 */
const forbid = (files, group, message, ignores = []) => ({
  files,
  ignores,
  rules: { "no-restricted-imports": ["error", { patterns: [EMULATOR, { group, message }] }] },
});

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/node_modules/**",
      "coverage/**",
      "**/*.cjs",
      "**/*.mjs",
      "**/*.js",
      "tests/fixtures/**",
    ],
  },
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["provider/**/*.ts", "emulator/**/*.ts"],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
    },
  },
  {
    files: ["tests/**/*.ts", "tools/**/*.ts", "bench/**/*.ts", "examples/**/*.ts", "**/cli.ts"],
    rules: { "no-console": "off" },
  },
  { files: ["provider/**/*.ts"], rules: { "no-restricted-imports": ["error", { patterns: [EMULATOR] }] } },
  forbid(
    ["provider/appspec/**/*.ts"],
    ["**/api/*", "**/deploy/*", "../app", "../provider", "node:*", "@pulumi/*", "node-fetch"],
    "spec/ is pure: no I/O, nothing above it but what phases mean.",
  ),
  forbid(
    ["provider/api/**/*.ts"],
    ["**/deploy/*", "**/spec/*", "!**/spec/types", "../app", "../provider", "@pulumi/*"],
    "api/ knows the service, nothing else.",
  ),
  forbid(
    ["provider/deploy/**/*.ts"],
    ["../app", "../provider", "../operation", "@pulumi/*"],
    "deploy/ is used by the provider, not the reverse.",
  ),
  forbid(
    ["emulator/*.ts"],
    ["./index", "./server", "./routes/*"],
    "What the emulator remembers and does knows nothing of HTTP.",
    ["emulator/{cli,index,server,live}.ts"],
  ),
  forbid(["emulator/routes/*.ts"], ["../index", "../server"], "Routes are served, they do not know by whom."),
  forbid(
    ["emulator/server.ts", "emulator/websockets.ts"],
    ["./index"],
    "The server is a part of the emulator.",
  ),
);
