/**
 * What the scheduler is given to do, in the manner of Kubernetes' scheduler_perf: nodes, pods that
 * are in place, pods that wait without hope, and pods that are measured.
 */
import type { Node, Pod, PodSpec, PriorityClass } from '#api/types.ts';

export interface Workload {
  readonly name: string;
  readonly zones: number;
  /** In place before, `each` per node. */
  readonly placed?: { readonly each: number; pod(at: number): Pod };
  /** There before, and never bound. */
  readonly waiting?: { readonly count: number; pod(at: number): Pod };
  /** Measured, until all are bound. */
  readonly count: number;
  pod(at: number): Pod;
}

const owners = 200;

export const priorities: readonly PriorityClass[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'urgent' },
    value: 1000,
  },
];

/** As kwok's and scheduler_perf's: 4 CPUs, 32 GiB, 110 pods. */
export function node(at: number, zones: number): Node {
  const name = `node-${String(at).padStart(5, '0')}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': `zone-${at % zones}`,
      },
    },
    spec: {},
    status: {
      allocatable: { cpu: '4', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

function pod(
  name: string,
  requests: Record<string, string>,
  labels: Record<string, string>,
  spec: Partial<PodSpec> = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: {
      containers: [{ name: 'main', image: 'registry.example/pause:1', resources: { requests } }],
      ...spec,
    },
  };
}

const small = { cpu: '100m', memory: '500Mi' };
const ofOwner = (at: number) => ({ app: `app-${at % owners}` });
const basic = (at: number): Pod => pod(`pod-${at}`, small, ofOwner(at));

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const termFor = (labels: Record<string, string>, topologyKey: string) => ({
  labelSelector: { matchLabels: labels },
  topologyKey,
});
const blue = { color: 'blue' };
const green = { color: 'green' };

export const workloads: readonly Workload[] = [
  { name: 'basic', zones: 3, count: 10_000, pod: basic },
  {
    name: 'affinity',
    zones: 5,
    placed: { each: 1, pod: (at) => pod(`placed-${at}`, small, blue) },
    count: 5000,
    pod: (at) => {
      const near = termFor(blue, 'topology.kubernetes.io/zone');
      return pod(`pod-${at}`, small, blue, { affinity: { podAffinity: { [required]: [near] } } });
    },
  },
  {
    name: 'anti-affinity',
    zones: 3,
    placed: { each: 1, pod: (at) => pod(`placed-${at}`, small, ofOwner(at)) },
    count: 4000,
    pod: (at) => {
      const apart = termFor(green, 'kubernetes.io/hostname');
      const affinity = { podAntiAffinity: { [required]: [apart] } };
      return pod(`pod-${at}`, small, green, { affinity });
    },
  },
  {
    name: 'spread',
    zones: 3,
    placed: { each: 1, pod: (at) => pod(`placed-${at}`, small, ofOwner(at)) },
    count: 5000,
    pod: (at) =>
      pod(`pod-${at}`, small, blue, {
        topologySpreadConstraints: [
          {
            maxSkew: 5,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: blue },
          },
        ],
      }),
  },
  {
    name: 'preemption',
    zones: 3,
    placed: {
      each: 1,
      pod: (at) =>
        pod(`placed-${at}`, { cpu: '3', memory: '500Mi' }, ofOwner(at), {
          terminationGracePeriodSeconds: 0,
        }),
    },
    count: 2000,
    pod: (at) =>
      pod(`pod-${at}`, { cpu: '3', memory: '500Mi' }, ofOwner(at), {
        priorityClassName: 'urgent',
      }),
  },
  {
    name: 'unschedulable',
    zones: 3,
    waiting: {
      count: 2000,
      pod: (at) => pod(`waiting-${at}`, { cpu: '9', memory: '500Mi' }, { app: `large-${at % 10}` }),
    },
    count: 10_000,
    pod: basic,
  },
  {
    name: 'gated',
    zones: 3,
    waiting: {
      count: 10_000,
      pod: (at) =>
        pod(`waiting-${at}`, small, ofOwner(at), { schedulingGates: [{ name: 'quota' }] }),
    },
    count: 10_000,
    pod: basic,
  },
];
