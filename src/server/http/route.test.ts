import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoute, type ResourceRoute, selectedName, verbOf } from './route.ts';

/** group/version resource [namespace] [name] [subresource] */
function shown(path: string): string {
  const route = parseRoute(path);
  if (route.type === 'path') return `path ${route.segments.join('/')}`;
  const { group, version, resource, namespace = '-', name = '-', subresource = '-' } = route;
  return [`${group || 'core'}/${version}`, resource, namespace, name, subresource].join(' ');
}

test('what a path points to', () => {
  const cases: Record<string, string> = {
    '/': 'path ',
    '/api': 'path api',
    '/api/v1': 'path api/v1',
    '/apis/apps/v1/': 'path apis/apps/v1',
    '/api/v1/nodes': 'core/v1 nodes - - -',
    '/api/v1/nodes/n1/status': 'core/v1 nodes - n1 status',
    '/api/v1/namespaces': 'core/v1 namespaces - - -',
    '/api/v1/namespaces/a': 'core/v1 namespaces a a -',
    '/api/v1/namespaces/a/status': 'core/v1 namespaces a a status',
    '/api/v1/namespaces/a/pods': 'core/v1 pods a - -',
    '/api/v1/namespaces/a/pods/p/log': 'core/v1 pods a p log',
    '/apis/apps/v1/namespaces/a/deployments/d/scale': 'apps/v1 deployments a d scale',
    '/apis/apps/v1/deployments': 'apps/v1 deployments - - -',
    '/api/v1/namespaces/a/pods/p%2Fq': 'core/v1 pods a p/q -',
    '/api/v1/watch/namespaces/a/pods/p': 'core/v1 pods a p -',
  };
  for (const [path, expected] of Object.entries(cases)) assert.equal(shown(path), expected, path);
  assert.throws(() => parseRoute('/api/v1/nodes/%ff'), { code: 400 });
});

test('what a method means there', () => {
  const verb = (method: string, path: string, query = '') =>
    verbOf(method, parseRoute(path) as ResourceRoute, new URLSearchParams(query));
  assert.equal(verb('GET', '/api/v1/pods'), 'list');
  assert.equal(verb('GET', '/api/v1/pods', 'watch=true'), 'watch');
  assert.equal(verb('GET', '/api/v1/pods', 'watch=false'), 'list');
  assert.equal(verb('GET', '/api/v1/pods', 'watch'), 'watch');
  assert.equal(verb('GET', '/api/v1/watch/pods'), 'watch');
  assert.equal(verb('HEAD', '/api/v1/nodes/n'), 'get');
  assert.equal(verb('DELETE', '/api/v1/nodes'), 'deletecollection');
  assert.equal(verb('DELETE', '/api/v1/nodes/n'), 'delete');
  assert.equal(verb('TRACE', '/api/v1/nodes/n'), undefined);
});

test('a selector of one name counts as that name', () => {
  const name = (selector: string) => selectedName(new URLSearchParams({ fieldSelector: selector }));
  assert.equal(name('metadata.name=a'), 'a');
  assert.equal(name('x=y,metadata.name==a'), 'a');
  assert.equal(name('metadata.name!=a'), undefined);
});
