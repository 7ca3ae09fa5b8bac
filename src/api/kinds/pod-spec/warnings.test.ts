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

test('a limit that nothing enforces is told, one that is a file system of that size is not', () => {
  const onDisk = warningsOf([{ name: 'x', emptyDir: { sizeLimit: '1Gi' } }]);
  assert.equal(onDisk.length, 1);
  assert.match(onDisk[0] ?? '', /^spec\.volumes\[0\]\.emptyDir: .*sizeLimit/);
  assert.deepEqual(
    warningsOf([{ name: 'x', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }]),
    [],
  );
  assert.deepEqual(warningsOf([{ name: 'x', emptyDir: {} }]), []);
});
