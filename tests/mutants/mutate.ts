import ts from "typescript";
import { Random } from "../campaign/random";

/** A small fault that can be planted in a file. */
export interface Fault {
  /** Path from the top of the repository, with slashes. */
  readonly file: string;
  /** Line of the change, from 1. */
  readonly line: number;
  /** The change in words, with the code around it. */
  readonly change: string;
  /** The characters from `start` to `end` become `replacement`. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A fault that no test can notice, because it changes no behavior. */
export interface Equivalent {
  readonly file: string;
  /** `change` of the fault. */
  readonly change: string;
  /** Why it changes nothing. */
  readonly reason: string;
}

const OPERATORS: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "&&": "||",
  "||": "&&",
};
const METHODS: Readonly<Record<string, string>> = { some: "every", every: "some" };

/** Longest excerpt of code in the description of a change. */
const EXCERPT = 100;
/** An excerpt shorter than this is extended to the code around it. */
const SHORT = 25;

/** The source with the fault in it. */
export function plant(source: string, { start, end, replacement }: Fault): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/** All faults that can be planted in a source file, in the order of the text. */
export function faultsIn(file: string, source: string): Fault[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const faults: Fault[] = [];
  const add = (at: ts.Node, replacement: string, words: string, around: ts.Node = at): void => {
    const start = at.getStart(tree);
    const { line } = tree.getLineAndCharacterOfPosition(start);
    const change = `${words}: ${excerpt(around, tree)}`;
    faults.push({ file, line: line + 1, change, start, end: at.getEnd(), replacement });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText(tree);
      const other = OPERATORS[operator];
      if (other !== undefined) add(node.operatorToken, other, `${operator} becomes ${other}`, node);
    } else if (ts.isIfStatement(node)) {
      const { expression } = node;
      if (isNegation(expression)) add(expression, expression.operand.getText(tree), "condition without !");
      else add(expression, `!(${expression.getText(tree)})`, "condition negated");
    } else if (ts.isAwaitExpression(node)) {
      add(node, `(${node.expression.getText(tree)})`, "await dropped");
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) {
      add(node, "false", "true becomes false", node.parent);
    } else if (node.kind === ts.SyntaxKind.FalseKeyword) {
      add(node, "true", "false becomes true", node.parent);
    } else if (ts.isNumericLiteral(node)) {
      const other = otherNumber(Number(node.text));
      add(node, other, `${node.getText(tree)} becomes ${other}`, node.parent);
    } else if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
      const method = node.name.text;
      const other = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
      if (other !== undefined && node.parent.expression === node) {
        add(node.name, other, `${method} becomes ${other}`, node.parent);
      }
    } else if (isRemovable(node)) {
      add(node, "{}", "removed", ts.isExpressionStatement(node) ? node : (conditionOf(node) ?? node));
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return faults.sort((a, b) => a.start - b.start);
}

/** Up to `count` of the faults. A seed decides which; a larger count includes the faults of a smaller one. */
export function sampleOf(faults: readonly Fault[], count: number, seed: number): Fault[] {
  const random = new Random(seed);
  const left = [...faults];
  const chosen: Fault[] = [];
  while (chosen.length < count && left.length > 0) {
    chosen.push(...left.splice(random.integer(0, left.length - 1), 1));
  }
  return chosen;
}

export function isEquivalent(fault: Fault, equivalents: readonly Equivalent[]): boolean {
  return equivalents.some(({ file, change }) => file === fault.file && change === fault.change);
}

/** A neighbor of a small number, and double a large one, such as a time limit. */
function otherNumber(value: number): string {
  return String(Math.abs(value) <= 100 ? value + 1 : value * 2);
}

/** Calls and assignments, and exits that depend on a condition; the last return of a function is never one of them. */
function isRemovable(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node)) return !ts.isStringLiteral(node.expression) && !isSuperCall(node);
  if (ts.isReturnStatement(node) || ts.isThrowStatement(node) || ts.isContinueStatement(node)) {
    return conditionOf(node) !== undefined;
  }
  return false;
}

/** The `if` whose branch this statement is, or ends. */
function conditionOf(node: ts.Node): ts.Node | undefined {
  const holder = ts.isBlock(node.parent) ? node.parent.parent : node.parent;
  return ts.isIfStatement(holder) ? holder : undefined;
}

function isSuperCall({ expression }: ts.ExpressionStatement): boolean {
  return ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}

function isNegation(node: ts.Node): node is ts.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken;
}

/** The code on one line. A short piece such as `x: true` is shown with what is around it. */
function excerpt(node: ts.Node, tree: ts.SourceFile): string {
  let around = node;
  while (around.getWidth(tree) < SHORT && !ts.isStatement(around) && !ts.isSourceFile(around.parent)) {
    around = around.parent;
  }
  const text = around.getText(tree).replace(/\s+/g, " ");
  return text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT - 1)}…`;
}
