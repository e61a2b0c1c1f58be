import tseslint from "typescript-eslint";

/** Folders below provider/ that a folder may not import: data flows app → provider → {spec, api, deploy}, deploy → api. */
const forbid = (files, group, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [{ group, message }] }] },
});

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "coverage/**", "**/*.cjs", "**/*.mjs", "**/fixtures/**", "**/*.js"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": ["error"],
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
  { files: ["tests/**/*.ts", "tools/**/*.ts", "examples/**/*.ts", "**/cli.ts"], rules: { "no-console": "off" } },
  forbid(
    ["provider/spec/**/*.ts"],
    ["**/api/*", "**/deploy/*", "../app", "../provider", "node:*", "@pulumi/*", "node-fetch"],
    "spec/ is pure: no I/O, nothing above it.",
  ),
  forbid(
    ["provider/api/**/*.ts"],
    ["**/deploy/*", "**/spec/*", "!**/spec/types", "../app", "../provider", "@pulumi/*"],
    "api/ knows the service, nothing else.",
  ),
  forbid(["provider/deploy/**/*.ts"], ["../app", "../provider"], "deploy/ is used by the provider, not the reverse."),
  forbid(["provider/**/*.ts"].map((f) => f).filter(Boolean).length ? ["provider/*.ts"] : [], ["app-platform-emulator"], "the product never needs the emulator."),
);
