import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../testing/cluster.ts';
import { openTestServer } from '../http/testing/ask.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const inDefault = `${rbac}/namespaces/default`;
const ada = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' };
const ref = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });

test('a binding takes effect, and its end too', async () => {
  const { ask, make } = await openTestServer();
  const list = async () =>
    (await ask('GET', '/api/v1/namespaces/default/pods', { as: 'ada' })).status;
  assert.equal(await list(), 403);
  await make(`${inDefault}/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: ref('ClusterRole', 'view'),
    subjects: [ada],
  });
  await settle();
  assert.equal(await list(), 200);
  assert.equal((await ask('GET', '/api/v1/pods', { as: 'ada' })).status, 403);
  await ask('DELETE', `${inDefault}/rolebindings/b`);
  await settle();
  assert.equal(await list(), 403);
});

test('a binding to a role that does not exist names it', async () => {
  const { ask, make } = await openTestServer();
  await make(`${inDefault}/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: ref('Role', 'none'),
    subjects: [ada],
  });
  await settle();
  const { message } = (await ask('GET', '/api/v1/namespaces/default/pods', { as: 'ada' })).json;
  assert.match(
    message,
    /in the namespace "default": RBAC: role.rbac.authorization.k8s.io "none" not found$/,
  );
});

test('nobody gives away more than they have', async () => {
  const { ask, make } = await openTestServer();
  await make(`${rbac}/clusterroles`, {
    metadata: { name: 'role-keeper' },
    rules: [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['*'],
        verbs: ['get', 'create', 'update'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ],
  });
  await make(`${inDefault}/rolebindings`, {
    metadata: { name: 'keeper' },
    roleRef: ref('ClusterRole', 'role-keeper'),
    subjects: [ada],
  });
  await settle();
  const role = (name: string, verbs: string[]) => ({
    body: { metadata: { name }, rules: [{ apiGroups: [''], resources: ['pods'], verbs }] },
    as: 'ada',
  });
  assert.equal((await ask('POST', `${inDefault}/roles`, role('fine', ['get']))).status, 201);
  const refused = (await ask('POST', `${inDefault}/roles`, role('greedy', ['get', 'delete']))).json;
  assert.equal(refused.code, 403);
  assert.equal(
    refused.message,
    'roles.rbac.authorization.k8s.io "greedy" is forbidden: user "ada" (groups=["builders" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
  );
  const bind = (kind: string, name: string) =>
    ask('POST', `${inDefault}/rolebindings`, {
      as: 'ada',
      body: { metadata: { name: `b-${name}` }, roleRef: ref(kind, name), subjects: [ada] },
    });
  assert.equal((await bind('Role', 'fine')).status, 201);
  assert.equal((await bind('ClusterRole', 'cluster-admin')).status, 403);
  assert.equal((await bind('ClusterRole', 'unknown')).status, 404);
});

test('a custom role joins view, edit and admin by its label', async () => {
  const { ask, make } = await openTestServer();
  await make(`${rbac}/clusterroles`, {
    metadata: { name: 'crons', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [{ apiGroups: ['example.com'], resources: ['crons'], verbs: ['get'] }],
  });
  const groups = async (name: string) => {
    const { rules } = (await ask('GET', `${rbac}/clusterroles/${name}`)).json;
    return rules.flatMap((each: { apiGroups?: string[] }) => each.apiGroups ?? []);
  };
  for (let turn = 0; turn < 20; turn += 1) await settle();
  for (const name of ['view', 'edit', 'admin'])
    assert.ok((await groups(name)).includes('example.com'), name);
});

test('a node sees its own pods and what they refer to', async () => {
  const { ask, make } = await openTestServer();
  const core = '/api/v1/namespaces/default';
  await make(`${core}/serviceaccounts`, { metadata: { name: 'default' } });
  for (const name of ['mine', 'other']) await make(`${core}/secrets`, { metadata: { name } });
  const pod = (name: string, nodeName: string, secret: string) => ({
    metadata: { name },
    spec: {
      nodeName,
      containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: secret } }] }],
    },
  });
  await make(`${core}/pods`, pod('p1', 'n1', 'mine'));
  await make(`${core}/pods`, pod('p2', 'n2', 'other'));
  await settle();
  const status = async (path: string, method = 'GET', body?: unknown) =>
    (await ask(method, path, { as: 'n1', body })).status;
  assert.equal(await status(`${core}/secrets/mine`), 200);
  assert.equal(await status(`${core}/secrets/other`), 403);
  assert.equal(await status(`${core}/secrets`), 403);
  assert.equal(await status('/api/v1/pods?fieldSelector=spec.nodeName%3Dn1'), 200);
  assert.equal(await status('/api/v1/pods'), 403);
  assert.equal(await status('/api/v1/pods?fieldSelector=spec.nodeName%3Dn10'), 403);
  assert.equal(await status(`${core}/pods/p2`), 403);
  assert.equal(await status(`${core}/serviceaccounts/default/token`, 'POST', { spec: {} }), 201);
  assert.equal(await status('/api/v1/nodes', 'POST', { metadata: { name: 'n2' } }), 403);
  assert.equal(await status('/api/v1/nodes', 'POST', { metadata: { name: 'n1' } }), 201);
  assert.equal(await status('/api/v1/nodes/n1'), 200);
  assert.equal(await status('/api/v1/nodes/n2'), 403);
  await ask('DELETE', `${core}/pods/p1?gracePeriodSeconds=0`);
  await settle();
  assert.equal(await status(`${core}/secrets/mine`), 403);
});

test('reviews answer for oneself, for others, and list the rules', async () => {
  const { ask, make } = await openTestServer();
  await make(`${inDefault}/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: ref('ClusterRole', 'view'),
    subjects: [ada],
  });
  await settle();
  const access = '/apis/authorization.k8s.io/v1';
  const resourceAttributes = { namespace: 'default', verb: 'list', resource: 'pods' };
  const self = await ask('POST', `${access}/selfsubjectaccessreviews`, {
    as: 'ada',
    body: { spec: { resourceAttributes } },
  });
  assert.equal(self.json.status.allowed, true);
  assert.equal(
    self.json.status.reason,
    'RBAC: allowed by RoleBinding "b/default" of ClusterRole "view" to User "ada"',
  );
  const about = {
    spec: { user: 'ada', resourceAttributes: { ...resourceAttributes, verb: 'delete' } },
  };
  assert.equal(
    (await ask('POST', `${access}/subjectaccessreviews`, { body: about })).json.status.allowed,
    false,
  );
  assert.equal(
    (await ask('POST', `${access}/subjectaccessreviews`, { body: about, as: 'ada' })).status,
    403,
  );
  const local = `${access}/namespaces/default/localsubjectaccessreviews`;
  assert.equal((await ask('POST', local, { body: about })).json.status.allowed, false);
  const elsewhere = {
    spec: { user: 'ada', resourceAttributes: { namespace: 'x', verb: 'get', resource: 'pods' } },
  };
  assert.equal((await ask('POST', local, { body: elsewhere })).status, 400);
  assert.equal(
    (await ask('POST', `${access}/subjectaccessreviews`, { body: { spec: {} } })).status,
    422,
  );
  const rules = await ask('POST', `${access}/selfsubjectrulesreviews`, {
    as: 'ada',
    body: { spec: { namespace: 'default' } },
  });
  assert.ok(
    rules.json.status.resourceRules.some(({ resources }: { resources: string[] }) =>
      resources.includes('pods'),
    ),
  );
});

test('a start repairs what the bootstrap roles have lost', async () => {
  const { ask, server } = await openTestServer();
  const path = `${rbac}/clusterroles/system:discovery`;
  const role = (await ask('GET', path)).json;
  assert.equal((await ask('PUT', path, { body: { ...role, rules: [] } })).json.rules, undefined);
  const { ensureBootstrapPolicy } = await import('./bootstrap.ts');
  const { lookupOf } = await import('#api/lookup.ts');
  const { allKinds } = await import('#api/kinds/index.ts');
  await ensureBootstrapPolicy(server.core, lookupOf(allKinds));
  assert.ok((await ask('GET', path)).json.rules.length > 0);
});
