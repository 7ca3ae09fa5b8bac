import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerStatus, Pod, PodStatus } from '#api/types.ts';
import { newsOf } from './news.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
  spec: { containers: [{ name: 'main' }] },
};

const waiting = (reason: string, restartCount = 0): PodStatus => {
  const status: ContainerStatus = {
    name: 'main',
    image: 'app:1',
    imageID: '',
    ready: false,
    restartCount,
    state: { waiting: { reason } },
  };
  return { containerStatuses: [status] };
};

const told = (before: PodStatus | undefined, after: PodStatus) =>
  newsOf(pod, before, after).map(({ level, reason, message }) => `${level} ${reason} ${message}`);

describe('news of a status', () => {
  const crash = 'Warning BackOff Back-off restarting failed container main in pod web_shop(u1)';
  it('a back-off is told once for each attempt', () => {
    assert.deepEqual(told(undefined, waiting('CrashLoopBackOff', 1)), [crash]);
    const first = waiting('CrashLoopBackOff', 1);
    assert.deepEqual(told(first, waiting('CrashLoopBackOff', 1)), []);
    assert.deepEqual(told(first, waiting('CrashLoopBackOff', 2)), [crash]);
    const [container] = first.containerStatuses ?? [];
    const init = { initContainerStatuses: container ? [container] : [] };
    assert.deepEqual(told({}, init), [crash]);
  });
  it('waiting for an image is told when it begins', () => {
    const both = [
      'Normal BackOff Back-off pulling image "app:1"',
      'Warning Failed Error: ImagePullBackOff',
    ];
    assert.deepEqual(told(waiting('ErrImagePull'), waiting('ImagePullBackOff')), both);
    assert.deepEqual(told(waiting('ImagePullBackOff'), waiting('ImagePullBackOff')), []);
    assert.deepEqual(told(waiting('ContainerCreating'), waiting('ErrImagePull')), []);
  });
  it('what a node cannot do for a pod is told once', () => {
    const refused = { reason: 'SysctlForbidden', message: 'x' };
    assert.deepEqual(newsOf(pod, {}, refused), [{ level: 'Warning', ...refused }]);
    assert.deepEqual(newsOf(pod, refused, refused), []);
    const rejected = { ...refused, message: 'Pod was rejected: x' };
    assert.deepEqual(newsOf(pod, {}, rejected), [{ level: 'Warning', ...refused }]);
  });
  it('a deadline is told once, of the pod', () => {
    const late = { reason: 'DeadlineExceeded', message: 'too long' };
    assert.deepEqual(newsOf(pod, {}, late), [{ level: 'Normal', ...late }]);
    assert.deepEqual(newsOf(pod, late, late), []);
  });
});
