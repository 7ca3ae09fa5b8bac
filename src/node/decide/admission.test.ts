import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Node, Pod, PodSpec, Taint } from '#api/types.ts';
import { type AdmissionFacts, admissionOf } from './admission.ts';
import type { Resident } from './room.ts';
import { mirrorAnnotation } from './static-pods.ts';

const critical = 2_000_000_000;

function pod(name: string, requests: Record<string, string>, more: Partial<PodSpec> = {}): Pod {
  const containers = [{ name: 'main', image: 'app:1', resources: { requests } }];
  const metadata = { name, namespace: 'default', uid: name };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...more } };
}

const resident = (each: Pod, granted = each): Resident => ({ pod: each, granted });

function node(
  more: { labels?: Record<string, string>; taints?: Taint[]; has?: object } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1', labels: { zone: 'a', ...more.labels } },
    spec: { ...(more.taints && { taints: more.taints }) },
    status: { allocatable: { cpu: '64', ...more.has } },
  };
}

const allocatable = { cpu: '2', memory: '1Gi', 'ephemeral-storage': '10Gi', pods: '3' };

const asked = (more: Partial<AdmissionFacts<Resident>> & { pod: Pod }) =>
  admissionOf({
    residents: [],
    node: node(),
    allocatable,
    pressure: new Set(),
    machine: { appArmor: true },
    ...more,
  });

/** The reason and the message, or who ends for it. */
function told(more: Partial<AdmissionFacts<Resident>> & { pod: Pod }): string {
  const decided = asked(more);
  if (decided.type === 'reject') return `${decided.reason}: ${decided.message}`;
  if (decided.type === 'admit') return 'admit';
  return `preempt ${decided.victims.map(({ pod: { metadata } }) => metadata.name).join(' ')}`;
}

const port = (hostPort: number, hostIP?: string): Partial<PodSpec> => ({
  containers: [
    {
      name: 'main',
      image: 'app:1',
      ports: [{ containerPort: 80, hostPort, ...(hostIP && { hostIP }) }],
    },
  ],
});

const half = resident(pod('half', { cpu: '1', memory: '512Mi' }));
const lacking = "Node didn't have enough resource: ";
const unmatched =
  "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
const evict: Taint = { key: 'gpu', effect: 'NoExecute' };
const dongle = { 'example.com/dongle': '2' };

describe('a pod that comes to a node', () => {
  const cases: [string, Partial<AdmissionFacts<Resident>> & { pod: Pod }, string][] = [
    ['fits', { pod: pod('a', { cpu: '2' }) }, 'admit'],
    ['asks for what is left', { pod: pod('a', { cpu: '1' }), residents: [half] }, 'admit'],
    [
      'asks for more CPU than is left',
      { pod: pod('a', { cpu: '1500m' }), residents: [half] },
      `OutOfcpu: ${lacking}cpu, requested: 1500, used: 1000, capacity: 2000`,
    ],
    [
      'asks for more memory than there is',
      { pod: pod('a', { memory: '2Gi' }) },
      `OutOfmemory: ${lacking}memory, requested: 2147483648, used: 0, capacity: 1073741824`,
    ],
    [
      'asks for too much of the disk',
      { pod: pod('a', { 'ephemeral-storage': '11Gi' }) },
      `OutOfephemeral-storage: ${lacking}ephemeral-storage, requested: 11811160064, used: 0, capacity: 10737418240`,
    ],
    [
      'is one too many',
      { pod: pod('a', {}), residents: [half, half, half] },
      `OutOfpods: ${lacking}pods, requested: 1, used: 3, capacity: 3`,
    ],
    [
      'asks for nothing on a node that has given too much',
      { pod: pod('a', {}), residents: [resident(pod('big', { cpu: '3' }))] },
      'admit',
    ],
    [
      'finds a resize that was not granted',
      {
        pod: pod('a', { cpu: '1' }),
        residents: [resident(pod('grows', { cpu: '2' }), pod('grows', { cpu: '1' }))],
      },
      'admit',
    ],
    ['asks for devices that nobody knows here', { pod: pod('a', dongle) }, 'admit'],
    [
      'asks for more devices than the node has',
      { pod: pod('a', dongle), node: node({ has: { 'example.com/dongle': '1' } }) },
      `OutOfexample.com/dongle: ${lacking}example.com/dongle, requested: 2, used: 0, capacity: 1`,
    ],
    [
      'asks for huge pages, of which there are none',
      { pod: pod('a', { 'hugepages-2Mi': '2Mi' }) },
      `OutOfhugepages-2Mi: ${lacking}hugepages-2Mi, requested: 2097152, used: 0, capacity: 0`,
    ],
    [
      'wants another node',
      { pod: pod('a', {}, { nodeSelector: { zone: 'b' } }) },
      `NodeAffinity: ${unmatched}`,
    ],
    [
      'names the room before the node',
      { pod: pod('a', { cpu: '3' }, { nodeSelector: { zone: 'b' } }) },
      `OutOfcpu: ${lacking}cpu, requested: 3000, used: 0, capacity: 2000`,
    ],
    [
      'wants a port that is taken',
      { pod: pod('a', {}, port(80)), residents: [resident(pod('b', {}, port(80, '192.0.2.1')))] },
      "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    ],
    [
      'wants the port of another address',
      {
        pod: pod('a', {}, port(80, '192.0.2.2')),
        residents: [resident(pod('b', {}, port(80, '192.0.2.1')))],
      },
      'admit',
    ],
    [
      'does not bear a taint that evicts',
      { pod: pod('a', {}), node: node({ taints: [evict] }) },
      'TaintToleration: Predicate TaintToleration failed: node(s) had untolerated taint(s)',
    ],
    [
      'does not bear a taint that only keeps the scheduler away',
      { pod: pod('a', {}), node: node({ taints: [{ ...evict, effect: 'NoSchedule' }] }) },
      'admit',
    ],
    [
      'asks for what this node cannot do',
      { pod: pod('a', { cpu: '3' }, { hostUsers: false }) },
      'UnexpectedAdmissionError: spec.hostUsers: false needs user namespaces, which this runtime lacks',
    ],
    [
      'comes while memory is short',
      { pod: pod('a', {}), pressure: new Set(['MemoryPressure']) },
      'Evicted: The node had condition: [MemoryPressure]. ',
    ],
  ];
  for (const [title, facts, wanted] of cases) it(title, () => assert.equal(told(facts), wanted));

  it('says when older news of the node may be the cause', () => {
    const byNode = (more: Partial<AdmissionFacts<Resident>> & { pod: Pod }) => {
      const decided = asked(more);
      return decided.type === 'reject' && decided.byNode;
    };
    assert.ok(byNode({ pod: pod('a', {}, { nodeSelector: { zone: 'b' } }) }));
    assert.ok(byNode({ pod: pod('a', {}), node: node({ taints: [evict] }) }));
    assert.ok(
      byNode({ pod: pod('a', dongle), node: node({ has: { 'example.com/dongle': '1' } }) }),
    );
    assert.ok(!byNode({ pod: pod('a', { cpu: '3' }) }));
  });

  it('is static: no taint keeps it away', () => {
    const own = pod('a', {});
    own.metadata.annotations = { [mirrorAnnotation]: 'a' };
    assert.equal(told({ pod: own, node: node({ taints: [evict] }) }), 'admit');
  });
});

describe('a pod that the node cannot do without', () => {
  const needed = pod('needed', { cpu: '1500m' }, { priority: critical });
  const of = (name: string, cpu: string, more: Partial<PodSpec> = {}) =>
    resident(pod(name, { cpu }, more));
  function guaranteed(name: string, cpu: string): Resident {
    const resources = { limits: { cpu, memory: '1Mi' }, requests: { cpu, memory: '1Mi' } };
    const containers = [{ name: 'main', image: 'app:1', resources }];
    return resident({ ...pod(name, {}), spec: { containers } });
  }
  const none = resident(pod('none', {}));
  const cases: [string, Pod, Resident[], string][] = [
    ['finds room', needed, [of('a', '500m')], 'admit'],
    ['ends who comes closest', needed, [of('a', '300m'), of('b', '1')], 'preempt b'],
    [
      'ends the smaller of two that suffice',
      needed,
      [of('a', '500m'), of('b', '400m')],
      'preempt b',
    ],
    ['ends as many as it takes', needed, [of('a', '1'), of('b', '1')], 'preempt a b'],
    [
      'spares those with guaranteed requests',
      needed,
      [guaranteed('a', '400m'), of('b', '500m')],
      'preempt b',
    ],
    [
      'ends those without requests for a place',
      pod('needed', {}, { priority: critical }),
      [of('a', '1'), none, of('b', '1')],
      'preempt none',
    ],
    [
      'ends one of its own rank that is less important',
      { ...needed, spec: { ...needed.spec, priority: critical + 1000 } as PodSpec },
      [of('a', '1', { priority: critical })],
      'preempt a',
    ],
    [
      'finds nobody that may end',
      needed,
      [of('a', '1', { priority: critical })],
      'UnexpectedAdmissionError: Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [(res: cpu, q: 500), ]',
    ],
    [
      'ends nobody where it may not be',
      { ...needed, spec: { ...needed.spec, nodeSelector: { zone: 'b' } } as PodSpec },
      [of('a', '1')],
      `NodeAffinity: ${unmatched}`,
    ],
  ];
  for (const [title, wanted, residents, words] of cases) {
    it(title, () => assert.equal(told({ pod: wanted, residents }), words));
  }
});
