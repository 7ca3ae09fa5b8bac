import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageAnnotations } from '#api/storage/annotations.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#api/types.ts';
import { claimStep, directoryFinalizer, localPathProvisioner, volumeStep } from './local-path.ts';

const storage = { nodeName: 'n1', directory: '/data/volumes' };

function claim(spec: object = {}, annotations: object = {}, more: object = {}) {
  const usual = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return {
    metadata: {
      namespace: 'd',
      name: 'c',
      uid: 'u',
      annotations: { [storageAnnotations.provisioner]: localPathProvisioner, ...annotations },
      ...more,
    },
    spec: { ...usual, storageClassName: 'local-path', ...spec },
  } as unknown as PersistentVolumeClaim;
}

function storageClass(words: object = {}): StorageClass {
  const metadata = { name: 'local-path' };
  return { metadata, provisioner: localPathProvisioner, ...words } as StorageClass;
}

const claims: readonly [what: string, PersistentVolumeClaim, StorageClass | undefined, string][] = [
  ['here', claim({}, { [storageAnnotations.selectedNode]: 'n1' }), storageClass(), 'make'],
  ['anywhere', claim(), storageClass(), 'make'],
  ['elsewhere', claim({}, { [storageAnnotations.selectedNode]: 'n2' }), storageClass(), 'none'],
  ['of another', claim({}, { [storageAnnotations.provisioner]: 'a.b/c' }), storageClass(), 'none'],
  ['bound', claim({ volumeName: 'v' }), storageClass(), 'none'],
  ['leaving', claim({}, {}, { deletionTimestamp: 'now' }), storageClass(), 'none'],
  ['without a class', claim(), undefined, 'none'],
  [
    'shared',
    claim({ accessModes: ['ReadWriteMany'] }),
    storageClass(),
    'storage of one node can be ReadWriteOnce or ReadWriteOncePod, not ReadWriteMany',
  ],
  [
    'a device',
    claim({ volumeMode: 'Block' }),
    storageClass(),
    'a directory is no block device: use a class with the parameter type: disk',
  ],
  [
    'a device of a disk',
    claim({ volumeMode: 'Block' }),
    storageClass({ parameters: { type: 'disk' } }),
    'make',
  ],
  [
    'a strange type',
    claim(),
    storageClass({ parameters: { type: 'tape' } }),
    'parameter type is directory or disk, not "tape"',
  ],
  [
    'a copy',
    claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'a' } }),
    storageClass(),
    'volumes begin empty: leave dataSource out',
  ],
  ['a parameter', claim(), storageClass({ parameters: { a: 'b' } }), 'unknown parameter "a"'],
];

test('which claims get a directory of this node', () => {
  for (const [what, of, by, expected] of claims) {
    const step = claimStep(of, by, storage);
    assert.equal(step?.type === 'refuse' ? step.message : (step?.type ?? 'none'), expected, what);
  }
});

function made(changes: object = {}, metadata: object = {}, path?: string): PersistentVolume {
  const step = claimStep(claim(), storageClass(), storage);
  assert.equal(step?.type, 'make');
  const { volume } = step;
  const local = { path: path ?? volume.spec.local?.path ?? '' };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...metadata },
    spec: { ...volume.spec, local, ...changes },
    status: { phase: 'Released' },
  };
}

const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const retain = { persistentVolumeReclaimPolicy: 'Retain' };

const volumes: readonly [what: string, PersistentVolume, string][] = [
  ['given back', made(), 'remove'],
  ['in use', { ...made({}, gone), status: { phase: 'Bound' } }, 'none'],
  ['not used yet', { ...made(), status: { phase: 'Available' } }, 'none'],
  ['deleted before it was used', { ...made({}, gone), status: { phase: 'Available' } }, 'remove'],
  ['to be kept', made(retain), 'none'],
  ['to be kept, and deleted', made(retain, gone), 'leave'],
  ['let go already', made({}, { ...gone, finalizers: ['other'] }), 'none'],
  ['another’s', made({}, { annotations: {} }), 'none'],
  ['of another node', made({ nodeAffinity: undefined }), 'none'],
  ['a trap', made({}, {}, '/etc'), '/etc is not a directory of this provisioner'],
];

test('what becomes of a volume that is given back', () => {
  for (const [what, volume, expected] of volumes) {
    const step = volumeStep(volume, storage);
    assert.equal(step?.type === 'refuse' ? step.message : (step?.type ?? 'none'), expected, what);
  }
  assert.deepEqual(made().metadata.finalizers, [directoryFinalizer]);
});
