import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, deployments, events, pods } from './kinds/index.ts';
import { lookupOf, splitApiVersion } from './lookup.ts';

const lookup = lookupOf(allKinds);

test('kinds are found by what names them', () => {
  assert.equal(lookup.byResource('', 'v1', 'pods'), pods);
  assert.equal(lookup.byResource('apps', 'v1', 'deployments'), deployments);
  assert.equal(lookup.byResource('apps', 'v1', 'pods'), undefined);
  assert.equal(lookup.byKind('apps', 'v1', 'Deployment'), deployments);
  assert.equal(lookup.byObject({ apiVersion: 'apps/v1', kind: 'Deployment' }), deployments);
  assert.equal(lookup.byObject({}), undefined);
});

test('people type what is short', () => {
  for (const word of ['po', 'pod', 'Pods', 'POD']) assert.equal(lookup.byShortName(word), pods);
  for (const word of ['deploy', 'deployment.apps', 'deployments.apps']) {
    assert.equal(lookup.byShortName(word), deployments, word);
  }
  assert.equal(lookup.byShortName('ev'), events);
});

test('an API version has a group, or is of the core', () => {
  assert.deepEqual(splitApiVersion('v1'), { group: '', version: 'v1' });
  assert.deepEqual(splitApiVersion('apps/v1'), { group: 'apps', version: 'v1' });
});
