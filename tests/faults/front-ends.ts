import { resolve } from "node:path";
import { createRequire } from "node:module";
import { listOrder, listsToMaps } from "../../provider/appspec/lists-by-name";
import { TOKEN_KEY } from "../../provider/service/config";
import { DEPLOYMENT, ROLLBACK } from "../../provider/resources/kinds";
import { APP_TYPE } from "../../provider/resources/state-texts";
import { secret } from "../helpers/world/plugin-world";

const fromPulumi = createRequire(require.resolve("@pulumi/pulumi"));

type Properties = Record<string, unknown>;

/** One run of a program, from the resource's point of view. */
interface RunOf {
  readonly urn: string;
  readonly preview: boolean;
  /** The text that the resource's class declares, different in each run. */
  readonly provider: string;
}

/** What differs between the two processes that Pulumi's engine may call for a resource. */
export interface FrontEnd {
  /** Arguments of Node that start the process. */
  readonly script: readonly string[];
  readonly types: { readonly App: string; readonly Deployment: string; readonly Rollback: string };
  /** The stack's configuration. */
  settings(token: string): Properties;
  /** What the engine passes as arguments of the resource. */
  given(declared: Properties, run: RunOf): Properties;
  /** What the engine passes as outputs in the state. */
  recorded(outputs: Properties, provider: string): Properties;
  /** Whether the engine requests the preview of a creation or an update. */
  readonly requestsPreviews: boolean;
  /** Properties that the engine encrypts as a whole, or whose secrets it encrypts; the process does not mark them. */
  readonly encrypted: readonly string[];
}

/** Pulumi's own host of dynamic providers, for programs that use the TypeScript package. */
export const DYNAMIC: FrontEnd = {
  script: [fromPulumi.resolve("@pulumi/pulumi/cmd/dynamic-provider")],
  types: { App: APP_TYPE, Deployment: DEPLOYMENT.type, Rollback: ROLLBACK.type },
  settings: (token) => ({ [TOKEN_KEY]: token }),
  given({ spec, ...declared }, { urn, preview, provider }) {
    const byName = spec !== undefined && { spec: listsToMaps(spec), __order: listOrder(spec) };
    return { ...declared, ...byName, __preview: preview, __urn: urn, __provider: provider };
  },
  // The host caches one provider per text; each run needs its own, as in a new process.
  recorded: (outputs, provider) => ({ ...outputs, __provider: provider }),
  requestsPreviews: false,
  encrypted: ["__liveSpec", "spec", "alertDestinations"],
};

/** The plugin from its sources: in the bundle, quick time could not tell the timers of gRPC from those of the plugin. */
export const PLUGIN: FrontEnd = {
  script: ["--require", require.resolve("tsx/cjs"), resolve(__dirname, "../../plugin/main.ts")],
  types: {
    App: "app-platform:index:App",
    Deployment: "app-platform:index:Deployment",
    Rollback: "app-platform:index:Rollback",
  },
  settings: (token) => ({ token: secret(token) }),
  given: (declared) => declared,
  recorded: (outputs) => outputs,
  requestsPreviews: true,
  encrypted: [],
};
