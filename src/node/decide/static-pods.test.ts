import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mirrorOf, staticPodOf, withMirror } from './static-pods.ts';

const file = (spec: object = {}, metadata: object = { name: 'own' }, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [{ name: 'main', image: 'app:1' }], ...spec },
  ...more,
});

describe('a pod of a file', () => {
  it('gets the node in its name, and a uid of its content', () => {
    const pod = staticPodOf(file(), 'n1');
    assert.equal(pod.metadata.name, 'own-n1');
    assert.equal(pod.metadata.namespace, 'default');
    assert.equal(pod.spec?.nodeName, 'n1');
    assert.equal(pod.metadata.uid?.length, 32);
    assert.equal(staticPodOf(file(), 'n1').metadata.uid, pod.metadata.uid);
    const other = staticPodOf(file({ hostname: 'other' }), 'n1');
    assert.notEqual(other.metadata.uid, pod.metadata.uid);
  });
  const wrong: [string, unknown, RegExp][] = [
    ['nothing', undefined, /holds no Pod/],
    ['another kind', { apiVersion: 'v1', kind: 'Service' }, /holds no Pod/],
    ['no name', file({}, {}), /metadata.name: Required value/],
    ['an unknown field', file({ containres: [] }), /unknown field "spec.containres"/],
    ['what no pod may have', file({ restartPolicy: 'Sometimes' }), /spec.restartPolicy/],
    ['an account', file({ serviceAccountName: 'a' }), /may not reference serviceaccounts/],
    ['a Secret', file({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }), /secrets/],
    [
      'a ConfigMap in its environment',
      file({ containers: [{ name: 'm', image: 'i', envFrom: [{ configMapRef: { name: 'c' } }] }] }),
      /may not reference configmaps/,
    ],
  ];
  for (const [title, value, words] of wrong) {
    it(`${title} is refused`, () => assert.throws(() => staticPodOf(value, 'n1'), words));
  }
  it('is shown by a mirror that its node owns, and takes its status from it', () => {
    const pod = staticPodOf(file(), 'n1');
    const mirror = mirrorOf(pod, 'n1', 'node-uid');
    assert.equal(mirror.metadata.uid, undefined);
    assert.equal(mirror.metadata.ownerReferences?.[0]?.uid, 'node-uid');
    const known = {
      ...mirror,
      metadata: { ...mirror.metadata, uid: 'api', resourceVersion: '7' },
      status: { phase: 'Running' },
    };
    const both = withMirror(pod, known);
    assert.deepEqual(
      [both.metadata.uid, both.metadata.resourceVersion, both.status?.phase],
      [pod.metadata.uid, '7', 'Running'],
    );
  });
});
