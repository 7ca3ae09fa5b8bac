import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, Pod, PodCondition, ResourceRequirements } from '../../types.ts';
import { heldSpec } from './held-resources.ts';
import { podLimits, podRequests } from './requests.ts';

const asking = (cpu: string): ResourceRequirements => ({ requests: { cpu }, limits: { cpu } });

interface Held {
  readonly granted?: string;
  readonly applied?: string;
}

function statusOf(name: string, { granted, applied }: Held): ContainerStatus {
  const rest = { image: '', imageID: '', ready: true, restartCount: 0 };
  return {
    name,
    ...rest,
    ...(granted !== undefined && { allocatedResources: { cpu: granted } }),
    ...(applied !== undefined && { resources: asking(applied) }),
  };
}

const pending = (reason: string): PodCondition => ({
  type: 'PodResizePending',
  status: 'True',
  reason,
});

function pod(cpu: string, held: Held, conditions: PodCondition[] = []): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'main', resources: asking(cpu) }] },
    status: { conditions, containerStatuses: [statusOf('main', held)] },
  };
}

const cases: [string, Pod, requests: string, limits: string][] = [
  ['it runs as it asks', pod('1', { granted: '1', applied: '1' }), '1', '1'],
  [
    'the same amount in other words',
    pod('1000m', { granted: '1', applied: '1' }),
    '1000m',
    '1000m',
  ],
  ['nothing is known of what it holds', pod('1', {}), '1', '1'],
  ['granted, and nobody has told what was applied', pod('1', { granted: '3' }), '1', '1'],
  [
    'more is asked for than the node has looked at',
    pod('2', { granted: '1', applied: '1' }),
    '2',
    '2',
  ],
  [
    'more is asked for, and waits for room',
    pod('2', { granted: '1', applied: '1' }, [pending('Deferred')]),
    '2',
    '2',
  ],
  [
    'more is asked for than the node has',
    pod('64', { granted: '1', applied: '1' }, [pending('Infeasible')]),
    '1',
    '1',
  ],
  ['less is asked for than it holds', pod('1', { granted: '2', applied: '2' }), '2', '2'],
  ['less is granted than it holds', pod('1', { granted: '1', applied: '2' }), '2', '2'],
  ['more is granted than it holds yet', pod('1', { granted: '3', applied: '2' }), '3', '2'],
];

for (const [name, each, requests, limits] of cases) {
  test(`held: ${name}`, () => {
    const spec = heldSpec(each);
    assert.equal(podRequests(spec)['cpu'], requests);
    assert.equal(podLimits(spec)['cpu'], limits);
  });
}

test('where nothing else is held, the spec is the very same object', () => {
  const same = pod('1', { granted: '1', applied: '1' });
  assert.equal(heldSpec(same), same.spec);
});

test('of init containers only sidecars hold what a resize left them', () => {
  const { status, ...rest } = pod('1', { granted: '1', applied: '1' });
  const initContainers = [
    { name: 'once', resources: asking('1') },
    { name: 'beside', resources: asking('1'), restartPolicy: 'Always' },
  ];
  const initContainerStatuses = ['once', 'beside'].map((name) =>
    statusOf(name, { granted: '4', applied: '4' }),
  );
  const spec = heldSpec({
    ...rest,
    spec: { ...rest.spec, initContainers },
    status: { ...status, initContainerStatuses },
  });
  assert.deepEqual(
    spec.initContainers?.map(({ resources }) => resources?.requests?.['cpu']),
    ['1', '4'],
  );
  assert.equal(podRequests(spec)['cpu'], '5');
});

test('a pod that asks for something as a whole holds that, as its own status tells it', () => {
  const { status, ...rest } = pod('1', { granted: '1', applied: '1' });
  const whole = (asked: string, conditions: PodCondition[] = []): Pod => ({
    ...rest,
    spec: { ...rest.spec, resources: asking(asked) },
    status: { ...status, conditions, allocatedResources: { cpu: '2' }, resources: asking('3') },
  });
  const cpu = (each: Pod) => podRequests(heldSpec(each))['cpu'];
  assert.equal(cpu(whole('1')), '3');
  assert.equal(cpu(whole('4')), '4');
  assert.equal(cpu(whole('64', [pending('Infeasible')])), '3');
  const same = whole('3');
  const settled = { ...same, status: { ...same.status, allocatedResources: { cpu: '3' } } };
  assert.equal(heldSpec(settled), settled.spec);
});
