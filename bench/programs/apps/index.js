// COUNT apps, each with a secret, which other tools always show as changed. PREFIX distinguishes those of several stacks.
const { App } = require("pulumi-app-platform");

for (let index = 0; index < Number(process.env.COUNT); index++) {
  const spec = JSON.parse(process.env.SPEC);
  spec.services[0].envs.at(-1).value = `secret of ${index}`;
  new App(`${process.env.PREFIX ?? "app"}-${String(index).padStart(3, "0")}`, { spec });
}
