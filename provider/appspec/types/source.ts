/** A Git repository that can be cloned over HTTPS without credentials. Does not deploy on push. */
export interface GitSource {
  /** Clone URL, such as `https://example.com/owner/repo.git`. */
  repo_clone_url?: string;
  /** Branch to build. */
  branch?: string;
}

/** A repository on GitHub that the account has access to. */
export interface GitHubSource {
  /** `owner/repo`. */
  repo?: string;
  /** Branch to build. */
  branch?: string;
  /**
   * True deploys every new commit of the branch.
   * @default false
   */
  deploy_on_push?: boolean;
}

/** A repository on GitLab that the account has access to. */
export interface GitLabSource {
  /** `owner/repo`, including all subgroups. */
  repo?: string;
  /** Branch to build. */
  branch?: string;
  /**
   * True deploys every new commit of the branch.
   * @default false
   */
  deploy_on_push?: boolean;
}

/** A repository on Bitbucket that the account has access to. */
export interface BitbucketSource {
  /** `owner/repo`. */
  repo?: string;
  /** Branch to build. */
  branch?: string;
  /**
   * True deploys every new commit of the branch.
   * @default false
   */
  deploy_on_push?: boolean;
}

/** A container image that is ready to run; nothing is built. */
export interface ImageSource {
  /** Type of the registry: DigitalOcean Container Registry (`DOCR`), Docker Hub or GitHub Container Registry (`GHCR`). */
  registry_type?: RegistryType;
  /**
   * Name of the registry. For Docker Hub and GitHub, the owner of the image, such as `library` for official Docker Hub images.
   * For `DOCR`, one of the account's registries; required only if the account has several.
   */
  registry?: string;
  /** Name of the repository in the registry. */
  repository?: string;
  /**
   * Tag of the image. Mutually exclusive with `digest`.
   * @default latest
   */
  tag?: string;
  /** Digest of the image, `sha256:…`. Mutually exclusive with `tag`. */
  digest?: string;
  /** `user:token` for a private image on Docker Hub or GitHub. Secret: App Platform returns ciphertext. */
  registry_credentials?: string;
  /** Deploys when the tag is pushed again. Requires `DOCR` and a tag. */
  deploy_on_push?: ImageDeployOnPush;
}

/** Kind of container registry. */
export type RegistryType = "UNSPECIFIED" | "DOCR" | "DOCKER_HUB" | "GHCR" | (string & {});

/** Automatic deployment of pushed images. */
export interface ImageDeployOnPush {
  /**
   * True deploys every new image pushed to the tag.
   * @default false
   */
  enabled?: boolean;
}

/** An environment variable. */
export interface AppVariable {
  /**
   * Name of the variable: letters, digits and underscores, not starting with a digit.
   * @pattern ^[_A-Za-z][_A-Za-z0-9]*$
   */
  key: string;
  /**
   * Value of the variable, always a string. May reference other parts of the app, such as `${db.DATABASE_URL}` or
   * `${APP_URL}`. For type `SECRET`, App Platform returns ciphertext, `EV[…]`.
   */
  value?: string;
  /**
   * When the variable is available: at run time, at build time, or both.
   * @default RUN_AND_BUILD_TIME
   */
  scope?: VariableScope;
  /**
   * `SECRET` values are encrypted by App Platform and cannot be read again.
   * @default GENERAL
   */
  type?: VariableType;
}

/** When an environment variable is available. */
export type VariableScope = "UNSET" | "RUN_TIME" | "BUILD_TIME" | "RUN_AND_BUILD_TIME" | (string & {});

/** Whether an environment variable is readable or encrypted. */
export type VariableType = "GENERAL" | "SECRET" | (string & {});
