import type { App } from "../../api/types";
import { appPage } from "../../service/control-panel";
import { AppPlatformError } from "../../errors";
import type { Plan } from "../../appspec/plan";
import type { ProgramTexts } from "../../text/program-texts";
import { resourceName } from "../urn";

/** A resource of this stack that manages an app. */
export interface Manager {
  readonly urn: string;
  /** True if it is the same resource that needs the app's name: it will be replaced. */
  readonly isOwn: boolean;
  /** True if the program still declares it. */
  readonly isDeclared: boolean;
  /** The name of its app after this run, if known. */
  readonly declaredName?: string | undefined;
}

/** Undefined if unknown, null if no resource of the stack manages the app. */
export type ManagerOf = (appId: string) => Promise<Manager | undefined | null>;

/** An app that already has the name of an App in the program. */
export interface NameHolder {
  readonly name: string;
  readonly id: string;
  /** Null if no resource of this stack manages it. */
  readonly manager?: Manager | undefined | null;
  /** A free name that the service suggests. */
  readonly suggestion?: string | undefined;
}

const existing = (name: string, id: string): string =>
  `An app named ${name} already exists (id ${id}, ${appPage(id)})`;

/** Uses the full URN if both resources have the same name, which is possible under different parents. */
const resource = (urn: string, other = ""): string =>
  resourceName(urn) === resourceName(other) ? urn : resourceName(urn);

const replaceIt =
  "To replace it, set this App's option deleteBeforeReplace to true. The app is then deleted first, with the data of its dev databases.";

/** Why an app of this name cannot be created, with one line per solution. */
export function nameIsTaken(
  { name, id, manager, suggestion }: NameHolder,
  { addAlias, addArgument }: ProgramTexts,
): string {
  const what = existing(name, id);
  const other = suggestion ? `, such as ${suggestion}` : "";
  if (manager?.isOwn) return `${what}, and this resource manages it. ${replaceIt}`;
  if (manager?.isDeclared)
    return `${what}, and the resource ${resource(manager.urn)} of this program manages it. Choose another name${other}.`;
  const choose = `- Otherwise, choose another name${other}.`;
  if (manager)
    return [
      `${what}. The resource ${manager.urn} of this stack manages it.`,
      `- If this App is that resource, renamed or moved, ${addAlias({ urn: manager.urn })}`,
      `- If this App takes the app over, and the program no longer has that resource, ${addArgument("adopt", id)}`,
      choose,
    ].join("\n");
  return [
    `${what}.`,
    `- If another resource of this program managed it until now (renamed or moved), ${addAlias({ name: "OLD_NAME" })}; after a move, the old URN`,
    "- To replace the app that this resource manages, set its option deleteBeforeReplace to true",
    `- If the app comes from elsewhere, or from a run that was killed, ${addArgument("adopt", id)}`,
    choose,
  ].join("\n");
}

/** Why an app cannot be renamed. */
export function newNameIsTaken({ name, id, manager, suggestion }: NameHolder): string {
  const whose = manager ? `, and the resource ${resource(manager.urn)} of this stack manages it` : "";
  const other = suggestion ? `, such as ${suggestion}` : "";
  return (
    `${existing(name, id)}${whose}, so this app cannot get that name. ` +
    `Choose another name${other}, or rename or delete that app first.`
  );
}

/**
 * The preview's warning for an app that Pulumi replaces.
 * @param lost the data that is lost, one sentence each
 */
export function isReplaced(name: string, when: keyof typeof ORDERS, lost: readonly string[]): string {
  return [`This App is replaced: the app ${name} ${ORDERS[when]}`, ...lost].join(" ");
}

const ORDERS = {
  first: "is deleted first, and then a new one is created.",
  afterwards: "is deleted after a new one is created.",
  open:
    "is deleted first if this App's option deleteBeforeReplace is set, and then a new one is created. " +
    "Otherwise, the update fails, because the name is taken.",
};

/** The same if it is unknown whether this is a replacement that deletes the app first. */
export function mayBeReplaced(name: string, id: string, isOrderOpen: boolean): string {
  const needed = isOrderOpen ? ", provided that this App's option deleteBeforeReplace is set" : "";
  return (
    `${existing(name, id)}. If this update replaces it, it is deleted first${needed}, with the data of its dev databases. ` +
    "If it is another app, the update fails because of its name."
  );
}

/** The same if it is unknown which app has the name. */
export function nameIsNotFree(name: string, { addArgument }: ProgramTexts, suggestion?: string): string {
  const other = suggestion ? `, such as ${suggestion}` : "";
  return `The name ${name} is taken. Choose another${other}; or, if that app is yours, ${addArgument("adopt", true)}.`;
}

/** Why an app cannot be adopted by its id. */
export function idIsUnknown(id: string, name: string | undefined): AppPlatformError {
  const other = name === undefined ? "" : `, or set adopt to true for the app named ${name}`;
  return new AppPlatformError(
    "invalid-input",
    `adopt: there is no app with the id ${id}. Check the id${other}.`,
  );
}

/** The preview's line for an adopted app, which Pulumi itself shows as created. */
export function adoptsApp({ spec, id }: App, { action, possible }: Plan): string {
  const adopts = `Adopts the app ${spec.name ?? ""} (id ${id}) instead of creating one`;
  if (action === "update") return `${adopts}, and updates it.`;
  if (action === "redeploy") return `${adopts}. None of its deployments is active, so a new one is started.`;
  if (action === "resume") return `${adopts}, and waits for its deployment in progress.`;
  return possible ? `${adopts}.` : `${adopts}. It already matches the program, so nothing is deployed.`;
}

const names = (one: string, other: string): string => `${resource(one, other)} and ${resource(other, one)}`;

/** Why a program cannot have two Apps of the same name. */
export const bothNamed = (name: string, one: string, other: string): string =>
  `spec.name: ${names(one, other)} both have the name ${name}. App names are unique within an account; rename one of them.`;

/** Why two Apps cannot adopt the same app. */
export const bothAdopt = (id: string, one: string, other: string): string =>
  `adopt: ${names(one, other)} both adopt the app ${id}. An app can be managed by one resource only; remove one of them.`;

/** Why two resources of the state cannot both stay in the program. */
export const isShared = (id: string, one: string, other: string): string =>
  `${names(one, other)} both manage the app ${id}. Remove one of them from the program, and run pulumi up: the app is not deleted. ` +
  `To give ${resource(other, one)} an app of its own instead, run: pulumi state delete ${JSON.stringify(other)}`;

/**
 * Why an app cannot be adopted if another resource of the program manages it.
 * @param urn URN of that resource
 * @param adopter URN of the adopting resource
 */
export function isManaged(id: string, urn: string, adopter: string): string {
  const [manager, other] = [resource(urn, adopter), resource(adopter, urn)];
  return (
    `adopt: ${manager} already manages the app ${id}, so ${other} cannot adopt it. ` +
    `Remove adopt from ${other} and give it another name; or, if ${other} is the new name of ${manager}, remove ${manager} and ` +
    `add to the options of ${other} the alias ${JSON.stringify(urn)}`
  );
}

/** Why an App cannot be replaced as declared; undefined if it can. */
export function cannotBeReplaced(options: {
  readonly name: unknown;
  /** The name in the state. */
  readonly recorded: string;
  readonly adopt: unknown;
  readonly deleteBeforeReplace: boolean;
}): string | undefined {
  const { name, recorded, adopt, deleteBeforeReplace } = options;
  if (name === recorded && !deleteBeforeReplace)
    return (
      `This App is to be replaced, but the new app cannot have the name ${recorded} while the old one exists. ` +
      "Set its option deleteBeforeReplace to true. The old app is then deleted first, with the data of its dev databases."
    );
  if (typeof adopt === "string")
    return `adopt: this App is to be replaced by a new app, so it cannot adopt the app ${adopt}. Remove adopt.`;
  return undefined;
}

const theApp = (id: string, name: string | undefined): string =>
  name === undefined ? `The app with the id ${id}` : `The app ${name} (id ${id})`;

/**
 * The warning of a deletion that deletes nothing at the service.
 * @param heir URN of the resource that manages the app now; absent if it is the same one, after a replacement
 */
export function isLeft(id: string, name: string | undefined, heir: string | undefined, urn = ""): string {
  return heir === undefined
    ? `${theApp(id, name)} is not deleted, because this resource still manages it. ` +
        "To replace the app, set its option deleteBeforeReplace to true, and remove adopt if it is an id."
    : `${theApp(id, name)} is not deleted, because the resource ${resource(heir, urn)} manages it now. ` +
        "Only this resource is removed from the state.";
}

/**
 * Why a deletion fails: the app belongs to a resource of the program that could not be created.
 * @param heir URN of that resource
 */
export function isKept(id: string, name: string | undefined, heir: string, urn: string): string {
  const alias = `, or add the alias ${JSON.stringify(urn)} to its options if it is the new name of this one`;
  return (
    `${theApp(id, name)} is not deleted, because the resource ${resource(heir, urn)} needs its name, and its creation failed. ` +
    `Fix that first${heir === urn ? "" : alias}.`
  );
}
