import { restartApp } from "../functions/apps";
import { componentNames, near, notFound } from "../service/find";
import { appOf, clientOf, confirm, only, type Command } from "./command";
import { operationOf, started, timeoutOf, WRITE_HELP, WRITE_OPTIONS } from "./operation";

export const restart: Command = {
  summary: "restart an app or some of its components",
  help: `Usage: app-platform restart <app> [component]... [options]

<app> is a name or an id. Replaces the running containers, without a build; by
default those of all components.

Options:
${WRITE_HELP}
Exit codes: 0 started, or finished with --wait; 1 failure; 2 usage error.
`,
  options: WRITE_OPTIONS,
  async run(values, [argument, ...components], io) {
    const name = only(argument === undefined ? [] : [argument], "app");
    timeoutOf(values);
    const client = clientOf(io);
    const app = await appOf(client, name);
    const known = componentNames(app);
    const label = app.spec.name ?? app.id;
    for (const component of components)
      if (!known.includes(component))
        throw notFound(`no component ${component} in the app ${label}`, near(component, known, "components"));
    const what = components.length > 0 ? `${components.join(", ")} of ${label}` : label;
    await confirm(values, io, `Restart ${what}?`);
    const args = components.length > 0 ? { components } : {};
    const deployment = await restartApp(client, app.id, args, { preview: false });
    return started(operationOf(client, io), app, deployment, values, io);
  },
};
