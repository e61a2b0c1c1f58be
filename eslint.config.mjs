import tseslint from "typescript-eslint";

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
      "provider/plugin/**",
      "site/**",
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
    files: ["provider/**/*.ts", "emulator/**/*.ts", "plugin/**/*.ts"],
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
);
