import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../testing/cluster.ts';
import { openTestServer } from '../http/testing/ask.ts';

const core = '/api/v1/namespaces/default';
const whoami = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';

async function withAccount() {
  const server = await openTestServer();
  await server.make(`${core}/serviceaccounts`, { metadata: { name: 'default' } });
  const token = async (spec: object = {}) => {
    const answer = await server.ask('POST', `${core}/serviceaccounts/default/token`, {
      body: { spec },
    });
    return { answer, token: answer.json.status?.token as string };
  };
  const me = async (as: string) => (await server.ask('POST', whoami, { as, body: {} })).json;
  return { ...server, token, me };
}

test('a token opens the door as its account', async () => {
  const { token, me } = await withAccount();
  const { answer, token: text } = await token();
  assert.equal(answer.status, 201);
  assert.equal(answer.json.status.expirationTimestamp, '2026-01-02T04:04:05Z');
  assert.deepEqual(answer.json.spec.audiences, ['https://kubernetes.default.svc.cluster.local']);
  const { userInfo } = (await me(text)).status;
  assert.equal(userInfo.username, 'system:serviceaccount:default:default');
  assert.deepEqual(userInfo.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:default',
    'system:authenticated',
  ]);
});

test('a token ends with its time, its account, or the pod it is bound to', async () => {
  const { token, me, time, ask, make } = await withAccount();
  await make(`${core}/pods`, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  const plain = (await token()).token;
  const bound = (await token({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }))
    .token;
  assert.deepEqual(
    (await me(bound)).status.userInfo.extra['authentication.kubernetes.io/pod-name'],
    ['p'],
  );
  await ask('DELETE', `${core}/pods/p?gracePeriodSeconds=0`);
  await settle();
  assert.equal((await me(bound)).code, 401);
  time.advance(3600_000 + 11_000);
  assert.equal((await me(plain)).code, 401);
  const fresh = (await token()).token;
  await ask('DELETE', `${core}/serviceaccounts/default`);
  await settle();
  assert.equal((await me(fresh)).code, 401);
});

test('what a token request may not ask', async () => {
  const { token, ask } = await withAccount();
  const short = (await token({ expirationSeconds: 60 })).answer;
  assert.match(
    short.json.message,
    /spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes/,
  );
  const wrong = (await token({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } }))
    .answer;
  assert.equal(wrong.status, 404);
  const nobody = await ask('POST', `${core}/serviceaccounts/none/token`, { body: { spec: {} } });
  assert.equal(nobody.json.message, 'serviceaccounts "none" not found');
});

test('a token for others does not open our door, and TokenReview says whose it is', async () => {
  const { token, me, ask } = await withAccount();
  const vault = (await token({ audiences: ['vault'] })).token;
  assert.equal((await me(vault)).code, 401);
  const review = async (spec: object) =>
    (await ask('POST', reviews, { body: { spec } })).json.status;
  const good = await review({ token: vault, audiences: ['vault', 'x'] });
  assert.equal(good.authenticated, true);
  assert.deepEqual(good.audiences, ['vault']);
  assert.equal(good.user.username, 'system:serviceaccount:default:default');
  const bad = await review({ token: 'nonsense' });
  assert.notEqual(bad.authenticated, true);
  assert.match(bad.error, /invalid bearer token/);
});

test('a changed token does not hold', async () => {
  const { token, me } = await withAccount();
  const [head = '', , signature = ''] = (await token()).token.split('.');
  const claims = Buffer.from(
    JSON.stringify({
      sub: 'root',
      exp: 9e9,
      nbf: 0,
      iss: 'https://kubernetes.default.svc.cluster.local',
      aud: [],
    }),
  ).toString('base64url');
  assert.equal((await me(`${head}.${claims}.${signature}`)).code, 401);
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  assert.equal((await me(`${none}.${claims}.`)).code, 401);
});

test('who may impersonate acts as the other, in every part', async () => {
  const { ask, make } = await withAccount();
  const as = (headers: Record<string, string | string[]>, who = 'root') =>
    ask('POST', whoami, { as: who, body: {}, headers });
  const acted = await as({
    'impersonate-user': 'eve',
    'impersonate-group': ['a', 'b'],
    'impersonate-extra-scopes': ['x'],
  });
  assert.deepEqual(acted.json.status.userInfo, {
    username: 'eve',
    groups: ['a', 'b', 'system:authenticated'],
    extra: { scopes: ['x'] },
  });
  const account = await as({ 'impersonate-user': 'system:serviceaccount:default:default' });
  assert.ok(account.json.status.userInfo.groups.includes('system:serviceaccounts:default'));
  const refused = await as({ 'impersonate-user': 'eve' }, 'ada');
  assert.equal(
    refused.json.message,
    'users "eve" is forbidden: User "ada" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await make(`${rbac}/clusterroles`, {
    metadata: { name: 'imp' },
    rules: [
      { apiGroups: [''], resources: ['users'], resourceNames: ['eve'], verbs: ['impersonate'] },
    ],
  });
  await make(`${rbac}/clusterrolebindings`, {
    metadata: { name: 'imp' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'imp' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }],
  });
  await settle();
  assert.equal((await as({ 'impersonate-user': 'eve' }, 'ada')).status, 201);
  assert.equal(
    (await as({ 'impersonate-user': 'eve', 'impersonate-group': 'system:masters' }, 'ada')).status,
    403,
  );
  assert.equal((await as({ 'impersonate-group': 'x' })).status, 500);
});

test('without credentials one is anonymous; a WebSocket may carry its token as a protocol', async () => {
  const { ask, token } = await withAccount();
  assert.equal((await ask('GET', '/version', { as: '' })).status, 200);
  assert.match(
    (await ask('GET', `${core}/pods`, { as: '' })).json.message,
    /User "system:anonymous"/,
  );
  const carried = Buffer.from((await token()).token).toString('base64url');
  const headers = {
    'sec-websocket-protocol': `v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.${carried}`,
  };
  const answer = await ask('GET', `${core}/pods`, { as: '', headers, upgrade: 'websocket' });
  assert.match(answer.json.message, /User "system:serviceaccount:default:default"/);
});
