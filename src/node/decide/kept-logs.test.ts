import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnerReference, Pod } from '#api/types.ts';
import { excessLogs, keptPodOf, workloadOf } from './kept-logs.ts';

const pod = (owner?: Partial<OwnerReference>, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { containers: [] },
  metadata: {
    name: 'web-abc-x1',
    namespace: 'shop',
    uid: 'u1',
    labels,
    ...(owner && {
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web-abc',
          uid: 'r',
          controller: true,
          ...owner,
        },
      ],
    }),
  },
});

describe('the workload of a pod', () => {
  const cases: [string, Pod, string][] = [
    ['none', pod(), 'Pod/web-abc-x1'],
    ['a ReplicaSet', pod({}), 'ReplicaSet/web-abc'],
    ['a Deployment', pod({}, { 'pod-template-hash': 'abc' }), 'Deployment/web'],
    ['a Job', pod({ kind: 'Job', name: 'once' }), 'Job/once'],
    ['its node', pod({ kind: 'Node', name: 'n1' }), 'Pod/web-abc-x1'],
    ['who does not control it', pod({ controller: false }), 'Pod/web-abc-x1'],
  ];
  for (const [title, of, wanted] of cases) {
    it(title, () => {
      const { kind, name } = workloadOf(of);
      assert.equal(`${kind}/${name}`, wanted);
    });
  }
});

describe('kept logs', () => {
  const bounds = { podsPerWorkload: 2, pods: 3, bytes: 100, ageMs: 1000 };
  const kept = (name: string, uid: string, endedAtMs: number, bytes = 10) => ({
    kept: { ...keptPodOf(pod({ name }), endedAtMs), uid },
    bytes,
  });
  const gone = (...all: ReturnType<typeof kept>[]) =>
    excessLogs(all, bounds, 2000).map(({ uid }) => uid);
  it('the oldest of a workload beyond its share go', () =>
    assert.deepEqual(gone(kept('a', '1', 1501), kept('a', '2', 1502), kept('a', '3', 1503)), [
      '1',
    ]));
  it('each workload has its own share', () =>
    assert.deepEqual(gone(kept('a', '1', 1501), kept('b', '2', 1502), kept('a', '3', 1503)), []));
  it('the oldest go when all are too many', () =>
    assert.deepEqual(
      gone(kept('a', '1', 1501), kept('b', '2', 1502), kept('c', '3', 1503), kept('d', '4', 1504)),
      ['1'],
    ));
  it('what is too old goes', () => assert.deepEqual(gone(kept('a', '1', 999)), ['1']));
  it('the oldest go when all are too many bytes', () =>
    assert.deepEqual(gone(kept('a', '1', 1501, 60), kept('b', '2', 1502, 60)), ['1']));
  it('a note tells how the containers ended', () => {
    const ended = { exitCode: 3, reason: 'Error' };
    const of: Pod = {
      ...pod(),
      status: {
        containerStatuses: [
          {
            name: 'main',
            image: '',
            imageID: '',
            ready: false,
            restartCount: 2,
            state: { terminated: ended },
          },
        ],
      },
    };
    assert.deepEqual(keptPodOf(of, 5).containers, [{ name: 'main', restartCount: 2, ...ended }]);
  });
});
