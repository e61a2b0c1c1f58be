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
   * `PRIMARY` is the domain shown in the control panel and in `${APP_URL}`; an app has at most one. `ALIAS` is any other
   * domain, `DEFAULT` the one assigned by App Platform.
   * @default UNSPECIFIED
   */
  type?: DomainType;
  /** True includes all subdomains of the host name. */
  wildcard?: boolean;
  /** DNS zone in the account in which App Platform maintains the records. If omitted, you maintain the DNS records. */
  zone?: string;
  /** ID of a custom certificate. */
  certificate?: string;
  /** Minimum TLS version for clients. Quote it in YAML. */
  minimum_tls_version?: TlsVersion;
}

/** Role of a host name. */
export type DomainType = "UNSPECIFIED" | "DEFAULT" | "PRIMARY" | "ALIAS" | (string & {});

/** TLS version. */
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
  /** Routing rules; the first match applies. */
  rules?: AppIngressRule[];
  /** A header that identifies requests from the app's own edge. */
  secure_header?: SecureHeader;
  /**
   * Page shown in a frame while the app is unavailable. Must use HTTPS and allow being framed.
   * @pattern ^https://
   */
  custom_error_page_url?: string;
}

/** Kind of load balancer. */
export type LoadBalancer = "UNKNOWN" | "DIGITALOCEAN" | (string & {});

/** Routes matching requests to a component or redirects them. Set exactly one of `component` and `redirect`. */
export interface AppIngressRule {
  /** Requests the rule applies to. */
  match?: IngressMatch;
  /** Component that handles the requests. */
  component?: IngressComponent;
  /** Target of the redirect. */
  redirect?: IngressRedirect;
  /** Origins allowed to read responses in a browser (CORS). */
  cors?: CorsPolicy;
}

/** Requests an ingress rule applies to. */
export interface IngressMatch {
  /** Path of the request. */
  path?: IngressStringMatch;
  /** Host name of the request. */
  authority?: IngressStringMatch;
}

/** A string to match. Set one of `prefix` and `exact`. */
export interface IngressStringMatch {
  /**
   * Prefix to match: `/api` matches `/api`, `/api/` and everything below. An empty string is valid and matches everything.
   * @maxLength 256
   */
  prefix?: string;
  /**
   * Exact string to match. An empty string is valid.
   * @maxLength 256
   */
  exact?: string;
}

/** A component that handles requests. */
export interface IngressComponent {
  /** Name of a component of this app. */
  name: string;
  /**
   * True forwards the path unchanged; otherwise the matched prefix is removed. Mutually exclusive with `rewrite`; not
   * available for functions.
   * @default false
   */
  preserve_path_prefix?: boolean;
  /** Replacement for the matched prefix. Mutually exclusive with `preserve_path_prefix`. */
  rewrite?: string;
}

/** Target of a redirect. */
export interface IngressRedirect {
  /** New path. Replaces the whole path and query of the request. */
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

/** A header whose value only the app's edge knows. */
export interface SecureHeader {
  /** Name of the header. */
  key?: string;
  /** Its value. Treated as secret. */
  value?: string;
  /** True removes the header before the request reaches the component. */
  remove_header?: boolean;
}

/** CORS policy: origins allowed to read responses in a browser. */
export interface CorsPolicy {
  /** Allowed origins. */
  allow_origins?: StringMatch[];
  /** Allowed methods. */
  allow_methods?: string[];
  /** Allowed request headers. */
  allow_headers?: string[];
  /** Response headers exposed to the browser. */
  expose_headers?: string[];
  /** How long a browser may cache the policy, such as `5h30m`. */
  max_age?: string;
  /** True allows requests with credentials. */
  allow_credentials?: boolean;
}

/** A string to match. Set one of `exact`, `prefix` and `regex`. */
export interface StringMatch {
  /**
   * Exact string to match.
   * @maxLength 256
   */
  exact?: string;
  /**
   * Prefix to match.
   * @maxLength 256
   * @deprecated use exact or regex
   */
  prefix?: string;
  /**
   * RE2 regular expression to match.
   * @minLength 1
   * @maxLength 256
   */
  regex?: string;
}

/** A path routed to a component. Replaced by ingress rules. */
export interface AppRoute {
  /** Path prefix, starting with a slash; unique in the app. */
  path?: string;
  /**
   * True forwards the path unchanged; otherwise the prefix is removed.
   * @default false
   */
  preserve_path_prefix?: boolean;
}

/** Outbound traffic of the app. */
export interface AppEgress {
  /**
   * `DEDICATED_IP` gives the app its own IP addresses at extra cost.
   * @default AUTOASSIGN
   */
  type?: EgressType;
}

/** Kind of outbound IP addresses. */
export type EgressType = "AUTOASSIGN" | "DEDICATED_IP" | (string & {});

/** Takes the app offline. */
export interface AppMaintenance {
  /** True shows the offline page instead of the app. */
  enabled?: boolean;
  /** True also stops the app's instances. Implies `enabled`. */
  archive?: boolean;
  /** URL of a custom offline page. */
  offline_page_url?: string;
}

/** A private network. */
export interface AppVpc {
  /** ID of the network. */
  id?: string;
  /** IP addresses of the app in the network; set by App Platform. */
  egress_ips?: VpcEgressIp[];
}

/** An address in a private network. */
export interface VpcEgressIp {
  /** IP address. */
  ip?: string;
}
