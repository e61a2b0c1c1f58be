import type { Api, Deps } from "./context";

/** The account behind the token. */
export function accountRoutes(api: Api, deps: Deps): void {
  api.get("/v2/account", (c) =>
    c.json({
      account: {
        uuid: deps.store().owner,
        email: "sammy@example.com",
        email_verified: true,
        name: "Sammy the Shark",
        status: "active",
        status_message: "",
        droplet_limit: 25,
        floating_ip_limit: 3,
        volume_limit: 100,
        team: { uuid: deps.store().owner, name: "My Team" },
      },
    }),
  );
}
