/** The gateway's doors as HAProxy's text: who asks, for what, and which backend that is. */
import { chunked } from './chunked.ts';
import type { HaproxyPlaces } from './haproxy-config.ts';
import type { Canary, GatewayTable } from './routes.ts';

export function frontendSections(table: GatewayTable, places: HaproxyPlaces): string {
  const { folder, httpPort, httpsPort } = places;
  const tls = `:${httpsPort} ssl crt-list ${folder}/certificates.list alpn h2,http/1.1`;
  return [
    section(table, places, 'http', `:${httpPort}`),
    section(table, places, 'https', tls),
    noRoute,
  ].join('\n');
}

/** Requests that no route takes; also where there is none at all. */
const nobody = 'no_route';

function section(
  table: GatewayTable,
  places: HaproxyPlaces,
  scheme: 'http' | 'https',
  bind: string,
): string {
  const port = scheme === 'http' ? places.httpPort : places.httpsPort;
  const lines = [
    ...chunked(
      table.proxiedFrom,
      (each) => `tcp-request connection expect-proxy layer4 if { src ${each} }`,
    ),
    ...forwardedHeaders(table, scheme, port),
    // Who gets no answer must not be asked twice for what it may have done.
    'http-request disable-l7-retry if { method POST PATCH }',
    ...routing(table, places),
    ...table.canaries.flatMap(canaryLines),
    ...(table.canaries.length > 0
      ? ['http-request set-var(txn.backend) var(txn.split) if { var(txn.split) -m found }']
      : []),
    'use_backend %[var(txn.backend)] if { var(txn.backend) -m found }',
    `default_backend ${table.defaultBackend ?? nobody}`,
  ];
  return `frontend ${scheme}\n  bind ${bind}\n  no log\n${lines.map((each) => `  ${each}\n`).join('')}`;
}

const noRoute = `backend ${nobody}
  http-request return status 404 content-type text/plain string "No Ingress has a rule for this host and path.\\n"
`;

/**
 * Backends believe these headers, so that nobody but the gateway may write them, and balancers in
 * front of it that it was told to believe.
 */
function forwardedHeaders({ forwardedFrom }: GatewayTable, scheme: string, port: number): string[] {
  const set = (name: string, value: string | number, unless = ''): string =>
    `http-request set-header X-${name} ${value}${unless}`;
  const host = '%[req.hdr(host)]';
  const start = `http-request set-var(txn.scheme) str(${scheme})`;
  if (forwardedFrom.length === 0)
    return [
      start,
      set('Forwarded-For', '%[src]'),
      set('Forwarded-Proto', scheme),
      set('Forwarded-Host', host),
      set('Forwarded-Port', port),
      set('Real-IP', '%[src]'),
    ];
  const outer = '{ var(txn.outer) -m bool }';
  const said = (name: string): string =>
    ` unless ${outer} { req.hdr(X-Forwarded-${name}) -m found }`;
  return [
    start,
    ...chunked(
      forwardedFrom,
      (each) => `http-request set-var(txn.outer) bool(true) if { src ${each} }`,
    ),
    `http-request del-header X-Forwarded-For unless ${outer}`,
    `http-request set-var(txn.scheme) req.hdr(x-forwarded-proto),lower if ${outer} { req.hdr(x-forwarded-proto) -m str -i http https }`,
    `http-request set-var(txn.client) req.hdr_ip(x-forwarded-for,-1) if ${outer}`,
    'http-request add-header X-Forwarded-For %[src]',
    'http-request set-src var(txn.client) if { var(txn.client) -m found }',
    set('Forwarded-Proto', '%[var(txn.scheme)]'),
    set('Forwarded-Host', host, said('Host')),
    set('Forwarded-Port', port, said('Port')),
    set('Real-IP', '%[src]'),
  ];
}

const maps = { exact: 'map_str', regex: 'map_reg', prefix: 'map_beg' } as const;
const hostKinds = ['named', 'wild', 'any'] as const;

/**
 * The most exact host first, and for one host an exact path before all others. Looked for is only what
 * there is: each look-up costs every request.
 */
function routing({ routes }: GatewayTable, { folder }: HaproxyPlaces): string[] {
  const used = new Set(routes.map(({ host, match }) => `${kindOf(host)} ${match}`));
  const lines = [
    'http-request set-var(txn.host) req.hdr(host),field(1,:),lower',
    'http-request set-var(txn.path) path',
  ];
  for (const kind of hostKinds) {
    const host = { named: 'txn.host', wild: 'txn.wild', any: '' }[kind];
    if (kind === 'wild' && [...used].some((each) => each.startsWith('wild')))
      lines.push('http-request set-var(txn.wild) var(txn.host),regsub(^[^.]*,*)');
    for (const match of ['exact', 'regex', 'prefix'] as const) {
      if (!used.has(`${kind} ${match}`)) continue;
      const slash = match === 'prefix' ? '/' : '';
      const asked =
        host === '' ? `var(txn.path),concat(${slash})` : `var(${host}),concat(,txn.path,${slash})`;
      const found = lines.some((each) => each.includes('(txn.backend)'));
      const unless = found ? ' unless { var(txn.backend) -m found }' : '';
      lines.push(
        `http-request set-var(txn.backend) ${asked},${maps[match]}(${folder}/${match}.map)${unless}`,
      );
    }
  }
  return lines;
}

function kindOf(host: string): (typeof hostKinds)[number] {
  if (host === '') return 'any';
  return host.startsWith('*.') ? 'wild' : 'named';
}

/** A header decides before a cookie, and both before chance, as in ingress-nginx. */
function canaryLines({ from, to, options }: Canary): string[] {
  const { canaryHeader, canaryHeaderValue, canaryCookie } = options;
  const { canaryWeight = 0, canaryWeightTotal = 100 } = options;
  const set = (backend: string, condition: string): string =>
    `http-request set-var(txn.split) str(${backend}) if { var(txn.backend) -m str ${from} } !{ var(txn.split) -m found } { ${condition} }`;
  const byWord = (sample: string): string[] => [
    set(to, `${sample} -m str always`),
    set(from, `${sample} -m str never`),
  ];
  const header = `req.hdr(${canaryHeader})`;
  return [
    ...(canaryHeader === undefined
      ? []
      : canaryHeaderValue === undefined
        ? byWord(header)
        : [set(to, `${header} -m str ${canaryHeaderValue}`)]),
    ...(canaryCookie === undefined ? [] : byWord(`req.cook(${canaryCookie})`)),
    ...(canaryWeight > 0 ? [set(to, `rand(${canaryWeightTotal}) lt ${canaryWeight}`)] : []),
  ];
}
