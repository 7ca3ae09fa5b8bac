/**
 * A backend of HAProxy as text: its servers, and what an Ingress asks for beside, option by option.
 * Values have been read by a table that lets no quote, backslash or line break through
 * (`api/kinds/ingresses/annotations.ts`). Source: HAProxy 2.6 configuration manual.
 */
import type { IngressOptions } from '#api/kinds/ingresses/annotations.ts';
import type { Backend } from '../../proxy/decide/frontend.ts';
import { isScripted, scriptedFetch } from './scripted-passwords.ts';
import { chunked } from './chunked.ts';
import { pathRegex } from './paths.ts';
import type { GatewayBackend } from './routes.ts';

export interface BackendPlace {
  readonly name: string;
  readonly httpsPort: number;
}

type Effect = (backend: GatewayBackend, place: BackendPlace) => readonly string[];

/** What a slot points to while nobody is in it. */
const nowhere = '127.0.0.1:1';
const acmeChallenge = '/.well-known/acme-challenge/';

/** In the order in which a request meets them: redirects, who may, what changes on its way. */
const effects: readonly Effect[] = [
  toHttps,
  redirects,
  sources,
  limits,
  cors,
  auth,
  bodySize,
  headers,
  rewrite,
  timeouts,
  affinity,
];

export function backendSection(
  { name, httpsPort }: BackendPlace,
  backend: GatewayBackend,
  slots: number,
  servers: readonly (Backend | undefined)[],
): string {
  const suffix = serverSuffix(backend.options);
  const lines = Array.from({ length: slots }, (_, slot) => {
    const server = servers[slot];
    const where = server ? `${server.address}:${server.port}` : `${nowhere} disabled`;
    return `  server s${slot} ${where}${suffix}`;
  });
  const rules = effects.flatMap((each) => each(backend, { name, httpsPort }));
  return `${userlist(name, backend)}backend ${name}
  balance ${balances[backend.options.balance ?? 'random']}
  http-reuse safe
${rules.map((each) => `  ${each}\n`).join('')}${lines.join('\n')}
`;
}

const balances = {
  round_robin: 'roundrobin',
  least_conn: 'leastconn',
  random: 'random',
} as const;

const protocols = {
  HTTP: '',
  HTTPS: ' ssl verify none',
  GRPC: ' proto h2',
  GRPCS: ' ssl verify none alpn h2',
} as const;

function serverSuffix({ backendProtocol = 'HTTP', proxyProtocol }: IngressOptions): string {
  const header = { v1: ' send-proxy', v2: ' send-proxy-v2' } as const;
  return `${protocols[backendProtocol]}${proxyProtocol ? header[proxyProtocol] : ''}`;
}

/** Certificates are got over plain HTTP: their path stays. */
function toHttps({ toHttps: wanted }: GatewayBackend, { httpsPort }: BackendPlace): string[] {
  if (!wanted) return [];
  const port = httpsPort === 443 ? '' : `:${httpsPort}`;
  return [
    `http-request redirect location 'https://%[var(txn.host)]${port}%[pathq]' code 308 if !{ var(txn.scheme) -m str https } !{ path_beg ${acmeChallenge} }`,
  ];
}

function redirects({ options }: GatewayBackend): string[] {
  const { permanentRedirect, permanentRedirectCode = 301, appRoot } = options;
  const { temporalRedirect, temporalRedirectCode = 302 } = options;
  const lines: string[] = [];
  const to = (url: string, code: number): void =>
    void lines.push(`http-request redirect location '${filled(url)}' code ${code}`);
  if (temporalRedirect !== undefined) to(temporalRedirect, temporalRedirectCode);
  if (permanentRedirect !== undefined) to(permanentRedirect, permanentRedirectCode);
  if (appRoot !== undefined)
    lines.push(`http-request redirect location '${filled(appRoot)}' code 302 if { path / }`);
  return lines;
}

/** nginx' variables as HAProxy's. */
function filled(text: string): string {
  return text
    .replaceAll('%', '%%')
    .replaceAll('$request_uri', '%[pathq]')
    .replaceAll('$host', '%[var(txn.host)]')
    .replaceAll('$scheme', '%[var(txn.scheme)]');
}

function sources({ options: { allowSources, denySources } }: GatewayBackend): string[] {
  const refuse = 'http-request deny deny_status 403';
  const allowed = chunked(
    allowSources ?? [],
    (each) => `http-request set-var(txn.allowed) bool(true) if { src ${each} }`,
  );
  return [
    ...chunked(denySources ?? [], (each) => `${refuse} if { src ${each} }`),
    ...(allowSources ? [...allowed, `${refuse} unless { var(txn.allowed) -m bool }`] : []),
  ];
}

const tableEntriesMax = '100k';

/**
 * Per address of a client: so many at once, so many within a window of time. A window is as long as the
 * burst that is let through, so that who keeps to the rate is never refused; what is refused does not count.
 */
function limits({ options }: GatewayBackend): string[] {
  const { requestsPerSecondMax = 0, requestsPerMinuteMax = 0, connectionsMax = 0 } = options;
  const { burstMultiplier = 5, unlimitedSources } = options;
  const rates = [
    { counter: 'gpc0', most: requestsPerSecondMax, seconds: burstMultiplier },
    { counter: 'gpc1', most: requestsPerMinuteMax, seconds: burstMultiplier * 60 },
  ].filter(({ most }) => most > 0);
  if (rates.length === 0 && connectionsMax === 0) return [];
  const stored = [
    ...rates.map(({ counter, seconds }) => `${counter},${counter}_rate(${seconds}s)`),
    ...(connectionsMax > 0 ? ['conn_cur'] : []),
  ];
  const expire = Math.max(60, ...rates.map(({ seconds }) => seconds));
  const refuse = 'http-request deny deny_status 503 if';
  return [
    `stick-table type ip size ${tableEntriesMax} expire ${expire}s store ${stored.join(',')}`,
    ...chunked(
      unlimitedSources ?? [],
      (each) => `http-request set-var(txn.unlimited) bool(true) if { src ${each} }`,
    ),
    `http-request track-sc0 src${unlimitedSources ? ' unless { var(txn.unlimited) -m bool }' : ''}`,
    ...(connectionsMax > 0 ? [`${refuse} { sc0_conn_cur gt ${connectionsMax} }`] : []),
    ...rates.map(
      ({ counter, most }) => `${refuse} { sc0_${counter}_rate ge ${most * burstMultiplier} }`,
    ),
    ...rates.map(({ counter }) => `http-request sc-inc-${counter}(0)`),
  ];
}

const corsDefaults = {
  methods: 'GET, PUT, POST, DELETE, PATCH, OPTIONS',
  headers:
    'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
  seconds: 1_728_000,
};

/** Who asks before (OPTIONS) is answered here. To any origin no credentials are allowed: no browser takes that. */
function cors({ options }: GatewayBackend): string[] {
  if (!options.cors) return [];
  const { corsOrigins = ['*'], corsCredentials = true, corsExposedHeaders } = options;
  const any = corsOrigins.includes('*');
  const known = corsOrigins.map((each) => each.replaceAll('.', '\\.').replace('*\\.', '[^./]+\\.'));
  const origin = 'var(txn.origin)';
  const set = (name: string, value: string): string => `hdr Access-Control-${name} '${value}'`;
  const both = [
    ['Allow-Origin', `%[${origin}]`],
    ...(corsCredentials && !any ? [['Allow-Credentials', 'true']] : []),
    ...(corsExposedHeaders === undefined ? [] : [['Expose-Headers', corsExposedHeaders]]),
  ] as [string, string][];
  const before = [
    ...both,
    ['Allow-Methods', options.corsMethods ?? corsDefaults.methods],
    ['Allow-Headers', options.corsHeaders ?? corsDefaults.headers],
    ['Max-Age', String(options.corsSeconds ?? corsDefaults.seconds)],
  ] as [string, string][];
  const isKnown = `{ ${origin} -m found }`;
  return [
    any
      ? "http-request set-var(txn.origin) str('*')"
      : `http-request set-var(txn.origin) req.hdr(origin) if { req.hdr(origin) -m reg -i '^(${known.join('|')})$' }`,
    `http-request return status 204 ${before.map(([name, value]) => set(name, value)).join(' ')} if METH_OPTIONS ${isKnown} { req.hdr(access-control-request-method) -m found }`,
    ...both.map(
      ([name, value]) => `http-response set-header Access-Control-${name} '${value}' if ${isKnown}`,
    ),
  ];
}

const usersOf = (name: string): string => `users_${name}`;

function userlist(name: string, { users }: GatewayBackend): string {
  if (!users) return '';
  const lines = users
    .filter((user) => !isScripted(user))
    .map((user) => `  user ${user.name} password ${user.hash}\n`);
  return `userlist ${usersOf(name)}\n${lines.join('')}\n`;
}

function auth({ users, options }: GatewayBackend, { name }: BackendPlace): string[] {
  if (!users) return [];
  if (users.length === 0) return ['http-request deny deny_status 503'];
  const realm = options.authRealm ?? 'Authentication required';
  const rule = `http-request auth realm '${realm}' unless { http_auth(${usersOf(name)}) }`;
  if (!users.some(isScripted)) return [rule];
  // A HAProxy without Lua lets these users wait outside; Debian's has it.
  return [
    '.if feature(LUA)',
    `${rule} or { ${scriptedFetch(name)} -m bool }`,
    '.else',
    rule,
    '.endif',
  ];
}

/** As far as the request says how long it is: what comes in chunks is not measured. */
function bodySize({ options: { bodyBytesMax = 0 } }: GatewayBackend): string[] {
  return bodyBytesMax === 0
    ? []
    : [`http-request deny deny_status 413 if { req.body_size gt ${bodyBytesMax} }`];
}

function headers({ options: { host, forwardedPrefix } }: GatewayBackend): string[] {
  return [
    ...(forwardedPrefix === undefined
      ? []
      : [`http-request set-header X-Forwarded-Prefix '${forwardedPrefix.replaceAll('%', '%%')}'`]),
    ...(host === undefined ? [] : [`http-request set-header Host '${host}'`]),
  ];
}

/** The target stands for the whole path, as in nginx; what it keeps it names as `$1`. */
function rewrite({ options: { rewriteTarget }, route }: GatewayBackend): string[] {
  if (rewriteTarget === undefined) return [];
  const target = rewriteTarget.replaceAll('%', '%%');
  if (route?.match !== 'regex' || !/\$\d/.test(target))
    return [`http-request set-path '${target.replaceAll(/\$\d/g, '')}'`];
  const text = target.replaceAll(/\$(\d)/g, '\\$1');
  return [`http-request replace-path '(?i)^${pathRegex(route.path)}.*$' '${text}'`];
}

function timeouts({ options }: GatewayBackend): string[] {
  const { connectSeconds, readSeconds, sendSeconds } = options;
  const answer =
    readSeconds === undefined && sendSeconds === undefined
      ? undefined
      : Math.max(readSeconds ?? 0, sendSeconds ?? 0);
  return [
    ...(connectSeconds === undefined ? [] : [`timeout connect ${connectSeconds}s`]),
    ...(answer === undefined ? [] : [`timeout server ${answer}s`, `timeout tunnel ${answer}s`]),
  ];
}

/** The cookie says the server by its address, so that it outlives reloads; of one that has gone it is drawn anew. */
function affinity({ options }: GatewayBackend, { name }: BackendPlace): string[] {
  if (options.affinity === undefined) return [];
  const { cookieName = 'INGRESSCOOKIE', cookieSeconds, cookieSameSite, cookieSecure } = options;
  const words = [
    ...(cookieSecure ? ['secure'] : []),
    ...(cookieSameSite === undefined ? [] : [`attr 'SameSite=${cookieSameSite}'`]),
    ...(cookieSeconds === undefined ? [] : [`attr 'Max-Age=${cookieSeconds}'`]),
  ];
  return [
    `cookie ${cookieName} insert indirect nocache httponly dynamic ${words.join(' ')}`.trimEnd(),
    `dynamic-cookie-key ${name}`,
  ];
}
