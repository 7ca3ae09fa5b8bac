import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textOfCodes } from '../condition-codes.ts';
import { allKinds } from '../kinds/index.ts';
import type { KubeObject } from '../object.ts';

const condition = (type: string, status: string, reason = 'X', message = '') => ({
  type,
  status,
  reason,
  message,
});

/** A pod whose container is in this state. */
function pod(state: object, more: { metadata?: object; status?: object } = {}): object {
  const status = { name: 'main', ready: false, restartCount: 3, ...state };
  return {
    kind: 'Pod',
    metadata: { name: 'web', ...more.metadata },
    spec: {
      nodeName: 'n',
      restartPolicy: 'Always',
      containers: [{ name: 'main', image: 'shop:1' }],
    },
    status: {
      phase: 'Running',
      conditions: [
        condition('PodScheduled', 'True'),
        condition('Ready', 'False', 'ContainersNotReady'),
        condition('ContainersReady', 'False', 'ContainersNotReady'),
      ],
      containerStatuses: [status],
      ...more.status,
    },
  };
}

const waiting = (reason: string, message: string, exit?: object): object =>
  pod({ state: { waiting: { reason, message } }, lastState: exit ? { terminated: exit } : {} });
const crash = (exit: object): object =>
  waiting('CrashLoopBackOff', 'back-off 10s restarting failed container=main', exit);
const both = (code: string): string => `ContainersReady=${code};Ready=${code}`;
const unschedulable = (message: string, reason = 'Unschedulable'): object => ({
  kind: 'Pod',
  status: { phase: 'Pending', conditions: [condition('PodScheduled', 'False', reason, message)] },
});
const of = (kind: string, conditions: readonly object[], more: object = {}): object => ({
  kind,
  ...more,
  status: { conditions, ...(more as { status?: object }).status },
});

const table: readonly (readonly [head: string, object: object, text: string | undefined])[] = [
  ['a new pod', waiting('ContainerCreating', ''), undefined],
  ['a sound pod', of('Pod', [condition('Ready', 'True')]), undefined],
  ['one whose probe fails', pod({ state: { running: {} } }), undefined],
  [
    'one that has ended well',
    of('Pod', [condition('Ready', 'False', 'PodCompleted')], { status: { phase: 'Succeeded' } }),
    undefined,
  ],
  [
    'one on its way out',
    pod({ state: { terminated: { exitCode: 137 } } }, { metadata: { deletionTimestamp: 't' } }),
    undefined,
  ],
  [
    'no node takes it',
    unschedulable(
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. preemption: 0/2 …',
    ),
    'PodScheduled=insufficient-resource,node-unschedulable',
  ],
  [
    'a gate',
    unschedulable('Scheduling is blocked', 'SchedulingGated'),
    'PodScheduled=scheduling-gated',
  ],
  [
    'no image',
    waiting('ImagePullBackOff', 'Back-off pulling image "shop:1": ErrImagePull: shop:1: not found'),
    both('image-not-found'),
  ],
  [
    'denied',
    waiting('ErrImagePull', 'unexpected status: 401 Unauthorized'),
    both('image-access-denied'),
  ],
  ['a crash loop', crash({ exitCode: 1 }), both('container-fails')],
  ['killed', crash({ exitCode: 137 }), both('container-killed')],
  ['no memory', crash({ exitCode: 137, reason: 'OOMKilled' }), both('out-of-memory')],
  [
    'no ConfigMap',
    waiting('CreateContainerConfigError', 'configmap "app" not found'),
    both('config-map-missing'),
  ],
  [
    'no key',
    waiting('CreateContainerConfigError', "couldn't find key a in Secret default/app"),
    both('secret-key-missing'),
  ],
  [
    'no command',
    waiting('RunContainerError', 'exec: "nope": executable file not found in $PATH'),
    both('command-not-found'),
  ],
  [
    'evicted',
    pod({}, { status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' } }),
    both('pod-evicted'),
  ],
  [
    'sent to a node without room',
    pod(
      {},
      {
        status: {
          phase: 'Failed',
          reason: 'OutOfcpu',
          message:
            "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 1000, capacity: 2000",
        },
      },
    ),
    both('node-lacks-room'),
  ],
  [
    'a stalled rollout',
    of('Deployment', [
      condition('Available', 'False'),
      condition('Progressing', 'False', 'ProgressDeadlineExceeded'),
    ]),
    'Progressing=rollout-stalled',
  ],
  [
    'a quota',
    of('Deployment', [
      condition(
        'ReplicaFailure',
        'True',
        'FailedCreate',
        'pods "a" is forbidden: exceeded quota: small, requested: …',
      ),
    ]),
    'ReplicaFailure=quota-exceeded',
  ],
  [
    'a ReplicaSet refused',
    of('ReplicaSet', [condition('ReplicaFailure', 'True', 'FailedCreate', 'not on Sundays')]),
    'ReplicaFailure=admission-refused',
  ],
  [
    'a Job',
    of('Job', [condition('FailureTarget', 'True'), condition('Failed', 'True')]),
    'Failed=job-failed;FailureTarget=job-failed',
  ],
  ['a Job that is done', of('Job', [condition('Complete', 'True')]), undefined],
  [
    'a sound node',
    of('Node', [condition('Ready', 'True'), condition('DiskPressure', 'False')]),
    undefined,
  ],
  [
    'a node',
    of('Node', [condition('Ready', 'Unknown'), condition('MemoryPressure', 'True')]),
    'MemoryPressure=node-memory-pressure;Ready=node-silent',
  ],
  [
    'a namespace',
    of('Namespace', [
      condition('NamespaceContentRemaining', 'True'),
      condition('NamespaceFinalizersRemaining', 'False'),
    ]),
    'NamespaceContentRemaining=namespace-holds',
  ],
  [
    'an autoscaler',
    of('HorizontalPodAutoscaler', [condition('ScalingActive', 'False', 'FailedGetResourceMetric')]),
    'ScalingActive=autoscaler-blind',
  ],
  [
    'an autoscaler of nothing',
    of('HorizontalPodAutoscaler', [condition('ScalingActive', 'False', 'ScalingDisabled')]),
    undefined,
  ],
  [
    'an autoscaler without a target',
    of('HorizontalPodAutoscaler', [condition('AbleToScale', 'False', 'FailedGetScale')]),
    'AbleToScale=autoscaler-target-unknown',
  ],
  [
    'a budget',
    of('PodDisruptionBudget', [condition('DisruptionAllowed', 'False', 'InsufficientPods')], {
      status: { expectedPods: 1 },
    }),
    'DisruptionAllowed=budget-allows-none',
  ],
  [
    'a budget without pods',
    of('PodDisruptionBudget', [condition('DisruptionAllowed', 'False', 'InsufficientPods')], {
      status: { expectedPods: 0, observedGeneration: 1 },
    }),
    undefined,
  ],
  [
    'a budget that cannot count',
    of('PodDisruptionBudget', [condition('DisruptionAllowed', 'False', 'SyncFailed')]),
    'DisruptionAllowed=budget-blind',
  ],
  [
    'a Service',
    of('Service', [condition('LoadBalancerPortsError', 'True')], {
      spec: { type: 'LoadBalancer' },
    }),
    'LoadBalancerPortsError=load-balancer-port-taken',
  ],
];

describe('the codes of conditions', () => {
  for (const [head, object, text] of table) {
    test(head, () => {
      const whole = { metadata: { name: 'a' }, ...object } as KubeObject;
      const kind = allKinds.find((each) => each.kind === whole.kind && !each.storedAs);
      assert.equal(textOfCodes(kind?.conditionCodes?.(whole) ?? {}), text);
    });
  }
});
