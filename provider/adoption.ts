import { appPage } from "./control-panel";

/** A resource of this stack that manages an app. */
export interface Manager {
  /** In the program. */
  readonly name: string;
  /** True where the program still declares it. */
  readonly isDeclared: boolean;
  /** The name that its app has after this run, where it is known. */
  readonly declaredName?: string | undefined;
}

/** What is known about an app that has a name which an App of the program needs. */
export interface NameHolder {
  readonly name: string;
  readonly id: string;
  /** Where this run has shown one. */
  readonly manager?: Manager | undefined;
  /** A free name that the service suggests. */
  readonly suggestion?: string | undefined;
}

/** Why an app of this name cannot be created, and the line of each way out. */
export function nameIsTaken({ name, id, manager, suggestion }: NameHolder): string {
  const what = `An app named ${name} already exists (id ${id}, ${appPage(id)})`;
  const other = suggestion ? `, such as ${suggestion}` : "";
  if (manager?.isDeclared)
    return `${what}, and the resource ${manager.name} of this program manages it. Choose another name${other}.`;
  const old = JSON.stringify(manager?.name ?? "OLD_NAME");
  return [
    manager === undefined ? `${what}.` : `${what}. The resource ${manager.name} of this stack manages it.`,
    `- If another resource of this program managed it until now (renamed or moved), add to this App's options: aliases: [{ name: ${old} }]`,
    "- To replace the app that this resource manages, add to its options: deleteBeforeReplace: true",
    `- If the app comes from elsewhere, or from a run that was killed, add to this App's arguments: adopt: ${JSON.stringify(id)}`,
    `- Otherwise, choose another name${other}.`,
  ].join("\n");
}

/** The same where the app is deleted first if this is a replacement. */
export function mayBeReplaced(name: string, id: string): string {
  return (
    `An app named ${name} already exists (id ${id}, ${appPage(id)}). If this update replaces it, it is deleted first, with the data ` +
    "of its dev databases. If it is another app, the update fails because of its name."
  );
}

/** The same where nobody can say which app has the name. */
export function nameIsNotFree(name: string, suggestion?: string): string {
  const other = suggestion ? `, such as ${suggestion}` : "";
  return `The name ${name} is taken. Choose another${other}; or, if that app is yours, add adopt: true.`;
}

/** What a preview says of an app that Pulumi is about to show as one that is created. */
export function isAdopted(adopt: string | true, name: string): string {
  const app = adopt === true ? `The app named ${name}` : `The app with the id ${adopt}`;
  return `${app} is adopted: no other is created.`;
}

/** Why an app cannot be adopted that another resource of the program manages. */
export function isManaged(id: string, manager: string, adopter: string): string {
  return (
    `adopt: ${manager} already manages the app ${id}, so ${adopter} cannot adopt it. ` +
    `Remove adopt from ${adopter} and give it another name; or, if ${adopter} is the new name of ${manager}, remove ${manager} and ` +
    `add to the options of ${adopter}: aliases: [{ name: ${JSON.stringify(manager)} }]`
  );
}

/** Why an App cannot be replaced as it is declared; undefined where it can. */
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
      "Add to its options: deleteBeforeReplace: true. The old app is then deleted first, with the data of its dev databases."
    );
  if (typeof adopt === "string")
    return `adopt: this App is to be replaced by a new app, so it cannot adopt the app ${adopt}. Remove adopt.`;
  return undefined;
}

/**
 * What a deletion reports that deletes nothing at the service.
 * @param heir the resource that manages the app now; absent where it is the same one, after a replacement
 */
export function isLeft(id: string, name: string | undefined, heir: string | undefined): string {
  const app = name === undefined ? `The app with the id ${id}` : `The app ${name} (id ${id})`;
  return heir === undefined
    ? `${app} is not deleted, because this resource adopts it again. To replace the app, remove adopt.`
    : `${app} is not deleted, because the resource ${heir} manages it now. Only this resource is removed from the state.`;
}
