// Not tested: the machine that tests this repository has no .NET.
// The package Pulumi.AppPlatform is generated: see docs/plugin.md.
using System.Collections.Generic;
using Pulumi;
using AppPlatform = Pulumi.AppPlatform;

return await Deployment.RunAsync(() =>
{
    var config = new Config();
    var sessionKey = config.GetSecret("sessionKey") ?? Output.CreateSecret("only-for-trying-it-out");

    var app = new AppPlatform.App("quickstart", new AppPlatform.AppArgs
    {
        // pulumi config set appSpec app-spec-backups/….yaml: creates the app from the backup of a deleted one.
        SpecFile = config.Get("appSpec") ?? "app.yaml",
        // pulumi config set --secret sessionKey …
        Secrets = { { "web.SESSION_KEY", sessionKey } },
        // pulumi config set release 2: deploys the same spec again, from the newest sources.
        RedeployOn = { { "release", config.Get("release") ?? "1" } },
    });

    return new Dictionary<string, object?>
    {
        ["url"] = app.LiveUrl,
        ["deployment"] = app.ActiveDeploymentId,
    };
});
