/** Which pod runs where, and which one gives way: real pods, on one node. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { millisOf } from '#api/quantity.ts';
import type { Node, Pod } from '#api/types.ts';
import { eventually } from './harness.ts';
import { World } from './pods/world.ts';

const world = new World('sched', { api: 21_643, http: 21_281, https: 21_644 });

const containers = (cpu = ''): string =>
  `containers: [{name: main, image: "busybox:1", command: [sleep, "3600"]${cpu && `, resources: {requests: {cpu: ${cpu}}}`}}]`;

const podNamed = (name: string, spec: string, labels = '{}'): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: ${labels}}
spec:
  terminationGracePeriodSeconds: 0
  ${spec}
`;

const apartFromWeb =
  'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}]}}';

const highClass = `
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
`;

/** Seconds. When the pod has left whose time began later, that of the pod that stays is over as well. */
const tolerated = 4;

const tolerating = (...tolerations: string[]): string =>
  `tolerations: [${tolerations.map((each) => `{effect: NoExecute, operator: Exists${each}}`).join(', ')}]\n  ${containers()}`;

const isPlaced = (pod: Pod): void => assert.ok(pod.spec.nodeName);
const told = ({ status }: Pod): string =>
  status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';

suite('scheduling', { timeout: 180_000 }, () => {
  before(() => world.open([highClass, podNamed('web', containers(), '{app: web}')]));
  after(() => world.close());

  test('a pod keeps away from another one until that one goes', async () => {
    await world.phase('web', 'Running');
    await world.cluster.apply(podNamed('apart', `${apartFromWeb}\n  ${containers()}`));
    await world.becomes('apart', (pod) =>
      assert.match(told(pod), /didn't match pod anti-affinity/),
    );
    await world.cluster.kubectl(['delete', 'pod', 'web']);
    await world.becomes('apart', isPlaced);
  });

  test('a gate holds a pod back, and its removal lets it go', async () => {
    const gates = 'schedulingGates: [{name: example.com/wait}]';
    await world.cluster.apply(podNamed('gated', `${gates}\n  ${containers()}`));
    await world.becomes('gated', (pod) => assert.match(told(pod), /blocked due to non-empty/));
    assert.equal(await world.column('gated'), 'SchedulingGated');
    await world.cluster.kubectl([
      'patch',
      'pod',
      'gated',
      '--type=json',
      '-p=[{"op": "remove", "path": "/spec/schedulingGates"}]',
    ]);
    await world.becomes('gated', isPlaced);
  });

  test('a pod of low priority gives way to one of high priority', async () => {
    const { items } = await world.api.read<{ items: Node[] }>('/api/v1/nodes');
    const cpu = millisOf(items[0]?.status?.allocatable?.['cpu'] ?? '0');
    const most = containers(`${Math.floor(cpu * 0.7)}m`);
    await world.cluster.apply(podNamed('low', most));
    await world.phase('low', 'Running');
    await world.cluster.apply(podNamed('high', `priorityClassName: high\n  ${most}`));
    await world.event('low', 'Preempted', /^Preempted by pod .* on node /);
    await world.shows('low', ({ status }) => {
      const condition = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
      assert.equal(condition?.reason, 'PreemptionByScheduler');
    });
    await world.shows('high', ({ status }) => assert.ok(status?.nominatedNodeName));
    await world.phase('high', 'Running');
    const high = await world.now('high');
    assert.equal(high.status?.nominatedNodeName, undefined);
    await world.cluster.apply(podNamed('late', most));
    await world.event('late', 'FailedScheduling', /Insufficient cpu.*No preemption victims found/);
  });

  test('a NoExecute taint: pods leave at once, when their time is over, or never', async () => {
    const [node = ''] = (await world.cluster.kubectl(['get', 'nodes', '-o', 'name'])).split('\n');
    const taint = (...taints: string[]): Promise<string> =>
      world.cluster.kubectl(['taint', ...node.split('/'), ...taints]);
    const seconds = `, tolerationSeconds: ${tolerated}`;
    await world.cluster.apply(
      [
        podNamed('taken', containers()),
        podNamed('brief', tolerating(', key: gone', `, key: out${seconds}`)),
        podNamed('spared', tolerating(`, key: gone${seconds}`, ', key: out')),
        podNamed('ever', tolerating('')),
      ].join('---'),
    );
    for (const name of ['taken', 'brief', 'spared', 'ever']) await world.phase(name, 'Running');

    /** When it was told to go, in milliseconds. */
    const sentAway = (name: string): Promise<number> =>
      world.shows(name, ({ status }) => {
        const found = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
        assert.equal(found?.reason, 'DeletionByTaintManager');
        assert.equal(found.message, 'Taint manager: deleting due to NoExecute taint');
        return Date.parse(found.lastTransitionTime ?? '');
      });
    const added = async (): Promise<number> => {
      const { items } = await world.api.read<{ items: Node[] }>('/api/v1/nodes');
      return Date.parse(items[0]?.spec.taints?.[0]?.timeAdded ?? '');
    };
    await taint('gone=yes:NoExecute');
    const first = await eventually('its time is noted', async () => {
      const at = await added();
      assert.ok(at > 0);
      return at;
    });
    assert.ok((await sentAway('taken')) - first < (tolerated - 1) * 1000);
    await world.event('taken', 'TaintManagerEviction', /^Marking for deletion Pod default\/taken$/);
    // Taken away in time: who had some seconds left stays.
    await taint('gone-', 'out=now:NoExecute');
    const left = await sentAway('brief');
    const second = await added();
    assert.ok(left - second >= tolerated * 1000, `after ${left - second} ms`);
    assert.ok(left - second < (tolerated + 3) * 1000, `after ${left - second} ms`);
    for (const name of ['spared', 'ever']) {
      const { metadata, status } = await world.now(name);
      assert.deepEqual([metadata.deletionTimestamp, status?.phase], [undefined, 'Running']);
    }
    await taint('out-');
  });
});
