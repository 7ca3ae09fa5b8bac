import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { View } from '#api/decision.ts';
import { replicaSets, services } from '#api/kinds/index.ts';
import type { Node, Pod, Service } from '#api/types.ts';
import { Snapshot } from '../snapshot.ts';
import { nodeNamed, podNamed } from '../testing/objects.ts';
import { needsOf } from './pod-needs.ts';
import { scores } from './scores.ts';
import { noVolumes } from './volumes.ts';

const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const web = { app: 'web' };

/** The points that one view gives to each node. */
function points(
  name: string,
  nodes: readonly Node[],
  pod: Pod,
  placed: readonly (readonly [Pod, string])[] = [],
  view?: View,
): readonly number[] | undefined {
  const snapshot = new Snapshot(noVolumes, view);
  for (const node of nodes) snapshot.setNode(node);
  for (const [other, node] of placed) snapshot.place(needsOf(other), node);
  const score = scores.find((each) => each.name === name);
  const states = nodes
    .map(({ metadata }) => snapshot.find(metadata.name))
    .filter((each) => each !== undefined);
  const given = score?.points(needsOf(pod), states, snapshot);
  return given && Array.from(given, Math.floor);
}

const zoned = (name: string, zone: string): Node =>
  nodeNamed(name, { labels: { 'topology.kubernetes.io/zone': zone } });

test('a soft taint that is not tolerated costs', () => {
  const taints = [{ key: 'a', effect: 'PreferNoSchedule' }];
  const nodes = [nodeNamed('n1', { spec: { taints } }), nodeNamed('n2')];
  assert.deepEqual(points('TaintToleration', nodes, podNamed('a')), [0, 100]);
  const tolerations = [{ key: 'a', operator: 'Exists' }];
  assert.equal(points('TaintToleration', nodes, podNamed('a', {}, { tolerations })), undefined);
});

test('preferred node labels by weight', () => {
  const term = (disk: string, weight: number) => ({
    weight,
    preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: [disk] }] },
  });
  const affinity = { nodeAffinity: { [preferred]: [term('ssd', 10), term('hdd', 5)] } };
  const nodes = ['ssd', 'hdd', 'tape'].map((disk) => nodeNamed(disk, { labels: { disk } }));
  assert.deepEqual(points('NodeAffinity', nodes, podNamed('a', {}, { affinity })), [100, 50, 0]);
});

test('room left, and both resources used alike', () => {
  const nodes = [
    nodeNamed('n1', { cpu: '4', memory: '8Gi' }),
    nodeNamed('n2', { cpu: '2', memory: '8Gi' }),
  ];
  const pod = podNamed('a', { cpu: '1', memory: '2Gi' });
  assert.deepEqual(points('NodeResourcesFit', nodes, pod), [75, 62]);
  assert.deepEqual(points('NodeResourcesBalancedAllocation', nodes, pod), [100, 87]);
});

test('an image that is there saves its pulling', () => {
  const image = { names: ['registry.test/large:latest'], sizeBytes: 1000 * 1024 * 1024 };
  const withImage = nodeNamed('n1');
  withImage.status = { ...withImage.status, images: [image] };
  const pod = podNamed('a');
  pod.spec.containers = [{ name: 'c', image: 'registry.test/large' }];
  assert.deepEqual(points('ImageLocality', [withImage, nodeNamed('n2')], pod), [48, 0]);
});

test('pods that like each other, both ways', () => {
  const nodes = [zoned('n1', 'a'), zoned('n2', 'b'), zoned('n3', 'c')];
  const podAffinityTerm = {
    labelSelector: { matchLabels: web },
    topologyKey: 'topology.kubernetes.io/zone',
  };
  const term = { weight: 10, podAffinityTerm };
  const friend = podNamed('friend', {}, {}, web);
  const likes = podNamed('a', {}, { affinity: { podAffinity: { [preferred]: [term] } } });
  const dislikes = podNamed('b', {}, { affinity: { podAntiAffinity: { [preferred]: [term] } } });
  assert.deepEqual(points('InterPodAffinity', nodes, likes, [[friend, 'n2']]), [0, 100, 0]);
  assert.deepEqual(points('InterPodAffinity', nodes, dislikes, [[friend, 'n2']]), [100, 0, 100]);
  const placed = [
    [likes, 'n1'],
    [dislikes, 'n3'],
  ] as const;
  assert.deepEqual(points('InterPodAffinity', nodes, friend, placed), [100, 50, 0]);
});

test('what should spread prefers the emptier zone', () => {
  const nodes = [zoned('n1', 'a'), zoned('n2', 'a'), zoned('n3', 'b')];
  const constraint = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: web },
  };
  const pod = podNamed('x', {}, { topologySpreadConstraints: [constraint] }, web);
  const placed = [podNamed('a', {}, {}, web), podNamed('b', {}, {}, web)].map(
    (each) => [each, 'n1'] as const,
  );
  assert.deepEqual(points('PodTopologySpread', nodes, pod, placed), [0, 0, 100]);
});

/** What the scheduler knows of other kinds. */
function viewOf(service: Service | undefined): View {
  const nothing = (): undefined => undefined;
  const list = (kind: unknown) => (kind === services && service ? [service] : []);
  const get = (kind: unknown, _: unknown, name: string) =>
    kind === replicaSets && name === 'r'
      ? {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: { name: 'r', uid: 'r' },
          spec: { selector: { matchLabels: web } },
        }
      : undefined;
  return { get, list, byIndex: () => [], select: () => [], changedAt: nothing } as unknown as View;
}

test('pods of one controller or Service go apart without being told', () => {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'r',
    uid: 'r',
    controller: true,
  };
  const pod = (name: string): Pod => {
    const made = podNamed(name, {}, {}, web);
    made.metadata.ownerReferences = [owner];
    return made;
  };
  const nodes = [zoned('n1', 'a'), zoned('n2', 'a'), zoned('n3', 'b')];
  const given = points('PodTopologySpread', nodes, pod('2'), [[pod('1'), 'n1']], viewOf(undefined));
  assert.ok(given);
  const [same = 0, mate = 0, apart = 0] = given;
  assert.ok(same < mate && mate < apart, `${given}`);
  const service = { metadata: { name: 's' }, spec: { selector: web } } as unknown as Service;
  const free = podNamed('x', {}, {}, web);
  const served = points('PodTopologySpread', nodes, free, [[free, 'n1']], viewOf(service));
  assert.ok(served && (served[0] ?? 0) < (served[2] ?? 0));
  assert.equal(points('PodTopologySpread', nodes, podNamed('y'), [], viewOf(undefined)), undefined);
});
