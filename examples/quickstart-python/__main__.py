"""The package pulumi_app_platform is generated: see docs/plugin.md."""

import pulumi
from pulumi_app_platform import App

config = pulumi.Config()

app = App(
    "quickstart",
    # pulumi config set appSpec app-spec-backups/….yaml: creates the app from the backup of a deleted one.
    spec_file=config.get("appSpec") or "app.yaml",
    # pulumi config set --secret sessionKey …
    secrets={"web.SESSION_KEY": config.get_secret("sessionKey") or "only-for-trying-it-out"},
    # pulumi config set release 2: deploys the same spec again, from the newest sources.
    redeploy_on={"release": config.get("release") or "1"},
)

pulumi.export("url", app.live_url)
pulumi.export("deployment", app.active_deployment_id)
