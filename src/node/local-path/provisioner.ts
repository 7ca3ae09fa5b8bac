/**
 * Makes and removes the directories behind volumes of classes with the provisioner
 * `gantry.io/local-path`. Promises: a volume object exists only while its directory does, except for
 * the time that its removal takes; files go only with a volume that is given back with policy Delete.
 */
import type { Action } from '#api/decision.ts';
import { persistentVolumeClaims, persistentVolumes, storageClasses } from '#api/kinds/index.ts';
import { keyOf, splitKey } from '#api/object.ts';
import { unitsOf } from '#api/quantity.ts';
import { classNameOf, podClaimIndex } from '#api/storage/claims.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { isStatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import { ActionRefused, Carrier } from '#client/carry-out.ts';
import { EventRecorder } from '#client/events.ts';
import { Informers } from '#client/informers.ts';
import { WorkQueue } from '#client/work-queue.ts';
import type { Disks, Growth } from '#sys/disks.ts';
import type { Files } from '#sys/files.ts';
import {
  type ClaimStep,
  claimStep,
  directoryFinalizer,
  diskOf,
  growthOf,
  type LocalStorage,
  localPathProvisioner,
  volumeStep,
} from '../decide/local-path.ts';
import { grown, resizePending, saysResizePending } from './growing.ts';

export interface ProvisionerOptions extends LocalStorage {
  /** As `system:controller:local-path-provisioner`. */
  readonly verbs: Verbs;
  readonly files: Files;
  readonly disks: Disks;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

const backoff = { firstMs: 500, maxMs: 15_000 };
const claimPrefix = 'claim ';
const volumePrefix = 'volume ';

export class LocalPathProvisioner {
  readonly #options: ProvisionerOptions;
  readonly #informers: Informers;
  readonly #events: EventRecorder;
  readonly #carrier: Carrier;
  readonly #queue: WorkQueue;
  readonly #unlisten: (() => void)[] = [];
  #stopped = false;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
    this.#informers = new Informers(options);
    this.#events = new EventRecorder({
      ...options,
      component: localPathProvisioner,
      host: options.nodeName,
    });
    this.#carrier = new Carrier({
      ...options,
      informers: this.#informers,
      recorder: this.#events,
    });
    this.#queue = new WorkQueue({ ...options, backoff, ready: () => this.#pump() });
  }

  /** Settles when it knows the cluster; works from then on. */
  async start(): Promise<void> {
    const claims = this.#informers.of(persistentVolumeClaims);
    const volumes = this.#informers.of(persistentVolumes);
    const classes = this.#informers.of(storageClasses);
    this.#informers.start();
    await this.#informers.whenSynced();
    if (this.#stopped) return;
    this.#unlisten.push(
      claims.listen((_, next) => next && this.#queue.add(`${claimPrefix}${keyOf(next)}`)),
      volumes.listen((_, next) => next && this.#queue.add(`${volumePrefix}${next.metadata.name}`)),
      classes.listen(() => {
        for (const claim of claims.cache.list()) this.#queue.add(`${claimPrefix}${keyOf(claim)}`);
      }),
    );
  }

  /** Nothing of it is left on the node: what waited for that goes on. */
  podLeft(pod: Pod): void {
    for (const claim of podClaimIndex.claim(pod)) this.#queue.add(`${claimPrefix}${claim}`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unlisten of this.#unlisten) unlisten();
    this.#queue.close();
    this.#informers.stop();
    await this.#events.flush();
  }

  #pump(): void {
    for (let key = this.#queue.take(); key !== undefined; key = this.#queue.take()) {
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    try {
      if (key.startsWith(claimPrefix)) await this.#claim(key.slice(claimPrefix.length));
      else await this.#volume(key.slice(volumePrefix.length));
      this.#queue.forget(key);
    } catch (error) {
      const delayMs = this.#queue.retry(key);
      const fields = { key, error: wordsOf(error), delayMs };
      this.#options.logger.warn('storage could not be made or removed', fields);
    }
    this.#queue.done(key);
  }

  async #claim(key: string): Promise<void> {
    const { namespace = '', name } = splitKey(key);
    const claim = this.#informers.of(persistentVolumeClaims).cache.get(`${namespace}/${name}`);
    if (claim === undefined) return;
    const classes = this.#informers.of(storageClasses).cache;
    const storageClass = classes.get(classNameOf(claim));
    const step = claimStep(claim, storageClass, this.#options);
    if (step === undefined) return this.#grow(claim, storageClass);
    if (step.type === 'refuse') return this.#refused(claim, step.message);
    if (this.#informers.of(persistentVolumes).cache.get(step.volume.metadata.name)) return;
    const message = `External provisioner is provisioning volume for claim "${key}"`;
    this.#tell(claim, 'Normal', 'Provisioning', message);
    try {
      await this.#make(step);
    } catch (error) {
      this.#refused(claim, wordsOf(error));
      throw error;
    }
    const done = `Successfully provisioned volume ${step.volume.metadata.name}`;
    this.#tell(claim, 'Normal', 'ProvisioningSucceeded', done);
  }

  /** Whoever a pod's containers run as may write there, as with an emptyDir. */
  async #make({ path, volume, disk }: Extract<ClaimStep, { type: 'make' }>): Promise<void> {
    const { files, disks, directory } = this.#options;
    await files.makeDirectory(directory, 0o711);
    await files.makeDirectory(path, disk ? 0o711 : 0o777);
    if (disk) await disks.create(disk.image, disk.bytes, disk.mount);
    const create: Action = { type: 'create', kind: persistentVolumes, object: volume };
    try {
      await this.#carrier.carryOut([create]);
    } catch (error) {
      const isThere = error instanceof ActionRefused && isStatusError(error.cause, 'AlreadyExists');
      if (!isThere) throw error;
    }
  }

  /**
   * Of a directory the size is all there is to grow. A file system that cannot grow in use waits for
   * its pod (`podLeft`), which the claim says by a condition and once by an event.
   */
  async #grow(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): Promise<void> {
    const { volumeName = '' } = claim.spec;
    const volume = this.#informers.of(persistentVolumes).cache.get(volumeName);
    const wanted = volume && growthOf(claim, volume, storageClass, this.#options);
    if (!wanted) return;
    const disk = diskOf(volume);
    let growth: Growth = 'grown';
    try {
      if (disk) growth = await this.#options.disks.grow(disk.image, unitsOf(wanted), disk.mount);
    } catch (error) {
      this.#tell(claim, 'Warning', 'VolumeResizeFailed', wordsOf(error));
      throw error;
    }
    if (growth === 'inUse') return this.#awaitsPod(claim, volume, wanted);
    await this.#carrier.carryOut(grown(claim, volume, wanted));
    const message = `Resized volume ${volumeName} to ${wanted}`;
    this.#tell(claim, 'Normal', 'VolumeResizeSuccessful', message);
  }

  async #awaitsPod(
    claim: PersistentVolumeClaim,
    volume: PersistentVolume,
    wanted: string,
  ): Promise<void> {
    if (saysResizePending(claim, wanted)) return;
    const pending = resizePending(claim, volume, wanted, this.#options.clock.now());
    await this.#carrier.carryOut(pending);
    const message = 'Require file system resize of volume on node';
    this.#tell(claim, 'Normal', 'FileSystemResizeRequired', message);
  }

  #refused(claim: PersistentVolumeClaim, why: string): void {
    const message = `failed to provision volume with StorageClass "${classNameOf(claim)}": ${why}`;
    this.#tell(claim, 'Warning', 'ProvisioningFailed', message);
  }

  async #volume(name: string): Promise<void> {
    const volume = this.#informers.of(persistentVolumes).cache.get(name);
    const step = volume && volumeStep(volume, this.#options);
    if (!step) return;
    if (step.type === 'refuse') {
      return this.#tell(volume, 'Warning', 'VolumeFailedDelete', step.message);
    }
    if (step.type === 'remove') await this.#remove(volume, step.path);
    await this.#carrier.carryOut(lettingGo(volume));
  }

  async #remove(volume: PersistentVolume, path: string): Promise<void> {
    try {
      const { files, disks } = this.#options;
      if (diskOf(volume)) await disks.remove(path);
      else await files.remove(path);
    } catch (error) {
      this.#tell(volume, 'Warning', 'VolumeFailedDelete', wordsOf(error));
      throw error;
    }
  }

  #tell(
    regarding: PersistentVolume | PersistentVolumeClaim,
    level: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.#events.record({ regarding, level, reason, message });
  }
}

function lettingGo({ metadata }: PersistentVolume): readonly Action[] {
  const { name, uid, deletionTimestamp, finalizers = [] } = metadata;
  const kind = persistentVolumes;
  const rest = finalizers.filter((each) => each !== directoryFinalizer);
  const patch: Action = {
    type: 'patch',
    kind,
    name,
    patch: { metadata: { uid, finalizers: rest } },
  };
  const doomed: Action = { type: 'delete', kind, name, uid };
  return deletionTimestamp === undefined ? [doomed, patch] : [patch];
}
