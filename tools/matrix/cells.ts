// Which combinations the matrix consists of, and how their results are shown. Pure.

export const MANAGERS = ["npm", "pnpm", "yarn-1", "yarn-berry"] as const;
export type Manager = (typeof MANAGERS)[number];

export const NODES = [20, 22, 24] as const;
export type NodeLine = (typeof NODES)[number];

export const SDKS = ["oldest", "pinned", "newest"] as const;
export type Sdk = (typeof SDKS)[number];

export interface Cell {
  readonly manager: Manager;
  readonly node: NodeLine;
  readonly sdk: Sdk;
}

/** What was seen. Only `passed` is a pass: it means that every step ran. */
export type Outcome =
  | { readonly kind: "passed"; readonly seconds: number }
  | { readonly kind: "failed"; readonly step: string; readonly reason: string }
  | { readonly kind: "not-run"; readonly reason: string };

export interface Result {
  readonly cell: Cell;
  readonly outcome: Outcome;
}

export const allCells = (): Cell[] =>
  MANAGERS.flatMap((manager) => SDKS.flatMap((sdk) => NODES.map((node) => ({ manager, node, sdk }))));

export const labelOf = ({ manager, node, sdk }: Cell): string => `${manager}, Node ${node}, ${sdk} SDK`;

/** @param only names of managers, lines of Node, and names of SDKs; of each group that is named, only these are selected */
export function isSelected({ manager, node, sdk }: Cell, only: readonly string[]): boolean {
  const groups: [readonly unknown[], unknown][] = [
    [MANAGERS, manager],
    [NODES, node],
    [SDKS, sdk],
  ];
  return groups.every(([group, value]) => {
    const named = only.filter((one) => group.some((member) => String(member) === one));
    return named.length === 0 || named.includes(String(value));
  });
}

/** The names in `only` that stand for nothing. */
export const unknownNames = (only: readonly string[]): string[] =>
  only.filter((one) => ![...MANAGERS, ...NODES, ...SDKS].some((member) => String(member) === one));

/** The package.json of an empty folder in which a user installs the packages. */
export function manifestOf(
  tarballs: Readonly<Record<string, string>>,
  sdk: string,
  isBerry: boolean,
): object {
  const files = Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]);
  return {
    name: "strict",
    private: true,
    main: "index.ts",
    // Yarn berry refuses to work in a project of another manager.
    ...(isBerry && { packageManager: "yarn@4.0.0" }),
    dependencies: { ...(Object.fromEntries(files) as Record<string, string>), "@pulumi/pulumi": sdk },
    devDependencies: { "@types/node": "^20", typescript: "~5.9.3" },
  };
}

/** The line of a command's output that says what went wrong, or its last line. */
export function reasonIn(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const telling = lines.find((line) => /\berror\b|\bERR\b|cannot|YN\d+: .*(fail|invalid)/i.test(line));
  return (telling ?? lines.at(-1) ?? "no output").slice(0, 300);
}

/** Rows of package managers and SDKs, columns of Node versions, in Markdown. */
export function tableOf(
  results: readonly Result[],
  versions: { readonly [name in Manager | Sdk | NodeLine]?: string },
): string {
  const named = (name: Manager | Sdk | NodeLine): string => [name, versions[name]].filter(Boolean).join(" ");
  const header = [
    "package manager",
    "@pulumi/pulumi",
    ...NODES.map((node) => `Node ${versions[node] ?? node}`),
  ];
  const notes: string[] = [];
  const rows = MANAGERS.flatMap((manager) =>
    SDKS.map((sdk) => [
      MANAGER_NAMES[manager](versions[manager] ?? ""),
      named(sdk),
      ...NODES.map((node) => {
        const found = results.find(
          ({ cell }) => cell.manager === manager && cell.sdk === sdk && cell.node === node,
        );
        return shown(found?.outcome ?? { kind: "not-run", reason: "there is no result" }, notes);
      }),
    ]),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
  const numbered = notes.map((note, index) => `${index + 1}. ${note}`);
  return [table, numbered.join("\n")].filter(Boolean).join("\n\n");
}

const MANAGER_NAMES: Record<Manager, (version: string) => string> = {
  npm: (version) => `npm ${version}`.trim(),
  pnpm: (version) => `pnpm ${version}`.trim(),
  "yarn-1": (version) => `yarn ${version || "1"}`,
  "yarn-berry": (version) => `yarn ${version || "berry"}, \`nodeLinker: node-modules\``,
};

function shown(outcome: Outcome, notes: string[]): string {
  if (outcome.kind === "passed") return "passed";
  const note =
    outcome.kind === "failed" ? `${outcome.step}: ${outcome.reason}` : `not run: ${outcome.reason}`;
  if (!notes.includes(note)) notes.push(note);
  return `${outcome.kind === "failed" ? "failed" : "not run"} (${notes.indexOf(note) + 1})`;
}
