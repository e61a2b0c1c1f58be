/** Why an app of this name cannot be created, and the line that takes over the one that is there. */
export function nameIsTaken(name: string, id: string, suggestion?: string): string {
  const other = suggestion ? `, such as ${suggestion}` : "";
  return (
    `An app named ${name} exists already (id ${id}), and this stack does not manage it. ` +
    `To take it over, add adopt: ${JSON.stringify(id)} to the arguments of this App; or choose another name${other}. ` +
    "If a run of this program was killed, it may have made the app."
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
