// The package appplatform is generated into sdks/app-platform; for its path, see go.mod and docs/plugin.md.
package main

import (
	"example.com/pulumi-app-platform/sdk/go/appplatform"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		conf := config.New(ctx, "")
		app, err := appplatform.NewApp(ctx, "quickstart", &appplatform.AppArgs{
			// pulumi config set appSpec app-spec-backups/….yaml: creates the app from the backup of a deleted one.
			SpecFile: pulumi.String(or(conf.Get("appSpec"), "app.yaml")),
			// pulumi config set --secret sessionKey …
			Secrets: pulumi.StringMap{"web.SESSION_KEY": sessionKey(conf)},
			// pulumi config set release 2: deploys the same spec again, from the newest sources.
			RedeployOn: pulumi.Map{"release": pulumi.String(or(conf.Get("release"), "1"))},
		})
		if err != nil {
			return err
		}
		ctx.Export("url", app.LiveUrl)
		ctx.Export("deployment", app.ActiveDeploymentId)
		return nil
	})
}

func sessionKey(conf *config.Config) pulumi.StringInput {
	if key, err := conf.TrySecret("sessionKey"); err == nil {
		return key
	}
	return pulumi.String("only-for-trying-it-out")
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
