module quickstart

go 1.25

require (
	example.com/pulumi-app-platform/sdk/go v0.0.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

// The package is generated into this project by pulumi package add, not published. Pulumi's generator gives such packages
// a path below example.com, which never resolves; this line says where the package is.
replace example.com/pulumi-app-platform/sdk/go => ./sdks/app-platform
