import { separate, separateRun, type HiddenInputs } from "../../provider/dynamic/hidden-inputs";
import { check, type CheckResult } from "../../provider/resources/app/check";
import type { AppInputs } from "../../provider/resources/app/state";
import { TYPESCRIPT } from "../../provider/text/program-texts";

/** Checks inputs as a program passes them, including those that apply only to this run. */
export function checkApp(given: AppInputs & HiddenInputs, isNew = false): CheckResult {
  const { props, facts } = separateRun<AppInputs>(given);
  return check(separate<AppInputs>(props).props, facts, TYPESCRIPT, isNew);
}
