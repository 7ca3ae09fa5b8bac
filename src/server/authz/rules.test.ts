import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRule } from '#api/types.ts';
import { allows, describeRule, uncovered } from './rules.ts';

const rule = (verbs: string, groups: string, resources: string, names?: string): PolicyRule => ({
  verbs: verbs.split(' '),
  apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
  resources: resources.split(' '),
  ...(names ? { resourceNames: names.split(' ') } : {}),
});

const asks = (verb: string, what: string, name?: string) => {
  const [resource = '', subresource] = what.split('/');
  return { verb, resource: { group: '', resource, subresource, name } };
};

test('a rule grants what it names', () => {
  const pods = rule('get list', 'core', 'pods pods/log');
  assert.ok(allows(pods, asks('get', 'pods')));
  assert.ok(allows(pods, asks('get', 'pods/log')));
  assert.ok(!allows(pods, asks('get', 'pods/exec')));
  assert.ok(!allows(pods, asks('delete', 'pods')));
  assert.ok(!allows(rule('get', 'apps', 'pods'), asks('get', 'pods')));
});

test('stars: of verbs, groups, resources, and a subresource of all', () => {
  assert.ok(allows(rule('*', '*', '*'), asks('escalate', 'anything/at')));
  assert.ok(allows(rule('get', 'core', '*/scale'), asks('get', 'replicationcontrollers/scale')));
  assert.ok(!allows(rule('get', 'core', '*/scale'), asks('get', 'pods')));
  assert.ok(!allows(rule('get', 'core', 'pods/*'), asks('get', 'pods/log')));
});

test('names narrow a rule; a request without a name is not covered', () => {
  const named = rule('get list', 'core', 'secrets', 'a b');
  assert.ok(allows(named, asks('get', 'secrets', 'a')));
  assert.ok(!allows(named, asks('get', 'secrets', 'c')));
  assert.ok(!allows(named, asks('list', 'secrets')));
});

test('paths match whole or by a star at the end', () => {
  const urls: PolicyRule = { verbs: ['get'], nonResourceURLs: ['/healthz', '/api/*'] };
  const asked = (path: string) => allows(urls, { verb: 'get', path });
  assert.deepEqual(['/healthz', '/healthz/x', '/api', '/api/v1'].map(asked), [
    true,
    false,
    false,
    true,
  ]);
});

test('what one gives away must be covered piece by piece', () => {
  const held = [
    rule('get list', 'core', 'pods'),
    rule('*', 'apps', '*'),
    rule('get', 'core', 'secrets', 'a'),
  ];
  const missing = (wanted: PolicyRule) => uncovered(held, [wanted]).map(describeRule);
  assert.deepEqual(missing(rule('get list', 'core', 'pods')), []);
  assert.deepEqual(missing(rule('delete', 'apps', 'deployments statefulsets/scale')), []);
  assert.deepEqual(missing(rule('get', 'core', 'secrets', 'a')), []);
  assert.deepEqual(missing(rule('get watch', 'core', 'pods')), [
    '{APIGroups:[""], Resources:["pods"], Verbs:["watch"]}',
  ]);
  assert.deepEqual(missing(rule('get', 'core', 'secrets')), [
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
  ]);
  assert.deepEqual(missing(rule('*', '*', '*')), [
    '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
  ]);
});
