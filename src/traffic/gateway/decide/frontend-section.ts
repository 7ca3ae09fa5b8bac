/** The gateway's doors as HAProxy's text: who asks, for what, and which backend that is. */
import { chunked } from './chunked.ts';
import type { HaproxyPlaces } from './haproxy-config.ts';
import { byLookUp, type HostKind, hostKinds, kindOf, type LookUp, lookUps } from './look-ups.ts';
import type { Canary, GatewayTable } from './routes.ts';

/** `backends`: their text. What they read of a request is found out for them, and nothing else is: each look costs every request. */
export function frontendSections(
  table: GatewayTable,
  places: HaproxyPlaces,
  backends: string,
): string {
  const { folder, httpPort, httpsPort } = places;
  const wanted = (name: string): boolean => backends.includes(`var(txn.${name})`);
  const tls = `:${httpsPort} ssl crt-list ${folder}/certificates.list alpn h2,http/1.1`;
  return [
    section(table, places, { scheme: 'http', bind: `:${httpPort}`, wanted }),
    section(table, places, { scheme: 'https', bind: tls, wanted }),
    noRoute,
  ].join('\n');
}

/** Requests that no route takes; also where there is none at all. */
const nobody = 'no_route';

interface Door {
  readonly scheme: 'http' | 'https';
  readonly bind: string;
  /** Whether a backend reads this variable. */
  readonly wanted: (name: string) => boolean;
}

function section(
  table: GatewayTable,
  places: HaproxyPlaces,
  { scheme, bind, wanted }: Door,
): string {
  const port = scheme === 'http' ? places.httpPort : places.httpsPort;
  const lines = [
    ...chunked(
      table.proxiedFrom,
      (each) => `tcp-request connection expect-proxy layer4 if { src ${each} }`,
    ),
    ...(wanted('scheme') || table.forwardedFrom.length > 0
      ? [`http-request set-var(txn.scheme) str(${scheme})`]
      : []),
    ...forwardedHeaders(table, scheme, port),
    // Who gets no answer must not be asked twice for what it may have done.
    'http-request disable-l7-retry if { method POST PATCH }',
    ...routing(table, places, wanted('host')),
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
  const add = (name: string, value: string | number): string =>
    `http-request add-header X-${name} ${value}`;
  const host = '%[req.hdr(host)]';
  if (forwardedFrom.length === 0)
    return [
      // Once for each connection: it costs more than all else here.
      'tcp-request session set-var(sess.client) src,concat()',
      // All at once, whatever else somebody made up: looking for each by its name costs twice as much.
      'http-request del-header X-Forwarded- -m beg',
      add('Forwarded-For', '%[var(sess.client)]'),
      add('Forwarded-Proto', scheme),
      add('Forwarded-Host', host),
      add('Forwarded-Port', port),
      set('Real-IP', '%[var(sess.client)]'),
    ];
  const outer = '{ var(txn.outer) -m bool }';
  const said = (name: string): string =>
    ` unless ${outer} { req.hdr(X-Forwarded-${name}) -m found }`;
  return [
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

const maps: Readonly<Record<LookUp, string>> = {
  host: 'map_str',
  exact: 'map_str',
  regex: 'map_reg',
  prefix: 'map_beg',
};

interface Look {
  /** What is asked, and of which map. */
  readonly sample: string;
  readonly kind: HostKind;
  readonly by: LookUp;
}

const theHost = 'req.hdr(host),field(1,:),lower';

/** So few hosts are asked for by rules: a backend that is named by a map costs each request more. */
const askedOneByOne = 4;

/**
 * The most exact host first, and for one host an exact path before all others. Looked for is only what
 * there is; a single look leads to its backend directly.
 */
function routing(
  { routes, canaries }: GatewayTable,
  { folder }: HaproxyPlaces,
  hostWanted: boolean,
): string[] {
  const used = byLookUp(routes);
  const looks: Look[] = hostKinds.flatMap((kind) =>
    lookUps
      .filter((by) => used.get(by)?.some((route) => kindOf(route) === kind))
      .map((by) => ({
        sample: `${asked(kind, by)},${maps[by]}(${folder}/${by}.map)`,
        kind,
        by,
      })),
  );
  const [first] = looks;
  const host = `http-request set-var(txn.host) ${theHost}`;
  if (!first) return hostWanted ? [host] : [];
  const path = looks.some(({ by }) => by !== 'host') ? ['http-request set-var(txn.path) path'] : [];
  if (looks.length === 1 && canaries.length === 0 && first.kind !== 'wild') {
    const sample = hostWanted ? first.sample : first.sample.replace('var(txn.host)', theHost);
    if (first.by === 'host' && routes.length <= askedOneByOne) {
      const asking = hostWanted ? 'var(txn.host)' : 'req.hdr(host),host_only';
      const lines = routes.map(
        ({ host: name, backend }) => `use_backend ${backend} if { ${asking} -m str ${name} }`,
      );
      return [...(hostWanted ? [host] : []), ...lines];
    }
    // Of a name that is no backend's, and of none, the default takes care.
    return [...(hostWanted ? [host] : []), ...path, `use_backend %[${sample}]`];
  }
  const wild = 'http-request set-var(txn.wild) var(txn.host),regsub(^[^.]*,*)';
  return [
    host,
    ...path,
    ...(looks.some(({ kind }) => kind === 'wild') ? [wild] : []),
    ...looks.map(
      ({ sample }, index) =>
        `http-request set-var(txn.backend) ${sample}${index > 0 ? ' unless { var(txn.backend) -m found }' : ''}`,
    ),
    ...canaries.flatMap(canaryLines),
    ...(canaries.length > 0
      ? ['http-request set-var(txn.backend) var(txn.split) if { var(txn.split) -m found }']
      : []),
    'use_backend %[var(txn.backend)] if { var(txn.backend) -m found }',
  ];
}

function asked(kind: HostKind, by: LookUp): string {
  if (by === 'host') return 'var(txn.host)';
  const slash = by === 'prefix' ? '/' : '';
  return {
    named: `var(txn.host),concat(,txn.path,${slash})`,
    wild: `var(txn.wild),concat(,txn.path,${slash})`,
    any: `var(txn.path),concat(${slash})`,
  }[kind];
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
