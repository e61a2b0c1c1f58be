import type { Path } from "../../appspec/diff";

/** Why a property path cannot be parsed. */
export interface Malformed {
  readonly malformed: string;
}

/**
 * Parses a property path like the engine: `spec.services["web"].envs[2].value`. `[*]` and `["*"]` are the step `*`. Pure.
 */
export function parsePropertyPath(text: string): Path | Malformed {
  const steps: (string | number)[] = [];
  if (text === "") return { malformed: "it is empty" };
  if (text.startsWith(".")) return { malformed: "it starts with a dot" };
  let at = 0;
  while (at < text.length) {
    if (text[at] === ".") {
      at++;
      if (at === text.length) return { malformed: "it ends with a dot" };
    }
    if (text[at] === "[") {
      const step = text[at + 1] === '"' ? quotedStep(text, at + 2) : bracketStep(text, at + 1);
      if ("malformed" in step) return step;
      steps.push(step.step);
      at = step.end;
    } else {
      const name = /^[^.[]*/.exec(text.slice(at))?.[0] ?? "";
      if (name !== "") steps.push(name);
      at += name.length;
    }
  }
  return steps;
}

type Step = { readonly step: string | number; readonly end: number } | Malformed;

function quotedStep(text: string, start: number): Step {
  let name = "";
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"')
      return text[at + 1] === "]"
        ? { step: name, end: at + 2 }
        : { malformed: "a closing bracket is missing after a quoted name" };
    if (text[at] === "\\" && text[at + 1] === '"') at++;
    name += text[at];
  }
  return { malformed: "a closing quote is missing" };
}

function bracketStep(text: string, start: number): Step {
  const end = text.indexOf("]", start);
  if (end < 0) return { malformed: "a closing bracket is missing" };
  const inner = text.slice(start, end);
  if (inner === "*") return { step: "*", end: end + 1 };
  if (/^\d+$/.test(inner)) return { step: Number(inner), end: end + 1 };
  return { malformed: `[${inner}] is neither an index nor a name in double quotes` };
}

/** The reverse of {@link parsePropertyPath}. */
export function formatPropertyPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (step === "*" && index > 0) return "[*]";
      if (!/^[^.[\]"\s]+$/.test(step)) return `["${step.replaceAll('"', '\\"')}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
