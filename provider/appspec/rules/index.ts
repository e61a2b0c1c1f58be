import type { Report } from "../problem";
import * as components from "./components";
import * as ingress from "./ingress";
import * as observe from "./alerts-and-logs";
import * as ports from "./ports";
import * as variables from "./variables";
import { viewOf, type Plain, type SpecView } from "./view";

type Rule = (app: SpecView, report: Report) => void;

/**
 * Rules a schema cannot express: how the parts of a spec fit together. Documented rejections and specs that cannot work are
 * errors, anything else is a warning. Rules are independent and accept any value anywhere. Each exported function of these
 * files is a rule.
 */
export const RULES: readonly Rule[] = [components, ports, ingress, variables, observe].flatMap(
  (rules): Rule[] => Object.values(rules),
);

/** Applies all rules to a spec whose scalars have their types. */
export function runRules(spec: Plain, report: Report): void {
  const app = viewOf(spec);
  for (const rule of RULES) rule(app, report);
}
