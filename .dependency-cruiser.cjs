/**
 * Dependencies point downward: a module imports modules of its own room and of rooms below it. `npm run lint` checks it, and
 * `npm run rooms` prints the picture.
 */

/** Rooms of provider/ from the top down. Rooms on one line do not import each other. */
const PROVIDER = [
  ["index", "cli", "provider"],
  ["dynamic"],
  ["load-spec"],
  ["functions"],
  ["resources"],
  ["deploy", "logs"],
  ["host", "service"],
  ["api"],
  ["net"],
  ["secrets"],
  ["appspec"],
  ["errors", "clock", "durations", "deployment-phases"],
  ["error-codes", "text"],
];

const EMULATOR = [
  ["cli"],
  ["index"],
  ["server"],
  ["websockets"],
  ["routes"],
  ["http"],
  ["views"],
  ["snapshot", "logs"],
  ["assumptions"],
  ["model"],
  ["clock", "errors"],
];

/** Matches every file of these rooms, be they folders or single files. */
const files = (folder, rooms) => `^${folder}/(${rooms.join("|")})(/|\\.ts$)`;

/** One rule for each floor: nothing above it, and no neighbor on the same floor. */
const downward = (folder, floors) =>
  floors.flatMap((floor, index) =>
    floor.map((room) => ({
      name: `${folder}/${room} imports only rooms below it`,
      severity: "error",
      from: { path: files(folder, [room]) },
      to: {
        path: files(
          folder,
          floors
            .slice(0, index + 1)
            .flat()
            .filter((other) => other !== room),
        ),
      },
    })),
  );

/** Everything below the front ends. */
const CORE = PROVIDER.slice(PROVIDER.findIndex((floor) => floor.includes("functions"))).flat();

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "every module is in a room",
      severity: "error",
      from: {
        path: "^(provider|emulator)/",
        pathNot: [files("provider", PROVIDER.flat()), files("emulator", EMULATOR.flat())],
      },
      to: {},
    },
    ...downward("provider", PROVIDER),
    ...downward("emulator", EMULATOR),
    {
      name: "the plugin is a front end beside the TypeScript one",
      severity: "error",
      from: { path: "^plugin/" },
      to: { path: files("provider", ["index", "cli", "provider", "dynamic"]) },
    },
    {
      name: "nothing in provider/ needs the plugin",
      severity: "error",
      from: { path: "^provider/" },
      to: { path: "^plugin/" },
    },
    {
      name: "the core does not know how Pulumi calls it",
      severity: "error",
      from: { path: files("provider", CORE) },
      to: { path: "@pulumi/pulumi" },
    },
    {
      name: "appspec is pure",
      severity: "error",
      from: { path: files("provider", ["appspec"]) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "the product does not need the emulator",
      severity: "error",
      from: { path: "^provider/" },
      to: { path: ["^emulator/", "app-platform-emulator"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|^provider/plugin/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
    reporterOptions: {
      mermaid: { minify: false },
      archi: { collapsePattern: "^(provider|emulator)/[^/]+" },
    },
  },
};
