/** A host name of the app. */
export interface AppDomain {
  /**
   * The host name, such as `app.example.com`.
   * @minLength 4
   * @maxLength 253
   * @pattern ^((xn--)?[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*\.)+[a-zA-Z]{2,}\.?$
   */
  domain: string;
  /**
   * `PRIMARY` is the one the control panel and `${APP_URL}` show; there is one at most. `ALIAS` is any other, `DEFAULT`
   * the one the service gave.
   * @default UNSPECIFIED
   */
  type?: DomainType;
  /** True takes in all names below the host name. */
  wildcard?: boolean;
  /** Zone in the account's DNS in which the service keeps the records up to date. Left out, DNS is yours to keep. */
  zone?: string;
  /** Identifier of a certificate of your own. */
  certificate?: string;
  /** Oldest version of TLS a visitor may use. In quotes in YAML. */
  minimum_tls_version?: TlsVersion;
}

/** Role of a host name. */
export type DomainType = "UNSPECIFIED" | "DEFAULT" | "PRIMARY" | "ALIAS" | (string & {});

/** Version of TLS. */
export type TlsVersion = "1.2" | "1.3" | (string & {});

/** How requests reach the app. */
export interface AppIngress {
  /** Load balancer in front of the app. */
  load_balancer?: LoadBalancer;
  /**
   * Size of the load balancer, in nodes.
   * @asType integer
   */
  load_balancer_size?: number;
  /** Rules, the first that matches wins. */
  rules?: AppIngressRule[];
  /** A header that tells the app's own edge from other callers. */
  secure_header?: SecureHeader;
  /**
   * Page shown, in a frame, while the app cannot be reached. HTTPS only, and it has to allow being framed.
   * @pattern ^https://
   */
  custom_error_page_url?: string;
}

/** Kind of load balancer. */
export type LoadBalancer = "UNKNOWN" | "DIGITALOCEAN" | (string & {});

/** Sends matching requests to a component or elsewhere: one of `component` and `redirect`. */
export interface AppIngressRule {
  /** Which requests. */
  match?: IngressMatch;
  /** The component that answers. */
  component?: IngressComponent;
  /** Where the visitor is sent instead. */
  redirect?: IngressRedirect;
  /** Which other origins may read the answers in a browser. */
  cors?: CorsPolicy;
}

/** Which requests a rule is for. */
export interface IngressMatch {
  /** Path of the request. */
  path?: IngressStringMatch;
  /** Host name of the request. */
  authority?: IngressStringMatch;
}

/** One of `prefix` and `exact`. */
export interface IngressStringMatch {
  /**
   * `/api` stands for `/api`, `/api/` and all below. An empty text is valid and matches everything.
   * @maxLength 256
   */
  prefix?: string;
  /**
   * The whole text. An empty text is valid.
   * @maxLength 256
   */
  exact?: string;
}

/** A component that answers requests. */
export interface IngressComponent {
  /** Name of a component of this app. */
  name: string;
  /**
   * True hands the path on as it is; otherwise the matched prefix is cut off. Not together with `rewrite`, not for
   * functions.
   * @default false
   */
  preserve_path_prefix?: boolean;
  /** Text that takes the place of the matched prefix. Not together with `preserve_path_prefix`. */
  rewrite?: string;
}

/** Where a visitor is sent. */
export interface IngressRedirect {
  /** New path; it replaces the whole path and query of the request. */
  uri?: string;
  /** New host name or IP address. */
  authority?: string;
  /**
   * New port.
   * @asType integer
   */
  port?: number;
  /**
   * `http` or `https`.
   * @default https
   */
  scheme?: RedirectScheme;
  /**
   * HTTP status of the redirect: 300, 301, 302, 303, 304, 307 or 308.
   * @asType integer
   * @default 302
   */
  redirect_code?: number;
}

/** Scheme of an address. */
export type RedirectScheme = "http" | "https" | (string & {});

/** A header with a value only the app's edge knows. */
export interface SecureHeader {
  /** Name of the header. */
  key?: string;
  /** Its value. Treated as secret. */
  value?: string;
  /** True takes the header off before the request reaches the component. */
  remove_header?: boolean;
}

/** Which other origins may read answers in a browser. */
export interface CorsPolicy {
  /** Origins that may. */
  allow_origins?: StringMatch[];
  /** Methods they may use. */
  allow_methods?: string[];
  /** Request headers they may send. */
  allow_headers?: string[];
  /** Answer headers they may read. */
  expose_headers?: string[];
  /** How long a browser may remember this, as a duration such as `5h30m`. */
  max_age?: string;
  /** True lets requests carry credentials. */
  allow_credentials?: boolean;
}

/** One of `exact`, `prefix` and `regex`. */
export interface StringMatch {
  /**
   * The whole text.
   * @maxLength 256
   */
  exact?: string;
  /**
   * How the text starts.
   * @maxLength 256
   * @deprecated use exact or regex
   */
  prefix?: string;
  /**
   * An RE2 expression.
   * @minLength 1
   * @maxLength 256
   */
  regex?: string;
}

/** A path that belongs to a component; the way before ingress rules. */
export interface AppRoute {
  /** Path prefix, starting with a slash; unique in the app. */
  path?: string;
  /**
   * True hands the path on as it is; otherwise the prefix is cut off.
   * @default false
   */
  preserve_path_prefix?: boolean;
}

/** How the app calls out. */
export interface AppEgress {
  /**
   * `DEDICATED_IP` gives the app addresses of its own, at a price.
   * @default AUTOASSIGN
   */
  type?: EgressType;
}

/** Addresses an app calls out from. */
export type EgressType = "AUTOASSIGN" | "DEDICATED_IP" | (string & {});

/** Takes the app offline. */
export interface AppMaintenance {
  /** True shows the offline page instead of the app. */
  enabled?: boolean;
  /** True stops the app's instances too; it implies `enabled`. */
  archive?: boolean;
  /** Address of an offline page of your own. */
  offline_page_url?: string;
}

/** A private network. */
export interface AppVpc {
  /** Identifier of the network. */
  id?: string;
  /** Addresses of the app in the network; the service fills them in. */
  egress_ips?: VpcEgressIp[];
}

/** An address in a private network. */
export interface VpcEgressIp {
  /** IP address. */
  ip?: string;
}
