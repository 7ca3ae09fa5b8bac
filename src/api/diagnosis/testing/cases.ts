/**
 * For reasons that no manifest can bring about on a healthy machine within seconds (or on one node):
 * the smallest cluster that shows each, by code. The rest is shown with real containers (`test/why`).
 */
import type { KubeObject } from '../../object.ts';
import type { ReasonCode } from '../../reasons.ts';
import { formatTime } from '../../time.ts';
import type { SortName } from '../sorts.ts';
import { now, type Stated } from './scripted-facts.ts';

export interface ScriptedCase {
  readonly ask: SortName;
  readonly object: KubeObject;
  readonly facts?: Stated;
}

const at = formatTime(now);
const before = (seconds: number): string => formatTime(now - seconds * 1000);
const own = { uid: 'owner', name: 'web', namespace: 'default' };

function object(kind: string, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const { metadata, ...rest } = more as { metadata?: object };
  return { apiVersion: 'v1', kind, metadata: { ...own, ...metadata }, ...rest } as KubeObject;
}

const node = (conditions: readonly object[]): KubeObject =>
  object('Node', { metadata: { name: 'n', namespace: undefined }, status: { conditions } });
const ready = { type: 'Ready', status: 'True' };

function pod(status: object, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const { metadata, ...spec } = more as { metadata?: object };
  const container = { name: 'main', image: 'shop:1' };
  return object('Pod', {
    metadata: { name: 'web-1', uid: 'pod', ...metadata },
    spec: { nodeName: 'n', restartPolicy: 'Always', containers: [container], ...spec },
    status,
  });
}

function waiting(reason: string, message: string): KubeObject {
  const state = { waiting: { reason, message } };
  return pod({
    phase: 'Pending',
    containerStatuses: [{ name: 'main', ready: false, restartCount: 0, state }],
  });
}

function event(about: KubeObject, reason: string, message: string): KubeObject {
  const { kind, metadata } = about;
  const { name, uid } = metadata;
  const involvedObject = { kind, name, uid, namespace: 'default' };
  return object('Event', {
    metadata: { name: `${name}.1`, uid: 'event' },
    type: 'Warning',
    involvedObject,
    reason,
    message,
    lastTimestamp: at,
  });
}

/** The object, refused by admission when it makes a pod. */
function refused(message: string): ScriptedCase {
  const set = object('StatefulSet', { spec: { replicas: 1 } });
  return {
    ask: 'statefulset',
    object: set,
    facts: { objects: [event(set, 'FailedCreate', message)] },
  };
}

const claim = (spec: object, status: object = { phase: 'Pending' }): KubeObject =>
  object('PersistentVolumeClaim', { spec, status });
const storageClass = (volumeBindingMode: string): KubeObject =>
  object('StorageClass', {
    metadata: { name: 'disk', namespace: undefined },
    provisioner: 'gantry.io/local-path',
    volumeBindingMode,
  });
const small = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const startedPod = pod({
  phase: 'Pending',
  containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ContainerCreating' } } }],
});
const ended = {
  phase: 'Failed',
  containerStatuses: [],
};

export const scriptedCases: { readonly [Code in ReasonCode]?: ScriptedCase } = {
  'image-not-found': {
    ask: 'pod',
    object: waiting(
      'ErrImagePull',
      'failed to resolve reference "r.test/shop:1": r.test/shop:1: not found',
    ),
    facts: { repository: { type: 'unreachable' } },
  },
  'node-port-taken': {
    ask: 'pod',
    object: pod({ ...ended, reason: 'NodePorts', message: 'Predicate NodePorts failed' }),
  },
  'node-taint-evicts': {
    ask: 'pod',
    object: pod({
      ...ended,
      reason: 'TaintToleration',
      message: 'Predicate TaintToleration failed',
    }),
  },
  'pod-preempted': {
    ask: 'pod',
    object: pod({ ...ended, reason: 'Preempting', message: 'Preempted in order to admit it' }),
  },
  'still-starting': { ask: 'pod', object: startedPod, facts: { objects: [node([ready])] } },
  'claim-missing': {
    ask: 'pod',
    object: pod(
      { phase: 'Pending' },
      {
        nodeName: undefined,
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    ),
  },
  'claim-class-missing': {
    ask: 'persistentvolumeclaim',
    object: claim({ ...small, storageClassName: 'fast' }),
  },
  'claim-no-volume': {
    ask: 'persistentvolumeclaim',
    object: claim({ ...small, storageClassName: '' }),
  },
  'claim-provisioner-silent': {
    ask: 'persistentvolumeclaim',
    object: claim({ ...small, storageClassName: 'disk' }),
    facts: { objects: [{ ...storageClass('Immediate'), provisioner: 'x.example' } as KubeObject] },
  },
  'claim-unbound': {
    ask: 'persistentvolumeclaim',
    object: claim({ ...small, storageClassName: 'disk' }),
    facts: { objects: [storageClass('Immediate')] },
  },
  'claim-waits-for-pod': {
    ask: 'persistentvolumeclaim',
    object: claim({ ...small, storageClassName: 'disk' }),
    facts: { objects: [storageClass('WaitForFirstConsumer')] },
  },
  'claim-lost': {
    ask: 'persistentvolumeclaim',
    object: claim({ ...small, volumeName: 'pv-1' }, { phase: 'Lost' }),
  },
  'claim-resize-pending': {
    ask: 'persistentvolumeclaim',
    object: claim(small, {
      phase: 'Bound',
      conditions: [{ type: 'FileSystemResizePending', status: 'True' }],
    }),
  },
  'no-node-matches': {
    ask: 'daemonset',
    object: object('DaemonSet', {
      spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } },
      status: { observedGeneration: 1, desiredNumberScheduled: 0 },
    }),
  },
  'quota-exceeded': refused(
    'create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
  ),
  'quota-needs-requests': refused(
    'create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: failed quota: small: must specify limits.memory for: main',
  ),
  'admission-refused': refused('Error creating: pods "web-0" is forbidden: not on Sundays'),
  'job-failed': {
    ask: 'job',
    object: object('Job', {
      status: {
        conditions: [
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
          },
        ],
      },
    }),
  },
  suspended: { ask: 'cronjob', object: object('CronJob', { spec: { suspend: true } }) },
  'budget-allows-none': {
    ask: 'poddisruptionbudget',
    object: object('PodDisruptionBudget', {
      status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
    }),
  },
  'node-not-ready': {
    ask: 'node',
    object: node([{ type: 'Ready', status: 'False', message: 'container runtime is down' }]),
  },
  'node-silent': {
    ask: 'node',
    object: node([{ type: 'Ready', status: 'Unknown', lastHeartbeatTime: before(60) }]),
  },
  'node-memory-pressure': {
    ask: 'node',
    object: node([ready, { type: 'MemoryPressure', status: 'True' }]),
  },
  'node-disk-pressure': {
    ask: 'node',
    object: node([ready, { type: 'DiskPressure', status: 'True' }]),
  },
  'node-pid-pressure': {
    ask: 'node',
    object: node([ready, { type: 'PIDPressure', status: 'True' }]),
  },
};
