/** StatefulSet, DaemonSet, ReplicationController, PodTemplate and ControllerRevision: defaults and rules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ControllerRevision,
  DaemonSet,
  DaemonSetSpec,
  PersistentVolumeClaim,
  ReplicationController,
  StatefulSet,
  StatefulSetSpec,
} from '../../types.ts';
import { controllerRevisions } from '../controller-revisions.ts';
import { daemonSets } from '../daemon-sets.ts';
import { replicationControllers } from '../replication-controllers.ts';
import { statefulSets } from '../stateful-sets.ts';
import { verdictOnCreate, verdictOnUpdate } from '../testing/verdict.ts';

const metadata = { name: 'db', namespace: 'd' };
const selector = { matchLabels: { app: 'db' } };
const template = {
  metadata: { labels: { app: 'db' } },
  spec: { containers: [{ name: 'app', image: 'db:1' }] },
};

const statefulSet: StatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata,
  spec: { serviceName: 'db', selector, template },
};

const daemonSet: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata,
  spec: { selector, template },
};

const controller: ReplicationController = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata,
  spec: { template },
};

function claim(name: string): PersistentVolumeClaim {
  const resources = { requests: { storage: '1Gi' } };
  const spec = { accessModes: ['ReadWriteOnce'], resources };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec };
}

type Case<T> = readonly [what: string, change: (spec: T) => void, ...expected: string[]];

test('what a StatefulSet may not say', () => {
  const cases: readonly Case<StatefulSetSpec>[] = [
    ['sound', () => undefined],
    ['a mount of a claim', (spec) => Object.assign(spec, withMount('data', claim('data')))],
    [
      'a mount of nothing',
      (spec) => Object.assign(spec, withMount('logs', claim('data'))),
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "logs"',
    ],
    [
      'two claims of a name',
      (spec) => (spec.volumeClaimTemplates = [claim('data'), claim('data')]),
      'spec.volumeClaimTemplates[1].metadata.name: Duplicate value: "data"',
    ],
    [
      'another order',
      (spec) => (spec.podManagementPolicy = 'Random'),
      "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'",
    ],
    [
      'another strategy',
      (spec) => (spec.updateStrategy = { type: 'Recreate' }),
      'spec.updateStrategy: Invalid value: {"type":"Recreate"}: must be \'RollingUpdate\' or \'OnDelete\'',
    ],
    [
      'steps without rolling',
      (spec) => (spec.updateStrategy = { type: 'OnDelete', rollingUpdate: { partition: 1 } }),
      'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy \'RollingUpdate\'',
    ],
    [
      'no step at all',
      (spec) =>
        (spec.updateStrategy = {
          type: 'RollingUpdate',
          rollingUpdate: { partition: -1, maxUnavailable: 0 },
        }),
      'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0',
    ],
    [
      'another retention',
      (spec) => (spec.persistentVolumeClaimRetentionPolicy = { whenScaled: 'Keep' }),
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ],
    [
      'ordinals below zero',
      (spec) => (spec.ordinals = { start: -1 }),
      'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'an empty selector',
      (spec) => (spec.selector = {}),
      'spec.selector: Invalid value: {}: empty selector is invalid for statefulset',
    ],
    [
      'a deadline',
      (spec) => Object.assign(spec.template.spec, { activeDeadlineSeconds: 5 }),
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
    ],
  ];
  for (const [what, change, ...expected] of cases) {
    const found = verdictOnCreate(statefulSets, statefulSet, ({ spec }) => change(spec));
    assert.deepEqual(found, expected, what);
  }
});

function withMount(mount: string, ...claims: PersistentVolumeClaim[]): Partial<StatefulSetSpec> {
  const containers = [
    { name: 'app', image: 'db:1', volumeMounts: [{ name: mount, mountPath: '/data' }] },
  ];
  return { volumeClaimTemplates: claims, template: { ...template, spec: { containers } } };
}

test('what a StatefulSet may change', () => {
  const allowed = verdictOnUpdate(statefulSets, statefulSet, ({ spec }) => {
    spec.replicas = 5;
    spec.ordinals = { start: 2 };
    spec.minReadySeconds = 3;
    spec.revisionHistoryLimit = 1;
    spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete' };
    spec.updateStrategy = { type: 'OnDelete' };
  });
  assert.deepEqual(allowed, []);
  const found = verdictOnUpdate(statefulSets, statefulSet, ({ spec }) => {
    spec.serviceName = 'other';
  });
  assert.deepEqual(found, [
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ]);
});

test('defaults of a StatefulSet', () => {
  const set = structuredClone(statefulSet);
  set.spec.volumeClaimTemplates = [claim('data')];
  statefulSets.defaults?.(set);
  const { podManagementPolicy, updateStrategy, replicas, revisionHistoryLimit } = set.spec;
  assert.deepEqual(
    { podManagementPolicy, updateStrategy, replicas, revisionHistoryLimit },
    {
      podManagementPolicy: 'OrderedReady',
      updateStrategy: {
        type: 'RollingUpdate',
        rollingUpdate: { partition: 0 },
      },
      replicas: 1,
      revisionHistoryLimit: 10,
    },
  );
  assert.deepEqual(set.spec.persistentVolumeClaimRetentionPolicy, {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  const [made] = set.spec.volumeClaimTemplates;
  assert.deepEqual([made?.spec?.volumeMode, made?.status], ['Filesystem', { phase: 'Pending' }]);
});

test('what a DaemonSet may not say', () => {
  const rolling = (rollingUpdate: object) => (spec: DaemonSetSpec) =>
    (spec.updateStrategy = { type: 'RollingUpdate', rollingUpdate });
  const cases: readonly Case<DaemonSetSpec>[] = [
    ['sound', () => undefined],
    ['a surge', rolling({ maxSurge: '10%', maxUnavailable: 0 })],
    [
      'labels that its selector does not find',
      (spec) => (spec.selector = { matchLabels: { app: 'x' } }),
      'spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`',
    ],
    [
      'both',
      rolling({ maxSurge: 1 }),
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
    ],
    [
      'neither',
      rolling({ maxUnavailable: 0 }),
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ],
    [
      'another strategy',
      (spec) => (spec.updateStrategy = { type: 'Recreate' }),
      'spec.updateStrategy: Unsupported value: {"type":"Recreate"}: supported values: "RollingUpdate", "OnDelete"',
    ],
  ];
  for (const [what, change, ...expected] of cases) {
    const found = verdictOnCreate(daemonSets, daemonSet, ({ spec }) => change(spec));
    assert.deepEqual(found, expected, what);
  }
});

test('a ReplicationController takes its labels from the template', () => {
  const made = structuredClone(controller);
  replicationControllers.defaults?.(made);
  assert.deepEqual(made.spec.selector, { app: 'db' });
  assert.deepEqual(made.metadata.labels, { app: 'db' });
  assert.equal(replicationControllers.scale?.read(made).selector, 'app=db');
  const found = verdictOnCreate(replicationControllers, controller, ({ spec }) => {
    spec.selector = { app: 'x' };
  });
  assert.deepEqual(found, [
    'spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`',
  ]);
});

test('what a ControllerRevision holds stays', () => {
  const revision: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata,
    data: { spec: 1 },
    revision: 1,
  };
  assert.deepEqual(
    verdictOnUpdate(controllerRevisions, revision, (next) => (next.revision = 2)),
    [],
  );
  assert.deepEqual(
    verdictOnUpdate(controllerRevisions, revision, (next) => (next.data = {})),
    ['data: Invalid value: {}: field is immutable'],
  );
  assert.deepEqual(
    verdictOnCreate(controllerRevisions, revision, (next) => (next.data = undefined)),
    ['data: Required value: data is mandatory'],
  );
});

test('rows', () => {
  const cells =
    (kind: { columns: readonly { cell(object: never, now: number): unknown }[] }) =>
    (object: object) =>
      kind.columns.map((column) => column.cell(object as never, 0));
  const status = { readyReplicas: 1, replicas: 2 };
  const spec = { ...statefulSet.spec, replicas: 3 };
  assert.deepEqual(cells(statefulSets)({ metadata, spec, status }), [
    'db',
    '1/3',
    '<unknown>',
    'app',
    'db:1',
  ]);
  const numbers = { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 1 };
  assert.deepEqual(cells(daemonSets)({ metadata, spec: daemonSet.spec, status: numbers }), [
    ...['db', 3, 2, 1, 0, 0, '<none>', '<unknown>', 'app', 'db:1', 'app=db'],
  ]);
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true },
  ];
  assert.deepEqual(
    cells(controllerRevisions)({ metadata: { name: 'db-1', ownerReferences }, revision: 4 }),
    ['db-1', 'statefulset.apps/db', 4, '<unknown>'],
  );
});
