/** Requests and limits as control groups, by class. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { Pod } from '#api/types.ts';
import { statusOf, type World } from './world.ts';

export const resourceManifest = `
apiVersion: v1
kind: Pod
metadata: {name: guaranteed}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: main, image: "busybox:1", command: [sleep, "3600"], resources: {limits: {cpu: 100m, memory: 32Mi}}}
  - {name: other, image: "busybox:1", command: [sleep, "3600"], resources: {limits: {cpu: 50m, memory: 16Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: burstable}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: main, image: "busybox:1", command: [sleep, "3600"], resources: {requests: {cpu: 20m, memory: 16Mi}, limits: {memory: 64Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: best-effort}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: "busybox:1", command: [sleep, "3600"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: too-much}
spec:
  restartPolicy: Never
  containers:
  - {name: main, image: "busybox:1", command: [busybox, dd, if=/dev/zero, of=/dev/null, bs=64M, count=4], resources: {limits: {memory: 16Mi}}}
`;

/** What a group bounds; absent: nothing. Shares are as in version 1, or the weight of version 2. */
interface Bounds {
  readonly memory: string | undefined;
  readonly quota: string | undefined;
  readonly shares: string | undefined;
}

const version2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

/** The weight that the kubelet and runc make of shares. Source: KEP-2254. */
const sharesAs = (shares: number): string =>
  String(version2 ? 1 + Math.floor(((shares - 2) * 9999) / 262_142) : shares);

/** A process of the container, and its control groups by controller ('' is version 2). */
function groupsOf(pod: Pod, name = 'main'): ReadonlyMap<string, string> {
  const id = statusOf(pod, name).containerID?.replace('containerd://', '') ?? '';
  assert.notEqual(id, '');
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = textOf(`/proc/${entry}/cgroup`);
    if (!text?.includes(id)) continue;
    const lines = text.trim().split('\n');
    return new Map(
      lines.flatMap((line) => {
        const [, controllers = '', path = ''] = line.split(':');
        return controllers.split(',').map((controller) => [controller, path] as const);
      }),
    );
  }
  throw new Error(`no process of container ${name}`);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Reads the group of the container (`up` 0) or one above it. */
function boundsOf(groups: ReadonlyMap<string, string>, up: number): Bounds {
  const read = (controller: string, file: string): string | undefined => {
    const path = (groups.get(version2 ? '' : controller) ?? '').split('/');
    const group = path.slice(0, path.length - up).join('/');
    const base = version2 ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`;
    return readFileSync(`${base}${group}/${file}`, 'utf8').trim();
  };
  if (version2) {
    const quota = read('cpu', 'cpu.max')?.split(' ')[0];
    return bounded(read('memory', 'memory.max'), quota, read('cpu', 'cpu.weight'));
  }
  return bounded(
    read('memory', 'memory.limit_in_bytes'),
    read('cpu', 'cpu.cfs_quota_us'),
    read('cpu', 'cpu.shares'),
  );
}

function bounded(memory = 'max', quota = 'max', shares = ''): Bounds {
  const none = (text: string): boolean => text === 'max' || Number(text) < 0;
  // Version 1 says a number that no machine has.
  const vast = none(memory) || Number(memory) > 2 ** 60;
  return { memory: vast ? undefined : memory, quota: none(quota) ? undefined : quota, shares };
}

const mebibytes = (count: number): string => String(count * 2 ** 20);

export function resourceTests(world: World): void {
  suite('resources', { concurrency: true }, () => {
    const running = (name: string, qosClass: string) =>
      world.shows(name, (pod) => {
        assert.equal(pod.status?.qosClass, qosClass);
        assert.ok(pod.status?.containerStatuses?.every(({ state }) => state?.running));
        return pod;
      });
    const parentOf = (groups: ReadonlyMap<string, string>): string =>
      (groups.get(version2 ? '' : 'memory') ?? '').split('/').slice(-4, -1).join('/');

    test('Guaranteed: every container bounded, and the pod by their sum', async () => {
      const pod = await running('guaranteed', 'Guaranteed');
      const groups = groupsOf(pod);
      const { uid } = pod.metadata;
      assert.ok(parentOf(groups).endsWith(`/kubepods/pod${uid}`), parentOf(groups));
      const own = { memory: mebibytes(32), quota: '10000', shares: sharesAs(102) };
      assert.deepEqual(boundsOf(groups, 0), own);
      const whole = { memory: mebibytes(48), quota: '15000', shares: sharesAs(153) };
      assert.deepEqual(boundsOf(groups, 1), whole);
      const file = version2 ? 'memory.max' : 'memory/memory.limit_in_bytes';
      const inside = await world.exec('guaranteed', `cat /sys/fs/cgroup/${file}`);
      assert.equal(inside.trim(), mebibytes(32));
      const { allocatedResources } = statusOf(pod);
      assert.deepEqual(allocatedResources, { cpu: '100m', memory: '32Mi' });
    });

    test('Burstable: what is bounded, and shares by request', async () => {
      const pod = await running('burstable', 'Burstable');
      const groups = groupsOf(pod);
      assert.equal(parentOf(groups), `kubepods/burstable/pod${pod.metadata.uid}`);
      const bounds = { memory: mebibytes(64), quota: undefined, shares: sharesAs(20) };
      assert.deepEqual(boundsOf(groups, 0), bounds);
      assert.deepEqual(boundsOf(groups, 1), bounds);
    });

    test('BestEffort: no bounds, the least share', async () => {
      const pod = await running('best-effort', 'BestEffort');
      const groups = groupsOf(pod);
      assert.equal(parentOf(groups), `kubepods/besteffort/pod${pod.metadata.uid}`);
      const bounds = { memory: undefined, quota: undefined, shares: sharesAs(2) };
      assert.deepEqual(boundsOf(groups, 0), bounds);
      assert.deepEqual(boundsOf(groups, 1), bounds);
      assert.equal(boundsOf(groups, 2).shares, sharesAs(2));
    });

    test('who takes more memory than its limit is OOMKilled', async () => {
      const pod = await world.phase('too-much', 'Failed');
      const { exitCode, reason } = statusOf(pod).state?.terminated ?? {};
      assert.deepEqual([exitCode, reason], [137, 'OOMKilled']);
      assert.equal(await world.column('too-much'), 'OOMKilled');
    });
  });
}
