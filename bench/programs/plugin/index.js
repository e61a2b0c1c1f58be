// COUNT resources of the type TYPE, which a plugin provides.
const pulumi = require("@pulumi/pulumi");

for (let index = 0; index < Number(process.env.COUNT); index++) {
  const spec = JSON.parse(process.env.SPEC);
  spec.services[0].envs.at(-1).value = pulumi.secret(`secret of ${index}`);
  new pulumi.CustomResource(process.env.TYPE, `app-${String(index).padStart(3, "0")}`, { spec });
}
