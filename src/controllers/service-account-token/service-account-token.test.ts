import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secrets, serviceAccounts } from '#api/kinds/index.ts';
import type { Secret, TokenRequest } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { type ControlPlane, startControlPlane } from '../testing/control-plane.ts';

const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString('utf8');

/** A server that gives tokens: the one of the tests has no keys. */
function signing(asked: TokenRequest[]) {
  return (verbs: Verbs): Verbs => ({
    get: (ref) => verbs.get(ref),
    list: (ref, options) => verbs.list(ref, options),
    watch: (ref, options, sink) => verbs.watch(ref, options, sink),
    update: (ref, object, options) => verbs.update(ref, object, options),
    patch: (ref, patch, options) => verbs.patch(ref, patch, options),
    delete: (ref, options) => verbs.delete(ref, options),
    deleteCollection: (ref, select, options) => verbs.deleteCollection(ref, select, options),
    create: async (ref, object, options) => {
      if (!('subresource' in ref) || ref.subresource !== 'token')
        return verbs.create(ref, object, options);
      const request = object as TokenRequest;
      asked.push(request);
      const status = { token: `token ${asked.length}`, expirationTimestamp: '' };
      return { ...request, status };
    },
  });
}

const account = 'kubernetes.io/service-account.name';
const makeSecret = (plane: ControlPlane, name: string, of: string, more: object = {}) =>
  plane.create(secrets, {
    metadata: { name, annotations: { [account]: of, ...more } },
    type: 'kubernetes.io/service-account-token',
  });

const namesOf = async (plane: ControlPlane): Promise<string[]> =>
  (await plane.list(secrets, 'default')).map(({ metadata }) => metadata.name ?? '');

test('a token secret is filled once, and keeps to new certificates', async () => {
  const asked: TokenRequest[] = [];
  let certificate = 'old';
  const listeners: (() => void)[] = [];
  const plane = await startControlPlane({
    wrap: signing(asked),
    roots: {
      certificates: () => certificate,
      onRenewal: (renewed) => void listeners.push(renewed),
    },
  });
  await plane.create(serviceAccounts, { metadata: { name: 'ci' } });
  await makeSecret(plane, 'ci-token', 'ci');
  await plane.create(secrets, { metadata: { name: 'other' }, type: 'Opaque' });
  await plane.run();
  const secret = await plane.get(secrets, 'ci-token');
  const { uid } = (await plane.get(serviceAccounts, 'ci')).metadata;
  assert.equal(secret.metadata.annotations?.['kubernetes.io/service-account.uid'], uid);
  const said = ({ data = {} }: Secret) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, text(value)]));
  assert.deepEqual(said(secret), { 'ca.crt': 'old', namespace: 'default', token: 'token 1' });
  assert.deepEqual(asked[0]?.spec?.boundObjectRef, {
    apiVersion: 'v1',
    kind: 'Secret',
    name: 'ci-token',
    uid: secret.metadata.uid,
  });
  certificate = 'new';
  for (const renewed of listeners) renewed();
  await plane.run();
  const renewed = said(await plane.get(secrets, 'ci-token'));
  assert.deepEqual(renewed, { 'ca.crt': 'new', namespace: 'default', token: 'token 1' });
  assert.equal(asked.length, 1);
  await plane.stop();
});

test('a token secret goes with its account, and with one that came back under its name', async () => {
  const plane = await startControlPlane({ wrap: signing([]) });
  await plane.create(serviceAccounts, { metadata: { name: 'ci' } });
  await makeSecret(plane, 'mine', 'ci');
  await makeSecret(plane, 'of-another', 'ci', { 'kubernetes.io/service-account.uid': 'gone' });
  await makeSecret(plane, 'of-nobody', 'nobody');
  await plane.run();
  assert.deepEqual(await namesOf(plane), ['mine']);
  await plane.delete(serviceAccounts, 'ci');
  await plane.run();
  assert.deepEqual(await namesOf(plane), []);
  await plane.stop();
});
