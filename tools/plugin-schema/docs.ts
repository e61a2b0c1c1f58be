import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as ts from "typescript";

/** Texts of docstrings, for the descriptions in the schema of the plugin. */

const PROVIDER = resolve(__dirname, "../../provider");

/** A documented declaration and its members. */
export interface Docs {
  readonly description: string;
  readonly members: Readonly<Record<string, string>>;
  /** The types of the members as written, without undefined; `unknown` if not stated. */
  readonly types: Readonly<Record<string, string>>;
  /** Members that must be set. */
  readonly required: readonly string[];
}

/** The docstrings of an interface, class, function or constant in a file of provider/. */
export function docsOf(file: string, name: string): Docs {
  const path = join(PROVIDER, file);
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find((statement) => nameOf(statement) === name);
  if (!found) throw new Error(`${file} does not declare ${name}`);
  const members = ts.isInterfaceDeclaration(found) || ts.isClassDeclaration(found) ? [...found.members] : [];
  const named = members.flatMap((member) =>
    member.name && ts.isIdentifier(member.name) && !isStatic(member)
      ? [{ name: member.name.text, member }]
      : [],
  );
  return {
    description: textOf(found),
    members: Object.fromEntries(named.map(({ name, member }) => [name, textOf(member)])),
    types: Object.fromEntries(named.map(({ name, member }) => [name, typeTextOf(member)])),
    required: named.flatMap(({ name, member }) => (isOptional(member) ? [] : [name])),
  };
}

/** The type inside of `Input<...>` or `Output<...>`. */
function typeTextOf(member: ts.Node): string {
  const isProperty = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
  const text = (isProperty && member.type?.getText()) || "unknown";
  return text
    .replace(/ \| undefined$/, "")
    .replace(/^(?:pulumi\.Input|pulumi\.Output|DeepInput)<(.*)>$/, "$1");
}

const isOptional = (member: ts.TypeElement | ts.ClassElement): boolean =>
  "questionToken" in member && member.questionToken !== undefined;

function nameOf(statement: ts.Statement): string | undefined {
  if (ts.isVariableStatement(statement)) {
    const [declaration] = statement.declarationList.declarations;
    return declaration && ts.isIdentifier(declaration.name) ? declaration.name.text : undefined;
  }
  const isNamed =
    ts.isInterfaceDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement);
  return isNamed ? statement.name?.text : undefined;
}

const isStatic = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);

/** Without links and examples, which are for TypeScript. */
function textOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = docs.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("\n");
  const standard = docs
    .flatMap(({ tags }) => tags ?? [])
    .filter(({ tagName }) => tagName.text === "default")
    .map((tag) => `Default: ${ts.getTextOfJSDocComment(tag.comment) ?? ""}.`);
  return [text, ...standard]
    .join(" ")
    .replace(/\{@link ([^}]+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
}
