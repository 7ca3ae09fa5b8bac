import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Volume } from '../../types.ts';
import { pods } from '../pods.ts';

function warningsOf(volumes: Volume[]): string[] {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', image: 'b' }], volumes },
  };
  return pods.warnings?.(pod) ?? [];
}

test('a volume that nothing mounts is told, one that works is not', () => {
  const found = warningsOf([{ name: 'x', nfs: { server: 'a', path: '/b' } }]);
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /^spec\.volumes\[0\]\.nfs: .*does not start/);
  const works: Volume[] = [
    { name: 'a', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'b', persistentVolumeClaim: { claimName: 'c' } },
  ];
  assert.deepEqual(warningsOf(works), []);
});
