// The same inputs in dynamic resources that do nothing: the time that Pulumi itself takes.
const pulumi = require("@pulumi/pulumi");

const provider =
  "exports.handler=()=>({check:async(o,n)=>({inputs:n}),diff:async()=>({changes:false}),create:async i=>({id:'1',outs:i})})";

for (let index = 0; index < Number(process.env.COUNT); index++) {
  new pulumi.CustomResource("pulumi-nodejs:dynamic/bench:Plain", `app-${String(index).padStart(3, "0")}`, {
    __provider: provider,
    spec: {
      region: "fra",
      services: {
        web: {
          image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.27" },
          http_port: 80,
          instance_count: 1,
          instance_size_slug: "apps-s-1vcpu-0.5gb",
          envs: {
            GREETING: { value: "hello", scope: "RUN_TIME" },
            SESSION_KEY: { value: pulumi.secret(`secret of ${index}`), scope: "RUN_TIME", type: "SECRET" },
          },
        },
      },
    },
  });
}
