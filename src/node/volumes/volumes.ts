/**
 * The volumes of pods on this machine: made before the first container, kept up to date while the
 * pod lives, unmounted and removed when nothing of it runs. Making them again finds them made.
 */
import { unitsOf } from '#api/quantity.ts';
import type { Pod, Volume } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { wordsOf } from '#base/words.ts';
import type { Disks } from '#sys/disks.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import type { PodReferences } from '../cluster/references.ts';
import type { Allocatable, PodAddresses } from '../config/field-refs.ts';
import type { VolumePlace } from '../config/mounts.ts';
import type { NodePaths } from '../paths.ts';
import { writeVolume } from './atomic-writer.ts';
import { type Claimed, claimedVolume } from './claimed.ts';
import { checkHostPath } from './host-path.ts';
import { giveToGroup } from './ownership.ts';
import { payloadOf } from './payload.ts';
import type { Tokens } from './tokens.ts';
import { VolumeError } from './volume-error.ts';

export interface VolumesOptions {
  readonly paths: NodePaths;
  readonly verbs: Verbs;
  readonly files: Files;
  readonly mounts: Mounts;
  readonly disks: Disks | undefined;
  readonly tokens: Tokens;
  readonly allocatable: () => Allocatable;
  readonly referencesOf: (uid: string) => PodReferences;
}

export class Volumes {
  readonly #options: VolumesOptions;
  /** What claims of a pod have come to, by its uid and the volume's name. */
  readonly #claimed = new Map<string, Map<string, Claimed>>();
  /** The last thing that is done to the volumes of a pod, by its uid. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(options: VolumesOptions) {
    this.#options = options;
  }

  /** One tmpfs for everything that must not reach a disk; a mount per volume would cost a process each. */
  async start(): Promise<void> {
    const { paths, files, mounts } = this.#options;
    await files.makeDirectory(paths.pods, 0o750);
    await files.makeDirectory(paths.secrets, 0o700);
    const known = (await mounts.list()).some(({ path }) => path === paths.secrets);
    if (!known) await mounts.tmpfs(paths.secrets, ['mode=0700', 'nosuid', 'nodev', 'noexec']);
  }

  /** Rejects with a VolumeError that names the volume. Also refreshes what changed. */
  prepare(pod: Pod, addresses: PodAddresses): Promise<void> {
    return this.#inTurn(pod.metadata.uid ?? '', () => this.#prepareAll(pod, addresses));
  }

  async #prepareAll(pod: Pod, addresses: PodAddresses): Promise<void> {
    for (const volume of pod.spec?.volumes ?? []) {
      try {
        await this.#prepareOne(volume, pod, addresses);
      } catch (error) {
        const words = wordsOf(error);
        throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${words}`, {
          cause: error,
        });
      }
    }
  }

  /** Where a volume of a prepared pod lies. */
  placeOf(pod: Pod, name: string): VolumePlace | undefined {
    const volume = pod.spec?.volumes?.find((one) => one.name === name);
    if (!volume) return undefined;
    const { paths } = this.#options;
    const uid = pod.metadata.uid ?? '';
    if (isClaim(volume)) return this.#claimed.get(uid)?.get(name);
    if (volume.hostPath) return { path: volume.hostPath.path, readonly: false };
    if (volume.emptyDir) return { path: paths.volume(uid, name), readonly: false };
    return { path: this.#payloadDirectory(volume, uid), readonly: true };
  }

  /** Does the pod have something that follows objects of the API? */
  isLive(pod: Pod): boolean {
    return (pod.spec?.volumes ?? []).some(
      ({ configMap, secret, projected, downwardAPI }) =>
        configMap ?? secret ?? projected ?? downwardAPI,
    );
  }

  /** Everything of the pod but its logs. */
  release(uid: string): Promise<void> {
    return this.#inTurn(uid, () => this.#releaseAll(uid));
  }

  /** Two that wrote a volume at once would take each other's work for what a crash left, and the older could win. */
  async #inTurn(uid: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(uid) ?? Promise.resolve()).then(work, work);
    this.#turns.set(uid, turn);
    try {
      await turn;
    } finally {
      if (this.#turns.get(uid) === turn) this.#turns.delete(uid);
    }
  }

  async #releaseAll(uid: string): Promise<void> {
    const { paths, files, mounts, tokens } = this.#options;
    const own = `${paths.pod(uid)}/`;
    if ((await files.list(`${paths.pod(uid)}/volumes`)).length > 0) {
      const below = (await mounts.list()).filter(({ path }) => path.startsWith(own));
      for (const { path } of below.reverse()) await mounts.unmount(path);
    }
    await files.remove(`${paths.secrets}/${uid}`);
    await files.remove(paths.pod(uid));
    tokens.forget(uid);
    this.#claimed.delete(uid);
  }

  #payloadDirectory({ name, configMap, downwardAPI }: Volume, uid: string): string {
    const { paths } = this.#options;
    return configMap || downwardAPI ? paths.volume(uid, name) : paths.secretVolume(uid, name);
  }

  async #prepareOne(volume: Volume, pod: Pod, addresses: PodAddresses): Promise<void> {
    const { files, allocatable, referencesOf, tokens } = this.#options;
    const uid = pod.metadata.uid ?? '';
    const group = pod.spec?.securityContext?.fsGroup;
    if (isClaim(volume)) return this.#prepareClaim(volume, pod);
    if (volume.hostPath) return checkHostPath(volume.hostPath, files);
    if (volume.emptyDir) return this.#prepareEmpty(volume, uid, group);
    const payload = await payloadOf(volume, {
      pod,
      addresses,
      allocatable: allocatable(),
      references: referencesOf(uid),
      token: (projection) => tokens.get(pod, projection),
    });
    if (!payload) {
      const type = Object.keys(volume).find((key) => key !== 'name');
      throw new VolumeError(`volumes of type ${type} are not supported by this node`);
    }
    const directory = this.#payloadDirectory(volume, uid);
    await files.makeDirectory(directory, 0o755);
    await writeVolume(directory, payload, group, files);
  }

  /** Once for each pod: what it has got stays its own, and a large volume is not gone through again. */
  async #prepareClaim(volume: Volume, pod: Pod): Promise<void> {
    const { paths, files } = this.#options;
    const { uid = '' } = pod.metadata;
    const known = this.#claimed.get(uid) ?? new Map<string, Claimed>();
    if (known.has(volume.name)) return;
    const claimed = await claimedVolume(pod, volume, {
      ...this.#options,
      watched: (...claim) => this.#options.referencesOf(uid).claim(...claim),
    });
    const { fsGroup, fsGroupChangePolicy } = pod.spec?.securityContext ?? {};
    const mark = paths.volume(uid, volume.name);
    if (fsGroup !== undefined && claimed.takesGroup && !claimed.readonly) {
      // The mark outlives this run of the agent; it goes with the pod.
      if ((await files.info(mark)) === undefined) {
        await giveToGroup(claimed.path, fsGroup, fsGroupChangePolicy, files);
        await files.makeDirectory(mark, 0o700);
      }
    }
    this.#claimed.set(uid, known.set(volume.name, claimed));
  }

  async #prepareEmpty(
    { name, emptyDir }: Volume,
    uid: string,
    group: number | undefined,
  ): Promise<void> {
    const { paths, files, mounts } = this.#options;
    const directory = paths.volume(uid, name);
    if (await files.info(directory)) {
      const wantsMount = emptyDir?.medium === 'Memory';
      const mounted = wantsMount && (await mounts.list()).some(({ path }) => path === directory);
      if (!wantsMount || mounted) return;
    }
    await files.makeDirectory(directory, 0o777);
    if (emptyDir?.medium === 'Memory') {
      const size = emptyDir.sizeLimit ? [`size=${unitsOf(emptyDir.sizeLimit)}`] : [];
      await mounts.tmpfs(directory, ['mode=0777', ...size]);
    } else if (emptyDir?.medium) {
      throw new VolumeError(`emptyDir medium ${emptyDir.medium} is not supported by this node`);
    }
    if (group !== undefined) {
      await files.setOwner(directory, 0, group);
      await files.setMode(directory, 0o2777);
    }
  }
}

function isClaim({ persistentVolumeClaim, ephemeral }: Volume): boolean {
  return persistentVolumeClaim !== undefined || ephemeral !== undefined;
}
