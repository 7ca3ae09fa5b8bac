/** What Ingresses ask for by annotations, as clients see it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { eventually, run } from '../harness.ts';
import type { World } from './world.ts';

interface Asked {
  readonly host: string;
  readonly path?: string;
  readonly pathType?: string;
  readonly service?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tls?: boolean;
}

function ingress(name: string, asked: Asked): Readonly<Record<string, unknown>> {
  const { host, path = '/', pathType = 'ImplementationSpecific', service = 'peer' } = asked;
  const annotations = Object.entries(asked.annotations).map(([word, value]) => [
    word.includes('/') ? word : `nginx.ingress.kubernetes.io/${word}`,
    value,
  ]);
  const backend = { service: { name: service, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: Object.fromEntries(annotations) },
    spec: {
      ...(asked.tls && { tls: [{ hosts: [host] }] }),
      rules: [{ host, http: { paths: [{ path, pathType, backend }] } }],
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

export function annotationTests(world: World): void {
  const curl = async (host: string, path = '/', more: readonly string[] = []): Promise<Answer> => {
    const { httpPort } = world.cluster;
    const url = `http://${world.nodeAddress}:${httpPort}${path}`;
    const { stdout } = await run('curl', ['-sS', '-i', '-H', `Host: ${host}`, ...more, url]);
    const [head = '', ...rest] = stdout.replaceAll('\r', '').split('\n\n');
    return { status: Number(head.split(' ')[1]), headers: head, body: rest.join('\n\n') };
  };
  const answers = (host: string, path: string, status: number): Promise<Answer> =>
    eventually(`${host}${path} is answered with ${status}`, async () => {
      const answer = await curl(host, path);
      assert.equal(answer.status, status, answer.headers);
      return answer;
    });

  test('headers tell the client, and no client can forge them', async () => {
    await world.apply(ingress('plain', { host: 'plain.test', annotations: {} }));
    await answers('plain.test', '/', 200);
    const lies = [
      'X-Forwarded-For: 1.2.3.4',
      'X-Forwarded-Proto: https',
      'X-Forwarded-User: admin',
    ];
    const forged = lies.flatMap((each) => ['-H', each]);
    const { body } = await curl('plain.test', '/headers', forged);
    const headers = JSON.parse(body) as Record<string, string>;
    const expected = {
      'x-forwarded-for': world.nodeAddress,
      'x-real-ip': world.nodeAddress,
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'plain.test',
      'x-forwarded-port': `${world.cluster.httpPort}`,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(headers[name], value, name);
    assert.equal(headers['x-forwarded-user'], undefined);
  });

  test('redirects: to TLS where there is some, for ever, for now, and from the root', async () => {
    const { httpsPort } = world.cluster;
    await world.apply(
      ingress('tls-on', { host: 'on.test', tls: true, annotations: {} }),
      ingress('tls-off', { host: 'off.test', tls: true, annotations: { 'ssl-redirect': 'false' } }),
      ingress('moved', {
        host: 'moved.test',
        annotations: { 'permanent-redirect': 'https://new.test$request_uri' },
      }),
      ingress('root', { host: 'root.test', annotations: { 'app-root': '/app' } }),
    );
    const to = async (host: string, path: string, status: number): Promise<string | undefined> =>
      /^location: (.*)$/im.exec((await answers(host, path, status)).headers)?.[1];
    assert.equal(await to('on.test', '/a?b=1', 308), `https://on.test:${httpsPort}/a?b=1`);
    assert.equal(await to('moved.test', '/a?b=1', 301), 'https://new.test/a?b=1');
    assert.equal(await to('root.test', '/', 302), '/app');
    await answers('root.test', '/other', 200);
    await answers('off.test', '/', 200);
    await answers('on.test', '/.well-known/acme-challenge/x', 200);
  });

  test('paths are rewritten, with what they keep', async () => {
    await world.apply(
      ingress('rewrite', {
        host: 'rewrite.test',
        path: '/api(/|$)(.*)',
        annotations: { 'rewrite-target': '/$2', 'upstream-vhost': 'inside.test' },
      }),
    );
    await answers('rewrite.test', '/api', 200);
    const { body } = await answers('rewrite.test', '/api/headers/x?q=1', 200);
    const { url, host } = JSON.parse(body) as Record<string, string>;
    assert.deepEqual({ url, host }, { url: '/headers/x?q=1', host: 'inside.test' });
    await answers('rewrite.test', '/apis', 404);
  });

  test('who may come in: by address, by password', async () => {
    const hash = '$5$rounds=1000$salt$1y.OnR7BEXfPj6YZzvUwbMdxe2e6hCxNN6OmYnmQkh4';
    const made = await run('openssl', ['passwd', '-5', 'secret']);
    const apr1 = (await run('openssl', ['passwd', '-apr1', 'of the 90s'])).stdout.trim();
    const sha1 = (text: string) => createHash('sha1').update(text).digest();
    const salted = Buffer.concat([sha1('in the sea' + 'salt'), Buffer.from('salt')]);
    const lines = [
      `ada:${made.stdout.trim() || hash}`,
      `bob:${apr1}`,
      `cy:{SHA}${sha1('of the 2000s').toString('base64')}`,
      `di:{SSHA}${salted.toString('base64')}`,
      "ed:{PLAIN}it's \\ café",
    ];
    const auth = Buffer.from(lines.join('\n')).toString('base64');
    await world.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'who' }, data: { auth } },
      ingress('login', {
        host: 'login.test',
        annotations: { 'auth-type': 'basic', 'auth-secret': 'who', 'auth-realm': 'Shop' },
      }),
      ingress('far', {
        host: 'far.test',
        annotations: { 'whitelist-source-range': '203.0.113.0/24' },
      }),
      ingress('near', {
        host: 'near.test',
        annotations: { 'allowlist-source-range': `${world.nodeAddress}/32` },
      }),
    );
    const { headers } = await answers('login.test', '/', 401);
    assert.match(headers, /basic realm="Shop"/i);
    assert.equal((await curl('login.test', '/', ['-u', 'ada:secret'])).status, 200);
    const right = ['bob:of the 90s', 'cy:of the 2000s', 'di:in the sea', "ed:it's \\ café"];
    for (const login of [...right, ...right])
      assert.equal((await curl('login.test', '/', ['-u', login])).status, 200);
    const wrong = ['ada:wrong', 'bob:wrong', 'bob:', 'eve:secret', 'ada:of the 90s'];
    for (const login of [...wrong, 'cy:wrong', 'cy:', 'di:wrong', 'di:in the seasalt', 'ed:wrong'])
      assert.equal((await curl('login.test', '/', ['-u', login])).status, 401, login);
    await answers('far.test', '/', 403);
    await answers('near.test', '/', 200);
  });

  test('a cookie keeps a client with its pod; bodies are bounded; CORS is answered', async () => {
    await world.apply(
      ingress('sticky', {
        host: 'sticky.test',
        annotations: {
          affinity: 'cookie',
          'session-cookie-name': 'route',
          'proxy-body-size': '1k',
          'enable-cors': 'true',
          'cors-allow-origin': 'https://shop.test',
        },
      }),
    );
    const { headers } = await answers('sticky.test', '/', 200);
    const [, cookie = ''] = /^set-cookie: (route=[^;]+)/im.exec(headers) ?? [];
    assert.notEqual(cookie, '');
    const names = new Set<string | undefined>();
    for (let turn = 0; turn < 12; turn += 1)
      names.add((await curl('sticky.test', '/', ['-H', `Cookie: ${cookie}`])).body.split(' ')[0]);
    assert.equal(names.size, 1);
    const body = ['-X', 'PUT', '--data', 'x'.repeat(2000)];
    assert.equal((await curl('sticky.test', '/', body)).status, 413);
    const origin = ['-H', 'Origin: https://shop.test'];
    const before = await curl('sticky.test', '/', [
      ...['-X', 'OPTIONS', ...origin],
      ...['-H', 'Access-Control-Request-Method: PUT'],
    ]);
    assert.equal(before.status, 204);
    assert.match(before.headers, /access-control-allow-methods: .*PUT/i);
    const simple = await curl('sticky.test', '/', origin);
    assert.match(simple.headers, /access-control-allow-origin: https:\/\/shop\.test/i);
    const stranger = await curl('sticky.test', '/', ['-H', 'Origin: https://evil.test']);
    assert.doesNotMatch(stranger.headers, /access-control/i);
  });

  test('an address has so many requests, and others theirs', async () => {
    const annotations = { 'limit-rps': '1', 'limit-burst-multiplier': '30' };
    await world.apply(ingress('limited', { host: 'limited.test', annotations }));
    await answers('limited.test', '/', 200);
    const url = `http://${world.nodeAddress}:${world.cluster.httpPort}/`;
    const got = await world.outside.get(url, { host: 'limited.test', times: 40 });
    const refused = got.filter((each) => each === 'HTTP 503').length;
    assert.ok(refused >= 9 && refused <= 11, `refused: ${refused} of 40`);
    assert.equal((await curl('limited.test')).status, 200);
  });

  test('a canary takes its part; what the gateway does not know is named', async () => {
    await world.apply(
      world.service('single', { selector: { single: 'yes' } }),
      ingress('main', { host: 'split.test', annotations: {} }),
      ingress('canary', {
        host: 'split.test',
        service: 'single',
        annotations: { canary: 'true', 'canary-by-header': 'X-Canary', 'canary-weight': '0' },
      }),
    );
    await eventually('the header leads to the canary', async () => {
      const { body } = await curl('split.test', '/', ['-H', 'X-Canary: always']);
      assert.match(body, /^single /);
    });
    assert.match((await curl('split.test')).body, /^peer-/);
    const applied = await run('kubectl', ['apply', '-f', '-'], {
      input: JSON.stringify(
        ingress('odd', { host: 'odd.test', annotations: { 'server-snippet': 'return 200;' } }),
      ),
      env: world.cluster.env,
    });
    assert.match(applied.stderr, /Warning: annotation ".*server-snippet" is ignored/);
    await eventually('an event says so', async () =>
      assert.match(
        await world.cluster.kubectl(['describe', 'ingress', 'odd']),
        /Warning +AnnotationIgnored .*server-snippet/,
      ),
    );
  });

  test('a certificate that cannot be used is told on the Ingress', async () => {
    const plain = ingress('no-cert', { host: 'no-cert.test', annotations: {} });
    const spec = {
      ...(plain['spec'] as object),
      tls: [{ secretName: 'gone', hosts: ['no-cert.test'] }],
    };
    await world.apply({ ...plain, spec });
    await eventually('an event says so', async () =>
      assert.match(
        await world.cluster.kubectl(['describe', 'ingress', 'no-cert']),
        /Warning +CertificateNotUsable .*default\/gone .*does not exist/,
      ),
    );
  });
}
