import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIngressOptions } from './annotations.ts';

const nginx = 'nginx.ingress.kubernetes.io/';

const values: readonly [word: string, value: string, option: object | undefined][] = [
  ['rewrite-target', '/$2', { rewriteTarget: '/$2' }],
  ['rewrite-target', "/'x", undefined],
  ['rewrite-target', 'no-path', undefined],
  ['ssl-redirect', 'false', { sslRedirect: false }],
  ['ssl-redirect', 'no', undefined],
  ['backend-protocol', 'grpc', { backendProtocol: 'GRPC' }],
  ['backend-protocol', 'FCGI', undefined],
  ['proxy-body-size', '8m', { bodyBytesMax: 8_388_608 }],
  ['proxy-body-size', '0', { bodyBytesMax: 0 }],
  ['proxy-read-timeout', '3600', { readSeconds: 3600 }],
  ['proxy-read-timeout', '0', undefined],
  ['whitelist-source-range', '10.0.0.0/8,1.2.3.4', { allowSources: ['10.0.0.0/8', '1.2.3.4'] }],
  ['allowlist-source-range', '10.0.0.0/8', { allowSources: ['10.0.0.0/8'] }],
  ['whitelist-source-range', 'office', undefined],
  [
    'permanent-redirect',
    'https://a.test$request_uri',
    { permanentRedirect: 'https://a.test$request_uri' },
  ],
  ['permanent-redirect', 'https://a.test/\nbackend x', undefined],
  ['permanent-redirect-code', '308', { permanentRedirectCode: 308 }],
  ['permanent-redirect-code', '304', undefined],
  ['session-cookie-name', 'route', { cookieName: 'route' }],
  ['session-cookie-name', 'a b', undefined],
  [
    'cors-allow-origin',
    'https://*.a.test, http://b.test:8080',
    { corsOrigins: ['https://*.a.test', 'http://b.test:8080'] },
  ],
  ['limit-rps', '5', { requestsPerSecondMax: 5 }],
  ['limit-rps', '5/s', undefined],
  ['limit-burst-multiplier', '0', undefined],
  ['limit-allowlist', '10.0.0.0/8', { unlimitedSources: ['10.0.0.0/8'] }],
  ['canary-weight', '20', { canaryWeight: 20 }],
];

for (const [word, value, option] of values) {
  test(`${word}: ${JSON.stringify(value)}`, () => {
    const { options, problems } = readIngressOptions({ [nginx + word]: value });
    assert.deepEqual(options, option ?? {});
    assert.equal(problems.length, option ? 0 : 1);
  });
}

test('unknown ones of ours and of other gateways are named; all else is nobody’s business here', () => {
  const { problems } = readIngressOptions({
    [`${nginx}server-snippet`]: 'return 200;',
    'traefik.ingress.kubernetes.io/router.middlewares': 'x',
    'gantry.dev/typo': 'x',
    'cert-manager.io/cluster-issuer': 'x',
  });
  assert.deepEqual(
    problems.map(({ annotation }) => annotation).sort((a, b) => (a < b ? -1 : 1)),
    [
      'gantry.dev/typo',
      'nginx.ingress.kubernetes.io/server-snippet',
      'traefik.ingress.kubernetes.io/router.middlewares',
    ],
  );
});

test('under our own prefix a value wins', () => {
  const both = { 'gantry.dev/app-root': '/ours', [`${nginx}app-root`]: '/theirs' };
  assert.deepEqual(readIngressOptions(both).options, { appRoot: '/ours' });
});
