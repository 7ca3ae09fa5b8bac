import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageAnnotations } from '#api/storage/annotations.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { claimedVolume } from './claimed.ts';

const pod = { metadata: { namespace: 'd', name: 'p', uid: 'u-p' }, spec: {} } as unknown as Pod;
const byName = (readOnly?: boolean): Volume => ({
  name: 'data',
  persistentVolumeClaim: { claimName: 'c', readOnly },
});

interface Words {
  readonly source?: object;
  readonly bound?: boolean;
  readonly owner?: string;
  readonly heldFor?: string;
  readonly volumeMode?: string;
}

function verbsWith(words: Words | undefined): Verbs {
  const { source = { local: { path: '/v' } }, bound = true, heldFor = 'c' } = words ?? {};
  const annotations = bound ? { [storageAnnotations.bindCompleted]: 'yes' } : {};
  const claim = {
    metadata: {
      namespace: 'd',
      name: 'c',
      uid: 'u-c',
      annotations,
      ownerReferences: [{ controller: true, uid: words?.owner }],
    },
    spec: { volumeName: 'v' },
  } as unknown as PersistentVolumeClaim;
  const volume = {
    metadata: { name: 'v' },
    spec: {
      ...source,
      volumeMode: words?.volumeMode ?? 'Filesystem',
      claimRef: { namespace: 'd', name: heldFor, uid: 'u-c' },
    },
  } as unknown as PersistentVolume;
  const get: Verbs['get'] = async ({ resource }) => {
    if (words === undefined) throw new StatusError('NotFound', 'no');
    return resource === 'persistentvolumes' ? volume : claim;
  };
  return { get } as Verbs;
}

async function found(volume: Volume, words?: Words): Promise<string> {
  const { files } = new MemoryFiles({ '/v/a': '' });
  const verbs = verbsWith(words);
  const watched = async (): Promise<PersistentVolumeClaim | undefined> => {
    const ref = { group: '', version: 'v1', resource: 'persistentvolumeclaims', name: 'c' };
    return words && ((await verbs.get(ref)) as PersistentVolumeClaim);
  };
  const sources = { verbs, watched, files, disks: undefined };
  try {
    const { path, readonly, isBlock } = await claimedVolume(pod, volume, sources);
    return [path, readonly && 'readonly', isBlock && 'block'].filter(Boolean).join(' ');
  } catch (error) {
    return wordsOf(error);
  }
}

const ephemeral: Volume = { name: 'data', ephemeral: {} };

const table: readonly [what: string, Volume, Words | undefined, string][] = [
  ['a local volume', byName(), {}, '/v'],
  ['to be read only', byName(true), {}, '/v readonly'],
  ['a hostPath', byName(), { source: { hostPath: { path: '/new', type: '' } } }, '/new'],
  ['no claim', byName(), undefined, 'persistentvolumeclaim "c" not found'],
  ['not bound', byName(), { bound: false }, 'persistentvolumeclaim "c" is not bound'],
  ['another’s volume', byName(), { heldFor: 'x' }, 'volume "v" is not bound to claim "c"'],
  ['not there', byName(), { source: { local: { path: '/w' } } }, 'path "/w" does not exist'],
  ['no device', byName(), { volumeMode: 'Block' }, 'path "/v" is not a block device'],
  [
    'NFS',
    byName(),
    { source: { nfs: { server: 's', path: '/' } } },
    'this node has no NFS client: volumes of type nfs cannot be mounted',
  ],
  [
    'a driver’s',
    byName(),
    { source: { csi: { driver: 'a.b' } } },
    'volumes of type csi are not supported by this node',
  ],
  ['ephemeral', ephemeral, { owner: 'u-p' }, '/v'],
  [
    'ephemeral, of another pod',
    ephemeral,
    { owner: 'u-q' },
    'PVC "d/p-data" was not created for pod "d/p" (pod is not owner)',
  ],
];

test('what a claim is on this machine, or why it cannot be had', async () => {
  for (const [what, volume, words, expected] of table) {
    assert.equal(await found(volume, words), expected, what);
  }
});
