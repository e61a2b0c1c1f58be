import * as pulumi from "@pulumi/pulumi";
import { alertInputs } from "./alert-inputs";
import type { AlertDestination } from "../resources/app/alerts/destinations";
import { countApp } from "./count-apps";
import { orderInputs, repeatedInputs, specInputs, type AppSpecArgs, type DeepInput } from "./inputs";
import { APP_PROVIDER, APP_TYPE } from "../resources/state-texts";
import { fileOf } from "../load-spec";
import { appPage } from "../service/control-panel";
import { appProperties } from "../resources/options/named";
import { resourceOptions, type ResourceOptions } from "./resource-options";
import { markSecrets, secretOutputs } from "./secret-outputs";
import { refuseImport } from "./import-option";
import { refusePlugAndPlay } from "./plug-and-play";
import { secretPlaces } from "./secret-inputs";
import { defaultName } from "../appspec/app-name";
import { mapsToLists } from "../appspec/lists-by-name";
import type { AppSpec } from "../appspec/types";
import type { Timeouts } from "../durations";

export interface AppArgs {
  /**
   * The AppSpec, under its own field names; `loadSpec` reads one from a file. Any part may be an Output.
   * `name` defaults to the resource's name if that is a valid app name: 2 to 32 lowercase letters, digits and dashes, starting
   * with a letter.
   */
  spec: AppSpecArgs;
  /** Id of the app's project; a change moves the app in place. @default the account's default project */
  projectId?: pulumi.Input<string> | undefined;
  /** Any values: a change starts a new deployment, even if the spec stays the same. */
  redeployOn?: pulumi.Input<Record<string, unknown>> | undefined;
  /** Also fetch the newest sources of all components with every update of the spec. @default false */
  updateSources?: pulumi.Input<boolean> | undefined;
  /** Ignore the build cache in deployments started by `redeployOn`. @default false */
  forceBuild?: pulumi.Input<boolean> | undefined;
  /** Wait until deployments have finished, and fail if they fail. @default true */
  wait?: pulumi.Input<boolean> | undefined;
  /** Time limits of operations, as durations such as `"90s"`, `"20m"`, `"1.5h"`. */
  timeouts?: DeepInput<Timeouts> | undefined;
  /**
   * Adopts an existing app instead of creating one: `true` for the app with this name, a string for the app with this id. Has no
   * effect on an app that the stack already manages. @default false
   */
  adopt?: pulumi.Input<boolean | string> | undefined;
  /**
   * Writes the spec to a file in `directory` before the app is deleted (default `app-spec-backups`, in the program's folder).
   * `false` disables the backup. The setting is stored in the state: after a change, run `pulumi up` before `pulumi destroy`.
   * @default true
   */
  backup?: pulumi.Input<boolean | { directory?: pulumi.Input<string> | undefined }> | undefined;
  /**
   * Validates new and changed specs at the service in previews, and reports the monthly cost. Skipped without a token.
   * @default true
   */
  propose?: pulumi.Input<boolean> | undefined;
  /** Maximum monthly cost in US dollars: a preview with a higher price fails. @default no limit */
  maxMonthlyCost?: pulumi.Input<number> | undefined;
  /**
   * Recipients of alerts in the spec, one entry per alert: matched by component and rule, and by operator and window if a rule
   * repeats. An entry replaces all recipients; anyone not listed is no longer notified. Changes start no deployment. Alerts
   * without an entry stay unchanged; removing an entry removes all recipients of its alert.
   */
  alertDestinations?: DeepInput<AlertDestination[]> | undefined;
  /**
   * What to do with the spec when a deployment fails: `"keep"` keeps the new spec at the service, `"rollback"` restores the spec
   * of the active deployment. The previous deployment keeps running and `pulumi up` fails either way.
   * @default "keep"
   */
  onFailedDeployment?: pulumi.Input<"keep" | "rollback"> | undefined;
  /**
   * Addresses of variables with `type: SECRET` that must be empty: `"KEY"` for a variable of the app, `"web.KEY"` for one of a
   * component. Any other SECRET variable without a value keeps the value stored at the service.
   * @default none
   */
  emptySecrets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Turns errors about unknown fields, fields in the wrong place, and words that look misspelled into warnings.
   * @default false
   */
  allowUnknown?: pulumi.Input<boolean> | undefined;
}

/**
 * An app on the DigitalOcean App Platform.
 *
 * @example
 * const app = new App("web", { spec: loadSpec("app.yaml") });
 * export const url = app.liveUrl;
 */
export class App extends pulumi.CustomResource {
  /** The applied AppSpec: the inputs that the service accepted last. */
  declare readonly spec: pulumi.Output<AppSpec>;
  /** The AppSpec at the service, with its defaults; secrets are ciphertext. */
  declare readonly liveSpec: pulumi.Output<AppSpec>;
  /** URL of the app, such as `https://web-abc12.ondigitalocean.app`; empty until its first deployment is live. */
  declare readonly liveUrl: pulumi.Output<string>;
  declare readonly liveDomain: pulumi.Output<string>;
  /** URL assigned by the service, regardless of custom domains. */
  declare readonly defaultIngress: pulumi.Output<string>;
  /** Id of the active deployment; empty if there is none. */
  declare readonly activeDeploymentId: pulumi.Output<string>;
  /** Phase of the last deployment, such as `ACTIVE` or `ERROR`. */
  declare readonly phase: pulumi.Output<string>;
  /** Slug of the region, such as `nyc`. */
  declare readonly region: pulumi.Output<string>;
  /** Slug of the tier, such as `basic`. */
  declare readonly tier: pulumi.Output<string>;
  /** Id of the app's project. */
  declare readonly project: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly updatedAt: pulumi.Output<string>;
  /** URL of the app's page in the control panel. */
  declare readonly consoleUrl: pulumi.Output<string>;

  /**
   * Reads the outputs of an existing app. The stack does not manage the app, and never changes or deletes it; to manage it, see
   * `adopt`. Secrets in its spec are replaced by a fixed text. Fails if there is no app with this id.
   *
   * @example
   * export const url = App.get("shop", "4f6c71e2-fa90-4762-8b11-3bb0bb2bd1a4").liveUrl;
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): App {
    return new App(name, undefined, { ...options, id });
  }

  /** @param args `undefined` only together with the option `id`, to read the app with that id, see {@link App.get} */
  constructor(name: string, args: AppArgs, options?: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: undefined,
    options: pulumi.CustomResourceOptions & { id: pulumi.Input<pulumi.ID> },
  );
  constructor(name: string, args: AppArgs | undefined, options?: pulumi.CustomResourceOptions) {
    refusePlugAndPlay(process.versions);
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
      // Pulumi only provides outputs that are listed here.
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
    // For an optional leak report, Pulumi captures a stack for each of four promises per property. With source maps, that takes
    // a hundredth of a second per App. This does not affect Pulumi's own record of a resource's source position.
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
    // Pulumi's constructor sets these to the forms by name; convert them to lists, the AppSpec's own form, for programs.
    const { spec: applied, __liveSpec: held } = this as unknown as Record<
      "spec" | "__liveSpec",
      pulumi.Output<unknown>
    >;
    this.spec = applied.apply(mapsToLists) as pulumi.Output<AppSpec>;
    this.liveSpec = held.apply(mapsToLists) as pulumi.Output<AppSpec>;
    // Not in the state: states of earlier versions would otherwise show a change in every refresh.
    this.consoleUrl = this.id.apply(appPage);
  }
}

/** For an app that is only read, everything comes from the service. */
const EXISTING = { spec: undefined, __get: true };

/** True if Pulumi puts previous values in ignored places of the spec. */
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
      spec: specInputs(spec, defaultName(name)),
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
