import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestServer } from '../testing/ask.ts';

const core = '/api/v1/namespaces/default';

async function withWeb() {
  const page = async (_node: string, path: string) =>
    path === '/healthz' ? { contentType: 'text/plain', body: Buffer.from('ok') } : undefined;
  const unused = () => Promise.reject(new Error('not asked for'));
  const server = await openTestServer({
    connector: { page, logs: unused, stream: unused, usage: unused },
  });
  const { make, ask } = server;
  const status = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await ask('PATCH', `${path}/status`, { body: { status: body }, headers });
    assert.equal(patched.status, 200, patched.text);
  };
  await make(`${core}/serviceaccounts`, { metadata: { name: 'default' } });
  await make('/api/v1/nodes', { metadata: { name: 'n1' } });
  for (const name of ['web', 'own', 'none']) {
    const ports = [{ containerPort: 8080 }];
    const spec = { containers: [{ name: 'c', image: 'i', ports }] };
    await make(`${core}/pods`, { metadata: { name }, spec });
  }
  const address = (ip: string) => ({ podIP: ip, podIPs: [{ ip }] });
  await status(`${core}/pods/web`, address('10.244.0.7'));
  await status(`${core}/pods/own`, address('127.0.0.1'));
  const ports = [
    { name: 'http', port: 80 },
    { name: 'admin', port: 81 },
  ];
  await make(`${core}/services`, { metadata: { name: 'web' }, spec: { ports } });
  await make(`${core}/services`, { metadata: { name: 'lost' }, spec: { ports: [{ port: 1 }] } });
  const subsets = [
    {
      addresses: [{ ip: '10.244.0.7' }],
      ports: [
        { name: 'http', port: 8080 },
        { name: 'admin', port: 9090 },
      ],
    },
  ];
  await make(`${core}/endpoints`, { metadata: { name: 'web' }, subsets });
  return server;
}

test('a pod and a Service stand for an address, a port and a scheme', async () => {
  const { raw } = await withWeb();
  const place = async (path: string) => {
    const answer = await raw('GET', `${core}/${path}`);
    assert.ok(answer.type === 'forward', JSON.stringify(answer));
    const { scheme, host, port, path: below } = answer;
    return `${scheme}://${host}:${port}${below}`;
  };
  assert.equal(await place('pods/web/proxy/'), 'http://10.244.0.7:8080/');
  assert.equal(await place('pods/web:81/proxy/a%2Fb/?c=d'), 'http://10.244.0.7:81/a%2Fb/?c=d');
  assert.equal(await place('pods/https:web:8443/proxy/x'), 'https://10.244.0.7:8443/x');
  assert.equal(await place('services/web:http/proxy/'), 'http://10.244.0.7:8080/');
  assert.equal(await place('services/web:81/proxy/y'), 'http://10.244.0.7:9090/y');
});

test('what cannot be reached is refused in words', async () => {
  const { ask } = await withWeb();
  const say = async (path: string) => {
    const { status, json } = await ask('GET', `${core}/${path}`);
    return `${status} ${json.message}`;
  };
  assert.equal(await say('pods/own/proxy/'), '400 address not allowed');
  assert.match(await say('pods/none/proxy/'), /^400 address not allowed: pod none has no address/);
  assert.match(await say('pods/a:b:c:d/proxy/'), /^400 invalid pod request "a:b:c:d"/);
  assert.equal(await say('services/web/proxy/'), '503 no endpoints available for service "web"');
  assert.equal(await say('services/lost/proxy/'), '503 no endpoints available for service "lost"');
  assert.match(
    await say('services/web:7/proxy/'),
    /^503 no service port 7 found for service "web"/,
  );
  assert.equal(await say('services/nothing/proxy/'), '404 services "nothing" not found');
});

test('without a path the client is sent to one that ends in a slash', async () => {
  const { raw } = await withWeb();
  const answer = await raw('GET', `${core}/services/web:http/proxy?a=b`);
  assert.ok(answer.type === 'bytes');
  assert.deepEqual(
    [answer.status, answer.headers['location']],
    [301, `${core}/services/web:http/proxy/?a=b`],
  );
});

test('the method decides which right is needed', async () => {
  const { ask } = await withWeb();
  const message = async (method: string) =>
    (await ask(method, `${core}/services/web:http/proxy/`, { as: 'ada' })).json.message;
  assert.match(await message('GET'), /cannot get resource "services\/proxy"/);
  assert.match(await message('DELETE'), /cannot delete resource "services\/proxy"/);
});

test('a node tells of itself over the connection that the server has to it', async () => {
  const { ask } = await withWeb();
  assert.equal((await ask('GET', '/api/v1/nodes/n1/proxy/healthz')).text, 'ok');
  assert.equal((await ask('GET', '/api/v1/nodes/n1/proxy/nothing')).status, 404);
  assert.equal((await ask('POST', '/api/v1/nodes/n1/proxy/healthz')).status, 405);
  assert.equal((await ask('GET', '/api/v1/nodes/n2/proxy/healthz')).status, 404);
});
