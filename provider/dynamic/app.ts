import * as pulumi from "@pulumi/pulumi";
import { alertInputs } from "./alert-inputs";
import type { AlertDestination } from "../resources/app/alerts/destinations";
import { countApp } from "./count-apps";
import { orderInputs, repeatedInputs, specInputs, type AppSpecArgs, type DeepInput } from "./inputs";
import { APP_PROVIDER, APP_TYPE } from "../resources/state-texts";
import { fileOf } from "../load-spec";
import { appProperties } from "../resources/options/named";
import { resourceOptions, type ResourceOptions } from "./resource-options";
import { markSecrets, secretOutputs } from "./secret-outputs";
import { refuseImport } from "./import-option";
import { secretPlaces } from "./secret-inputs";
import { mapsToLists } from "../appspec/lists-by-name";
import type { AppSpec } from "../appspec/types";
import type { Timeouts } from "../durations";

export interface AppArgs {
  /**
   * The AppSpec, under its own field names; `loadSpec` reads one from a file. Any part may be an Output.
   * `name` defaults to the resource's own name where that is a valid app name: 2 to 32 characters, lower-case letters,
   * digits and dashes, starting with a letter.
   */
  spec: AppSpecArgs;
  /** Id of the project that the app is in; a change moves it in place. @default the account's default project */
  projectId?: pulumi.Input<string> | undefined;
  /** Any values: when one changes, a new deployment is made, also where the spec stays the same. */
  redeployOn?: pulumi.Input<Record<string, unknown>> | undefined;
  /** Every update of the spec also fetches the newest sources of all components. @default false */
  updateSources?: pulumi.Input<boolean> | undefined;
  /** Deployments that `redeployOn` makes ignore the build cache. @default false */
  forceBuild?: pulumi.Input<boolean> | undefined;
  /** Wait until deployments have ended, and fail if they fail. @default true */
  wait?: pulumi.Input<boolean> | undefined;
  /** How long operations may take, as durations such as `"90s"`, `"20m"`, `"1.5h"`. */
  timeouts?: DeepInput<Timeouts> | undefined;
  /**
   * Takes over an existing app instead of creating one: `true` the one of this name, a string the one of this id. Has no
   * effect on an app that the stack manages already. @default false
   */
  adopt?: pulumi.Input<boolean | string> | undefined;
  /**
   * At deletion, the spec is written to a file in `directory` before (default `app-spec-backups`, in the program's
   * folder). `false` does without. The setting travels in the state: a change needs a `pulumi up` before the
   * `pulumi destroy`. @default true
   */
  backup?: pulumi.Input<boolean | { directory?: pulumi.Input<string> | undefined }> | undefined;
  /**
   * Asks the service in previews whether it accepts a new or changed spec, and what it costs a month. Without a token it is
   * not asked. @default true
   */
  propose?: pulumi.Input<boolean> | undefined;
  /** US dollars a month: a preview in which the service asks more fails. @default no limit */
  maxMonthlyCost?: pulumi.Input<number> | undefined;
  /**
   * Whom alerts of the spec tell, one entry for each alert: matched by component and rule, and by operator and window
   * where a rule repeats. An entry says all: what it leaves out is nobody. Set without a deployment. Alerts without an
   * entry are left as they are; an entry that is removed leaves its alert telling nobody.
   */
  alertDestinations?: DeepInput<AlertDestination[]> | undefined;
  /**
   * What becomes of an update whose deployment failed, while what ran before goes on running: `"keep"` leaves the new
   * spec at the service, `"rollback"` puts that of the deployment that runs back. The `pulumi up` fails either way.
   * @default "keep"
   */
  onFailedDeployment?: pulumi.Input<"keep" | "rollback"> | undefined;
  /**
   * Addresses of variables with `type: SECRET` that are to be empty: `"KEY"` for one of the app, `"web.KEY"` for one of a
   * component. A SECRET variable without a value keeps the value that the service has stored, unless it is listed here.
   * @default none
   */
  emptySecrets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Turns errors about unknown fields, fields in the wrong place, and words that look misspelled into warnings.
   * @default false
   */
  allowUnknown?: pulumi.Input<boolean> | undefined;
}

const VALID_NAME = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

/**
 * An app on the DigitalOcean App Platform.
 *
 * @example
 * const app = new App("web", { spec: loadSpec("app.yaml") });
 * export const url = app.liveUrl;
 */
export class App extends pulumi.CustomResource {
  /** The AppSpec as applied: the inputs that the service accepted last. */
  declare readonly spec: pulumi.Output<AppSpec>;
  /** The AppSpec as the service holds it, with its defaults; secrets are ciphertext. */
  declare readonly liveSpec: pulumi.Output<AppSpec>;
  /** Where the app is served, such as `https://web-abc12.ondigitalocean.app`; empty until its first deployment is live. */
  declare readonly liveUrl: pulumi.Output<string>;
  declare readonly liveDomain: pulumi.Output<string>;
  /** The address the service gave the app, whatever domains it has. */
  declare readonly defaultIngress: pulumi.Output<string>;
  /** Id of the deployment that serves now; empty when there is none. */
  declare readonly activeDeploymentId: pulumi.Output<string>;
  /** Phase of the last deployment, such as `ACTIVE` or `ERROR`. */
  declare readonly phase: pulumi.Output<string>;
  /** Slug of the region, such as `nyc`. */
  declare readonly region: pulumi.Output<string>;
  /** Slug of the tier, such as `basic`. */
  declare readonly tier: pulumi.Output<string>;
  /** Id of the project that the app is in. */
  declare readonly project: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly updatedAt: pulumi.Output<string>;

  /**
   * An app that exists, to read from: its outputs as for one of the program's own. The stack does not manage it, and never
   * changes or deletes it; to have it managed, see `adopt`. Secrets of its spec are replaced by a fixed text.
   * Fails the run where there is no app of this id.
   *
   * @example
   * export const url = App.get("shop", "4f6c71e2-fa90-4762-8b11-3bb0bb2bd1a4").liveUrl;
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): App {
    return new App(name, undefined, { ...options, id });
  }

  /** @param args `undefined` only together with the option `id`: the app of that id is read, see {@link App.get} */
  constructor(name: string, args: AppArgs, options?: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: undefined,
    options: pulumi.CustomResourceOptions & { id: pulumi.Input<pulumi.ID> },
  );
  constructor(name: string, args: AppArgs | undefined, options?: pulumi.CustomResourceOptions) {
    refuseImport("App", name, options);
    const isRead = args === undefined || options?.id !== undefined;
    const own = isRead
      ? { options, hidden: {} }
      : resourceOptions("App", name, args, options, appProperties());
    const props = {
      ...(isRead ? EXISTING : inputs(name, args, own)),
      __provider: APP_PROVIDER,
      __urn: pulumi.createUrn(name, APP_TYPE, options?.parent),
      ...(options?.deleteBeforeReplace && { __deleteBeforeReplace: true }),
      // Pulumi hands out only the outputs that are named here.
      liveUrl: undefined,
      liveDomain: undefined,
      defaultIngress: undefined,
      activeDeploymentId: undefined,
      phase: undefined,
      region: undefined,
      tier: undefined,
      project: undefined,
      createdAt: undefined,
      updatedAt: undefined,
      __liveSpec: undefined,
    };
    // Pulumi keeps a stack for each of four promises of each property, for a report on leaks that few ask for: with source maps
    // that is a hundredth of a second for each App. Its own record of where a resource stands in the program is not touched.
    const { stackTraceLimit } = Error;
    if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) Error.stackTraceLimit = 1;
    try {
      super(APP_TYPE, name, props, {
        ...own.options,
        additionalSecretOutputs: ["__liveSpec", ...secretOutputs(own.hidden.__options).outputs],
      });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    // Pulumi's part of the constructor has put the forms by name there; programs read lists, as the AppSpec has them.
    const { spec: applied, __liveSpec: held } = this as unknown as Record<
      "spec" | "__liveSpec",
      pulumi.Output<unknown>
    >;
    this.spec = applied.apply(mapsToLists) as pulumi.Output<AppSpec>;
    this.liveSpec = held.apply(mapsToLists) as pulumi.Output<AppSpec>;
  }
}

/** Of an app that is only read, all comes from the service. */
const EXISTING = { spec: undefined, __get: true };

/** Pulumi puts the values of before in the ignored places of the spec. */
const leavesSpec = ({ __options = [] }: ResourceOptions["hidden"]): boolean =>
  __options.some(
    ({ option, paths }) => option === "ignoreChanges" && paths.some(([name]) => name === "spec"),
  );

function inputs(
  name: string,
  { spec, alertDestinations, ...settings }: AppArgs,
  { hidden }: ResourceOptions,
): pulumi.Inputs {
  const file = fileOf(spec);
  const repeated = repeatedInputs(spec);
  const secret = secretOutputs(hidden.__options).inputs;
  const given = markSecrets(
    {
      ...settings,
      ...(alertDestinations !== undefined && { alertDestinations: alertInputs(alertDestinations) }),
      spec: specInputs(spec, VALID_NAME.test(name) ? name : undefined),
    },
    secret,
  );
  return {
    ...given,
    ...hidden,
    __secrets: secretPlaces(given),
    ...(leavesSpec(hidden) && { __program: given.spec }),
    __order: orderInputs(spec),
    __preview: pulumi.runtime.isDryRun(),
    __apps: countApp(),
    ...(file !== undefined && { __file: file }),
    ...(repeated !== undefined && { __repeated: repeated }),
  };
}
