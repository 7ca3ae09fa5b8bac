import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { parseTime } from '../../time.ts';
import type { PersistentVolumeClaim, StorageClass } from '../../types.ts';
import {
  csiDrivers,
  csiNodes,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
  volumeAttachments,
} from '../index.ts';
import { defaultClassOf } from '../storage-classes.ts';
import { verdictOnCreate, verdictOnUpdate } from '../testing/verdict.ts';

function object(fields: object): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, ...fields } as KubeObject;
}

const size = (storage: string) => ({ resources: { requests: { storage } } });
const claim = { accessModes: ['ReadWriteOnce'], ...size('1Gi') };
const volume = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
const one = { required: { nodeSelectorTerms: [{ matchExpressions: [] }] } };

const creations: readonly [what: string, kind: Kind, fields: object, ...expected: string[]][] = [
  ['a sound claim', persistentVolumeClaims, { spec: { ...claim, storageClassName: '' } }],
  [
    'an empty claim',
    persistentVolumeClaims,
    { spec: {} },
    'spec.accessModes: Required value: at least 1 access mode is required',
    'spec.resources[storage]: Required value',
  ],
  [
    'a claim of nothing that one pod has alone and shares',
    persistentVolumeClaims,
    { spec: { ...size('0'), accessModes: ['ReadWriteOncePod', 'ReadOnlyMany', 'RWX'] } },
    'spec.accessModes: Unsupported value: "RWX": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    'spec.resources[storage]: Invalid value: "0": must be greater than zero',
  ],
  [
    'a claim from two places',
    persistentVolumeClaims,
    {
      spec: {
        ...claim,
        volumeMode: 'Tape',
        dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
        dataSourceRef: { kind: 'Snapshot', name: 'a' },
      },
    },
    'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    'spec.dataSourceRef: Invalid value: "Snapshot": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
    'spec: Invalid value: "spec.dataSource": must match dataSourceRef',
  ],
  [
    'a sound volume',
    persistentVolumes,
    { spec: { ...volume, local: { path: '/data' }, nodeAffinity: one } },
  ],
  [
    'a volume of nothing',
    persistentVolumes,
    { spec: {} },
    'spec.accessModes: Required value',
    'spec.capacity: Required value',
    'spec.capacity: Unsupported value: {}: supported values: "storage"',
    'spec: Required value: must specify a volume type',
  ],
  [
    'a local volume of no node',
    persistentVolumes,
    { spec: { ...volume, local: { path: '/a/../b' }, hostPath: { path: '/' } } },
    'spec.hostPath: Forbidden: may not specify more than 1 volume type',
    'spec.local.path: Invalid value: "/a/../b": must not contain \'..\'',
    'spec.nodeAffinity: Required value: Local volume requires node affinity',
  ],
  [
    'a root that is to be emptied, reachable from nowhere',
    persistentVolumes,
    {
      spec: {
        ...volume,
        capacity: { storage: '-1' },
        hostPath: { path: '/./' },
        persistentVolumeReclaimPolicy: 'Recycle',
        nodeAffinity: { required: { nodeSelectorTerms: [] } },
      },
    },
    'spec.capacity[storage]: Invalid value: "-1": must be a valid resource quantity',
    'spec.capacity[storage]: Invalid value: "-1": must be greater than zero',
    'spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term',
    "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
  ],
  [
    'a driver’s volume without a handle',
    persistentVolumes,
    {
      spec: {
        ...volume,
        csi: { driver: 'a.b', nodeStageSecretRef: { name: 'x' } },
        persistentVolumeReclaimPolicy: 'Burn',
      },
    },
    'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
    'spec.csi.volumeHandle: Required value',
    'spec.csi.nodeStageSecretRef.namespace: Required value',
  ],
  [
    'a class of nobody',
    storageClasses,
    {
      provisioner: '',
      reclaimPolicy: 'Recycle',
      volumeBindingMode: 'Late',
      allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'a'] }] }],
    },
    'provisioner: Required value',
    'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
    'volumeBindingMode: Unsupported value: "Late": supported values: "Immediate", "WaitForFirstConsumer"',
    'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"',
  ],
  [
    'a driver',
    csiDrivers,
    {
      spec: {
        volumeLifecycleModes: ['Later'],
        tokenRequests: [{ audience: 'a', expirationSeconds: 1 }],
      },
    },
    'spec.volumeLifecycleModes: Unsupported value: "Later": supported values: "Ephemeral", "Persistent"',
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
  ],
  [
    'drivers of a node',
    csiNodes,
    {
      spec: {
        drivers: [{ name: 'a.b', nodeID: 'n', allocatable: { count: -1 } }, { name: 'a.b' }],
      },
    },
    'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
    'spec.drivers[1].nodeID: Required value',
    'spec.drivers[1].name: Duplicate value: "a.b"',
  ],
  [
    'an attachment of nothing',
    volumeAttachments,
    { spec: { attacher: 'a.b', nodeName: 'one' } },
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ],
];

test('what is wrong with new storage', () => {
  for (const [what, kind, fields, ...expected] of creations) {
    assert.deepEqual(verdictOnCreate(kind, object(fields)), expected, what);
  }
});

const rule =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n';
const bound = { phase: 'Bound', capacity: { storage: '1Gi' } };

const changes: readonly [what: string, kind: Kind, before: object, after: object, ...string[]][] = [
  [
    'a claim that gets its volume and its class',
    persistentVolumeClaims,
    { spec: claim },
    { spec: { ...claim, volumeName: 'v', storageClassName: 'fast' } },
  ],
  [
    'the class of a claim that has none on purpose',
    persistentVolumeClaims,
    { spec: { ...claim, storageClassName: '' } },
    { spec: { ...claim, storageClassName: 'fast' } },
    `${rule}spec.storageClassName: "" → "fast"`,
  ],
  [
    'another volume',
    persistentVolumeClaims,
    { spec: { ...claim, volumeName: 'v' } },
    { spec: { ...claim, volumeName: 'w' } },
    `${rule}spec.volumeName: "v" → "w"`,
  ],
  [
    'a pending claim that grows',
    persistentVolumeClaims,
    { spec: claim },
    { spec: { ...claim, ...size('2Gi') } },
    `${rule}spec.resources.requests.storage: "1Gi" → "2Gi"`,
  ],
  [
    'a bound claim that grows',
    persistentVolumeClaims,
    { spec: claim },
    { spec: { ...claim, ...size('2Gi') }, status: bound },
  ],
  [
    'a bound claim that shrinks',
    persistentVolumeClaims,
    { spec: claim },
    { spec: { ...claim, ...size('1Mi') }, status: bound },
  ],
  [
    'a block device that becomes a file system',
    persistentVolumeClaims,
    { spec: { ...claim, volumeMode: 'Block' } },
    { spec: { ...claim } },
    `${rule}spec.volumeMode: "Block" → "Filesystem"`,
    'volumeMode: Invalid value: "Filesystem": field is immutable',
  ],
  [
    'another directory',
    persistentVolumes,
    { spec: { ...volume, hostPath: { path: '/a' } } },
    { spec: { ...volume, hostPath: { path: '/b' } } },
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\nspec.hostPath.path: "/a" → "/b"',
  ],
  [
    'a volume that moves',
    persistentVolumes,
    { spec: { ...volume, local: { path: '/a' }, nodeAffinity: one } },
    {
      spec: {
        ...volume,
        capacity: { storage: '9Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        local: { path: '/a' },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchFields: [] }, {}] } },
      },
    },
    'nodeAffinity: Invalid value: {"required":{"nodeSelectorTerms":[{"matchFields":[]},{}]}}: field is immutable',
  ],
  [
    'another sort of class',
    storageClasses,
    { provisioner: 'a.b/c', parameters: {} },
    { provisioner: 'a.b/d', parameters: { a: 'b' }, reclaimPolicy: 'Retain' },
    'parameters: Forbidden: updates to parameters are forbidden.',
    'provisioner: Forbidden: updates to provisioner are forbidden.',
    'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
  ],
  [
    'a class that lets claims grow',
    storageClasses,
    { provisioner: 'a.b/c' },
    { provisioner: 'a.b/c', allowVolumeExpansion: true, mountOptions: ['ro'] },
  ],
];

test('what may not change of storage', () => {
  for (const [what, kind, before, after, ...expected] of changes) {
    const found = verdictOnUpdate(kind, object(before), (next) => Object.assign(next, after));
    assert.deepEqual(found, expected, what);
  }
});

test('a claim may be taken back to what its volume has, and no further', () => {
  const at = (storage: string): PersistentVolumeClaim =>
    object({ spec: { ...claim, ...size(storage) }, status: bound }) as PersistentVolumeClaim;
  const verdict = (from: string, to: string) =>
    persistentVolumeClaims.validateUpdate?.(at(to), at(from)).map(({ message }) => message);
  assert.deepEqual(verdict('3Gi', '2Gi'), []);
  assert.deepEqual(verdict('3Gi', '1Gi'), [
    'Forbidden: field can not be less than status.capacity',
  ]);
});

test('storage in use is held from the start, and sources of data are told in both ways', () => {
  const made = object({
    spec: { ...claim, dataSource: { kind: 'PersistentVolumeClaim', name: 'a' } },
  });
  persistentVolumeClaims.defaults?.(made as never);
  persistentVolumeClaims.prepareForCreate?.(made as never);
  assert.deepEqual(made.metadata.finalizers, ['kubernetes.io/pvc-protection']);
  const { spec } = made as PersistentVolumeClaim;
  assert.deepEqual(spec.dataSourceRef, { kind: 'PersistentVolumeClaim', name: 'a' });
  assert.equal(persistentVolumeClaims.warnings?.(made as never).length, 1);
});

test('the newest default class is the default', () => {
  const made = (name: string, creationTimestamp: string, isDefault = 'true') =>
    object({
      metadata: {
        name,
        creationTimestamp,
        annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault },
      },
    }) as StorageClass;
  const [old, fresh] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
  const all = [made('a', old), made('c', fresh), made('b', fresh), made('d', fresh, 'false')];
  assert.equal(defaultClassOf(all)?.metadata.name, 'b');
  assert.equal(defaultClassOf([]), undefined);
});

const rows: readonly [kind: Kind, fields: object, row: string][] = [
  [
    persistentVolumes,
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'd', name: 'c' },
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    },
    'x|1Gi|RWO,ROX|Retain|Bound|d/c|fast|<unset>||<unknown>|Filesystem',
  ],
  [
    persistentVolumeClaims,
    {
      spec: { volumeName: 'v', storageClassName: 'fast' },
      status: { ...bound, accessModes: ['ReadWriteOncePod'] },
    },
    'x|Bound|v|1Gi|RWOP|fast|<unset>|<unknown>|<unset>',
  ],
  [
    persistentVolumeClaims,
    {
      metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' },
      spec: claim,
      status: { phase: 'Pending' },
    },
    'x|Terminating|||||<unset>|<unknown>|<unset>',
  ],
  [
    storageClasses,
    {
      metadata: {
        name: 'x',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'a.b/c',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    'x (default)|a.b/c|Delete|WaitForFirstConsumer|false|<unknown>',
  ],
  [csiDrivers, { spec: {} }, 'x|true|false|false|<unset>|false|<none>|<unknown>'],
  [csiNodes, { spec: { drivers: [{}] } }, 'x|1|<unknown>'],
  [
    volumeAttachments,
    { spec: { attacher: 'a.b', nodeName: 'one', source: { persistentVolumeName: 'v' } } },
    'x|a.b|v|one|false|<unknown>',
  ],
];

test('rows of storage', () => {
  for (const [kind, fields, row] of rows) {
    const cells = kind.columns.map((column) => column.cell(object(fields), parseTime(undefined)));
    assert.equal(cells.join('|'), row);
  }
});
