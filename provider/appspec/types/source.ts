/** Any repository that can be cloned over HTTPS without credentials. Does not deploy on push. */
export interface GitSource {
  /** Address to clone from, such as `https://example.com/owner/repo.git`. */
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
  /** `owner/repo`, with all groups in between. */
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
  /** Where the image lies: the account's own registry (`DOCR`), Docker Hub or the GitHub registry. */
  registry_type?: RegistryType;
  /**
   * Name of the registry. On Docker Hub and GitHub the owner of the image, such as `library` for the official images of Docker
   * Hub; for `DOCR` one of the account's registries, needed only where it has several.
   */
  registry?: string;
  /** Name of the repository in the registry. */
  repository?: string;
  /**
   * Tag of the image. Not together with `digest`.
   * @default latest
   */
  tag?: string;
  /** Digest of the image, `sha256:…`. Not together with `tag`. */
  digest?: string;
  /** `user:token` for a private image on Docker Hub or GitHub. Secret: the service answers with ciphertext. */
  registry_credentials?: string;
  /** Deploys when the tag is pushed again. Only for `DOCR`, and only by tag. */
  deploy_on_push?: ImageDeployOnPush;
}

/** Kind of container registry. */
export type RegistryType = "UNSPECIFIED" | "DOCR" | "DOCKER_HUB" | "GHCR" | (string & {});

/** Whether a pushed image is deployed. */
export interface ImageDeployOnPush {
  /**
   * True deploys every new image under the tag.
   * @default false
   */
  enabled?: boolean;
}

/** An environment variable. */
export interface AppVariable {
  /**
   * Name of the variable: letters, digits and underscores, no digit first.
   * @pattern ^[_A-Za-z][_A-Za-z0-9]*$
   */
  key: string;
  /**
   * Its value, always text. May refer to other parts of the app, such as `${db.DATABASE_URL}` or `${APP_URL}`. For type
   * `SECRET` the service answers with ciphertext, `EV[…]`.
   */
  value?: string;
  /**
   * When the variable is there: while the app runs, while it is built, or both.
   * @default RUN_AND_BUILD_TIME
   */
  scope?: VariableScope;
  /**
   * `SECRET` has the service encrypt the value for good.
   * @default GENERAL
   */
  type?: VariableType;
}

/** When an environment variable is there. */
export type VariableScope = "UNSET" | "RUN_TIME" | "BUILD_TIME" | "RUN_AND_BUILD_TIME" | (string & {});

/** Whether an environment variable is readable or encrypted. */
export type VariableType = "GENERAL" | "SECRET" | (string & {});
