// COUNT apps, each with a secret, which other tools always show as changed.
const { App } = require("pulumi-app-platform");

for (let index = 0; index < Number(process.env.COUNT); index++) {
  new App(`app-${String(index).padStart(3, "0")}`, {
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
            { key: "SESSION_KEY", value: `secret of ${index}`, scope: "RUN_TIME", type: "SECRET" },
          ],
        },
      ],
    },
  });
}
