import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Secret } from './types.ts';
import { credentialsFor, keyringOf } from './keyring.ts';

const secretOf = (auths: object, key = '.dockerconfigjson'): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data: { [key]: btoa(JSON.stringify(key === '.dockercfg' ? auths : { auths })) },
});
const user = (username: string) => ({ username, password: 'p' });
const usersFor = (image: string, ...secrets: Secret[]) =>
  credentialsFor(image, keyringOf(secrets)).map(({ username }) => username);

describe('pull secrets', () => {
  it('match by registry, the longest path first', () => {
    const secret = secretOf({
      'reg.io': user('all'),
      'reg.io/team': user('team'),
      'other.io': user('other'),
    });
    assert.deepEqual(usersFor('reg.io/team/app:1', secret), ['team', 'all']);
    assert.deepEqual(usersFor('reg.io/teams/app:1', secret), ['all']);
    assert.deepEqual(usersFor('none.io/app', secret), []);
  });
  it('match wildcards within one label, and ports exactly', () => {
    const secret = secretOf({ '*.reg.io': user('star'), 'host:5000': user('port') });
    assert.deepEqual(usersFor('a.reg.io/x', secret), ['star']);
    assert.deepEqual(usersFor('a.b.reg.io/x', secret), []);
    assert.deepEqual(usersFor('host:5000/x', secret), ['port']);
    assert.deepEqual(usersFor('host:5001/x', secret), []);
  });
  it("know docker's own name of its hub, and the old form", () => {
    const hub = secretOf({ 'https://index.docker.io/v1/': { auth: btoa('me:a:b') } }, '.dockercfg');
    assert.deepEqual(credentialsFor('nginx', keyringOf([hub])), [
      { username: 'me', password: 'a:b' },
    ]);
  });
  it('that cannot be read give nothing', () => {
    const broken: Secret = { ...secretOf({}), data: { '.dockerconfigjson': '%%%' } };
    assert.deepEqual(keyringOf([broken, { ...broken, data: {} }]), []);
  });
});
