// The languages of the demo: each has an example program, and the same steps.

import { delimiter } from "node:path";
import { getPulumiCli } from "../pulumi-cli/get";
import { getLanguageHosts } from "../pulumi-cli/languages";
import type { Log } from "../pulumi-cli/progress";

export interface Language {
  /** A folder of examples/. */
  readonly example: string;
  /** How a message shows to declare an App by the file of its spec. */
  readonly declaration: RegExp;
  /** The folders of the CLI and its language hosts, as on PATH. */
  tools(log: Log): Promise<string>;
}

export const TYPESCRIPT: Language = {
  example: "quickstart",
  declaration: /new App\(.*loadSpec\(/s,
  tools: async (log) => (await getPulumiCli({ log })).bin,
};

export const YAML: Language = {
  example: "quickstart-yaml",
  declaration: /declare the App "quickstart" with specFile/,
  tools: async (log) => (await getLanguageHosts({ log })).path.join(delimiter),
};
