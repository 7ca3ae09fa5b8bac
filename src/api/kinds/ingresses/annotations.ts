/**
 * What an Ingress asks of the gateway by annotations: one table from the annotation's name to how its
 * value is read. Names and values are those of ingress-nginx, which most manifests carry; each is
 * also read under our own prefix, which wins. What a value does is the gateway's to know.
 */
import { isCIDR, isIP } from '../../ip.ts';
import { isDNS1123Subdomain, isWildcardDNS1123Subdomain } from '../../names.ts';

export type BackendProtocol = 'HTTP' | 'HTTPS' | 'GRPC' | 'GRPCS';

export interface IngressOptions {
  readonly rewriteTarget?: string;
  readonly useRegex?: boolean;
  readonly appRoot?: string;
  readonly sslRedirect?: boolean;
  readonly forceSslRedirect?: boolean;
  readonly permanentRedirect?: string;
  readonly permanentRedirectCode?: number;
  readonly temporalRedirect?: string;
  readonly temporalRedirectCode?: number;
  readonly backendProtocol?: BackendProtocol;
  /** Zero: no bound. */
  readonly bodyBytesMax?: number;
  readonly connectSeconds?: number;
  readonly readSeconds?: number;
  readonly sendSeconds?: number;
  readonly affinity?: 'cookie';
  readonly cookieName?: string;
  readonly cookieSeconds?: number;
  readonly cookieSameSite?: string;
  readonly cookieSecure?: boolean;
  readonly allowSources?: readonly string[];
  readonly denySources?: readonly string[];
  /** Of one address; zero: no bound. */
  readonly requestsPerSecondMax?: number;
  readonly requestsPerMinuteMax?: number;
  readonly connectionsMax?: number;
  /** How many seconds' (minutes') worth of requests may come at once. */
  readonly burstMultiplier?: number;
  readonly unlimitedSources?: readonly string[];
  readonly host?: string;
  readonly forwardedPrefix?: string;
  readonly aliases?: readonly string[];
  readonly balance?: 'round_robin' | 'least_conn' | 'random';
  readonly proxyProtocol?: 'v1' | 'v2';
  readonly authType?: 'basic';
  /** `name` or `namespace/name`. */
  readonly authSecret?: string;
  readonly authRealm?: string;
  readonly cors?: boolean;
  readonly corsOrigins?: readonly string[];
  readonly corsMethods?: string;
  readonly corsHeaders?: string;
  readonly corsExposedHeaders?: string;
  readonly corsCredentials?: boolean;
  readonly corsSeconds?: number;
  readonly canary?: boolean;
  readonly canaryWeight?: number;
  readonly canaryWeightTotal?: number;
  readonly canaryHeader?: string;
  readonly canaryHeaderValue?: string;
  readonly canaryCookie?: string;
}

interface Reader<T> {
  /** Without the prefix. */
  readonly annotation: string;
  /** For a person: what a value must be. */
  readonly expects: string;
  /** Undefined for a value that cannot be. */
  read(value: string): T | undefined;
}

type Read<T> = Omit<Reader<T>, 'annotation'>;

const flag: Read<boolean> = {
  expects: 'must be true or false',
  read: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
};

function whole(low: number, high: number): Read<number> {
  return {
    expects: `must be a whole number from ${low} to ${high}`,
    read(value) {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
      return number >= low && number <= high ? number : undefined;
    },
  };
}

const redirectCode: Read<number> = {
  expects: 'must be 301, 302, 303, 307 or 308',
  read: (value) => (/^30[12378]$/.test(value) ? Number(value) : undefined),
};

const seconds: Read<number> = {
  expects: 'must be a number of seconds',
  read: (value) => (/^[1-9]\d{0,6}s?$/.test(value) ? Number.parseInt(value, 10) : undefined),
};

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

const bytes: Read<number> = {
  expects: 'must be a size such as 8m, or 0 for none',
  read(value) {
    const [, number, unit = ''] = /^(\d{1,9})([kmg]?)$/i.exec(value) ?? [];
    return number === undefined ? undefined : Number(number) * (units[unit.toLowerCase()] ?? 1);
  },
};

function oneOf<const T extends string>(...words: readonly T[]): Read<T> {
  return {
    expects: `must be one of ${words.join(', ')}`,
    read: (value) => words.find((each) => each.toLowerCase() === value.toLowerCase()),
  };
}

function text(form: RegExp, expects: string): Read<string> {
  return { expects, read: (value) => (form.test(value) ? value : undefined) };
}

function list(isPart: (part: string) => boolean, expects: string): Read<readonly string[]> {
  return {
    expects,
    read(value) {
      const parts = value.split(/[,\s]+/).filter((each) => each !== '');
      return parts.length > 0 && parts.every(isPart) ? parts : undefined;
    },
  };
}

const isIPv4Source = (part: string): boolean =>
  !part.includes(':') && (isCIDR(part).length === 0 || isIP(part).length === 0);
const sources = list(isIPv4Source, 'must be a list of IPv4 addresses and CIDRs');
const isHost = (part: string): boolean =>
  isDNS1123Subdomain(part).length === 0 || isWildcardDNS1123Subdomain(part).length === 0;
const token = text(/^[\w.!#$%&*+^`|~-]+$/, 'must be one word of letters, digits, - and _');
const target = text(
  /^\/[\w/.~$&=:@,;+()*!-]*$/,
  'must be a path that begins with /, without a question mark',
);
const url = text(
  /^[\w/.~$&=:@,;+()*!?%#[\]-]+$/,
  'must be a URL; of variables only $request_uri, $host and $scheme',
);
const names = text(/^[\w\s,*-]+$/, 'must be a list of names');
const origins = list(
  (part) => part === '*' || /^https?:\/\/(\*\.)?[\w.-]+(:\d+)?$/.test(part),
  'must be * or a list of origins such as https://shop.example.com',
);

type Readers = { readonly [K in keyof IngressOptions]-?: Reader<NonNullable<IngressOptions[K]>> };

const readers: Readers = {
  rewriteTarget: { annotation: 'rewrite-target', ...target },
  useRegex: { annotation: 'use-regex', ...flag },
  appRoot: { annotation: 'app-root', ...target },
  sslRedirect: { annotation: 'ssl-redirect', ...flag },
  forceSslRedirect: { annotation: 'force-ssl-redirect', ...flag },
  permanentRedirect: { annotation: 'permanent-redirect', ...url },
  permanentRedirectCode: { annotation: 'permanent-redirect-code', ...redirectCode },
  temporalRedirect: { annotation: 'temporal-redirect', ...url },
  temporalRedirectCode: { annotation: 'temporal-redirect-code', ...redirectCode },
  backendProtocol: {
    annotation: 'backend-protocol',
    ...oneOf('HTTP', 'HTTPS', 'GRPC', 'GRPCS'),
  },
  bodyBytesMax: { annotation: 'proxy-body-size', ...bytes },
  connectSeconds: { annotation: 'proxy-connect-timeout', ...seconds },
  readSeconds: { annotation: 'proxy-read-timeout', ...seconds },
  sendSeconds: { annotation: 'proxy-send-timeout', ...seconds },
  affinity: { annotation: 'affinity', ...oneOf('cookie') },
  cookieName: { annotation: 'session-cookie-name', ...token },
  cookieSeconds: { annotation: 'session-cookie-max-age', ...seconds },
  cookieSameSite: {
    annotation: 'session-cookie-samesite',
    ...oneOf('None', 'Lax', 'Strict'),
  },
  cookieSecure: { annotation: 'session-cookie-secure', ...flag },
  allowSources: { annotation: 'whitelist-source-range', ...sources },
  denySources: { annotation: 'denylist-source-range', ...sources },
  requestsPerSecondMax: { annotation: 'limit-rps', ...whole(0, 1_000_000) },
  requestsPerMinuteMax: { annotation: 'limit-rpm', ...whole(0, 1_000_000) },
  connectionsMax: { annotation: 'limit-connections', ...whole(0, 1_000_000) },
  burstMultiplier: { annotation: 'limit-burst-multiplier', ...whole(1, 1000) },
  unlimitedSources: { annotation: 'limit-whitelist', ...sources },
  host: { annotation: 'upstream-vhost', ...text(/^[\w.:-]+$/, 'must be a host') },
  forwardedPrefix: { annotation: 'x-forwarded-prefix', ...target },
  aliases: { annotation: 'server-alias', ...list(isHost, 'must be a list of hosts') },
  balance: { annotation: 'load-balance', ...oneOf('round_robin', 'least_conn', 'random') },
  proxyProtocol: { annotation: 'proxy-protocol', ...oneOf('v1', 'v2') },
  authType: { annotation: 'auth-type', ...oneOf('basic') },
  authSecret: {
    annotation: 'auth-secret',
    ...text(/^([a-z\d-]+\/)?[a-z\d.-]+$/, 'must be the name of a Secret'),
  },
  authRealm: { annotation: 'auth-realm', ...text(/^[\w .,!:()-]+$/, 'must be plain words') },
  cors: { annotation: 'enable-cors', ...flag },
  corsOrigins: { annotation: 'cors-allow-origin', ...origins },
  corsMethods: { annotation: 'cors-allow-methods', ...names },
  corsHeaders: { annotation: 'cors-allow-headers', ...names },
  corsExposedHeaders: { annotation: 'cors-expose-headers', ...names },
  corsCredentials: { annotation: 'cors-allow-credentials', ...flag },
  corsSeconds: { annotation: 'cors-max-age', ...seconds },
  canary: { annotation: 'canary', ...flag },
  canaryWeight: { annotation: 'canary-weight', ...whole(0, 1_000_000) },
  canaryWeightTotal: { annotation: 'canary-weight-total', ...whole(1, 1_000_000) },
  canaryHeader: { annotation: 'canary-by-header', ...token },
  canaryHeaderValue: {
    annotation: 'canary-by-header-value',
    ...text(/^[\w.:/-]+$/, 'must be one word'),
  },
  canaryCookie: { annotation: 'canary-by-cookie', ...token },
};

/** Newer names for the same. */
const otherNames: Readonly<Record<string, string>> = {
  'allowlist-source-range': 'whitelist-source-range',
  'limit-allowlist': 'limit-whitelist',
};

const byAnnotation = new Map(
  Object.entries(readers).map(([option, reader]) => [reader.annotation, { option, reader }]),
);
const ownPrefix = 'gantry.dev/';
const nginxPrefix = 'nginx.ingress.kubernetes.io/';
/** Annotations by which other gateways are told what to do. */
const foreign =
  /^(?:[\w-]+\.)?ingress\.kubernetes\.io\/|^(?:nginx\.org|haproxy\.org|haproxy-ingress\.github\.io|konghq\.com)\//;

export interface ReadOptions {
  readonly options: IngressOptions;
  /** What is not honoured, and a sentence for people that says why. */
  readonly problems: readonly { readonly annotation: string; readonly message: string }[];
}

export function readIngressOptions(
  annotations: Readonly<Record<string, string>> | undefined,
): ReadOptions {
  const options: Record<string, unknown> = {};
  const problems: ReadOptions['problems'][number][] = [];
  const ignore = (annotation: string, why: string): void => {
    problems.push({ annotation, message: `annotation "${annotation}" is ignored: ${why}` });
  };
  // Ours come last, and so win.
  const all = Object.entries(annotations ?? {}).sort(([a], [b]) => rank(a) - rank(b));
  for (const [name, value] of all) {
    const word = wordOf(name);
    const known = word === undefined ? undefined : byAnnotation.get(otherNames[word] ?? word);
    if (!known) {
      if (foreign.test(name) || word !== undefined)
        ignore(name, 'the gateway knows nothing of that name');
      continue;
    }
    const read = known.reader.read(value.trim());
    if (read === undefined) ignore(name, `${JSON.stringify(value)} ${known.reader.expects}`);
    else options[known.option] = read;
  }
  return { options, problems };
}

function rank(name: string): number {
  return name.startsWith(ownPrefix) ? 1 : 0;
}

function wordOf(name: string): string | undefined {
  for (const prefix of [ownPrefix, nginxPrefix])
    if (name.startsWith(prefix)) return name.slice(prefix.length);
  return undefined;
}
