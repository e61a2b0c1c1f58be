// COUNT resources of the type TYPE, which a plugin provides.
const pulumi = require("@pulumi/pulumi");

for (let index = 0; index < Number(process.env.COUNT); index++) {
  const name = `app-${String(index).padStart(3, "0")}`;
  new pulumi.CustomResource(process.env.TYPE, name, {
    spec: {
      region: "fra",
      services: [
        {
          name: "web",
          image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.27" },
          http_port: 80,
          instance_count: 1,
          instance_size_slug: "apps-s-1vcpu-0.5gb",
          envs: [
            { key: "GREETING", value: "hello", scope: "RUN_TIME" },
            {
              key: "SESSION_KEY",
              value: pulumi.secret(`secret of ${index}`),
              scope: "RUN_TIME",
              type: "SECRET",
            },
          ],
        },
      ],
    },
  });
}
