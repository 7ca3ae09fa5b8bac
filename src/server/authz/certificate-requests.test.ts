import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adasRequest, mastersRequest } from '#api/certificates/testing/requests.ts';
import { openTestServer } from '../http/testing/ask.ts';
import { settle } from '../testing/cluster.ts';

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

async function open() {
  const server = await openTestServer();
  const grant = async (name: string, rules: object[]) => {
    await server.make(`${rbac}/clusterroles`, { metadata: { name }, rules });
    await server.make(`${rbac}/clusterrolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }],
    });
    await settle();
  };
  const apiGroups = ['certificates.k8s.io'];
  await grant('requests', [
    {
      apiGroups,
      resources: ['certificatesigningrequests', 'certificatesigningrequests/approval'],
      verbs: ['create', 'get', 'update'],
    },
  ]);
  return { ...server, grant, apiGroups };
}

const csr = (request = adasRequest, signerName = 'kubernetes.io/kube-apiserver-client') => ({
  metadata: { name: 'ada' },
  spec: { request, signerName, usages: ['client auth'], username: 'somebody else' },
});

test('who asked is written by the server; a certificate of the masters is not for the asking', async () => {
  const { ask } = await open();
  const created = await ask('POST', path, { as: 'ada', body: csr() });
  assert.equal(created.status, 201, created.text);
  const { username, groups } = created.json.spec;
  assert.deepEqual([username, groups], ['ada', ['builders', 'system:authenticated']]);
  const refused = await ask('POST', path, { as: 'ada', body: csr(mastersRequest) });
  assert.equal(refused.status, 403);
  assert.match(refused.json.message, /system:masters group is not allowed/);
});

test('approving needs the right to the signer, or to its whole domain', async () => {
  const { ask, grant, apiGroups } = await open();
  const { json } = await ask('POST', path, { as: 'ada', body: csr() });
  const conditions = [{ type: 'Approved', status: 'True', reason: 'R', message: 'm' }];
  const approve = () =>
    ask('PUT', `${path}/ada/approval`, { as: 'ada', body: { ...json, status: { conditions } } });
  const refused = await approve();
  assert.equal(refused.status, 403, refused.text);
  assert.match(
    refused.json.message,
    /user not permitted to approve requests with signerName "kubernetes.io\/kube-apiserver-client"/,
  );
  await grant('signers', [
    { apiGroups, resources: ['signers'], verbs: ['approve'], resourceNames: ['kubernetes.io/*'] },
  ]);
  const approved = await approve();
  assert.equal(approved.status, 200, approved.text);
  const [condition] = approved.json.status.conditions;
  assert.ok(condition.lastUpdateTime && condition.lastTransitionTime);
});
