/**
 * Pods of a directory of manifests. The files say what runs; the API only shows it, in a mirror of each
 * pod that is made again when somebody removes it. Workers know these pods by a uid of their content, so
 * that containers outlive their mirrors.
 */
import { parse } from 'yaml';
import { nodes, pods } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { Pod } from '#api/types.ts';
import type { Patch, Verbs } from '#api/verbs.ts';
import type { Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { isStatusError, StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import type { Files } from '#sys/files.ts';
import {
  isMirror,
  mirrorAnnotation,
  mirrorOf,
  staticPodOf,
  withMirror,
} from '../decide/static-pods.ts';

export interface StaticPodsOptions {
  /** Absent: the node has none. */
  readonly directory: string | undefined;
  readonly nodeName: string;
  readonly verbs: Verbs;
  readonly files: Files;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Undefined: its file is gone, or says something else now. */
  readonly changed: (uid: string, pod: Pod | undefined) => void;
  /** Something of that uid still runs here. */
  readonly isLive: (uid: string) => boolean;
  /** From now on all of them are known: mirrors that came before are to be told of again. */
  readonly synced: () => void;
}

interface Entry {
  readonly pod: Pod;
  mirror: Pod | undefined;
  writing: boolean;
}

/** As often as the kubelet looks; a change in a directory that is there is heard of at once. */
const lookEveryMs = 20_000;
const retryMs = 2_000;
const filesMax = 500;

export class StaticPods {
  readonly #options: StaticPodsOptions;
  /** By `namespace/name`. */
  readonly #entries = new Map<string, Entry>();
  /** Said once for each content of a file. */
  readonly #complaints = new Map<string, string>();
  #watch: { close(): void } | undefined;
  #timer: Timer | undefined;
  #looking = false;
  #stopped = false;
  #synced: boolean;

  constructor(options: StaticPodsOptions) {
    this.#options = options;
    this.#synced = options.directory === undefined;
  }

  /** The manifests have been read once, all of them: who is not among them is no pod of theirs. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Settles after the first look, which may have failed: then a later one syncs. */
  async start(): Promise<void> {
    if (this.#options.directory === undefined) return;
    await this.#look();
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#watch?.close();
  }

  /** The uid under which containers of that pod of the API run. */
  uidOf(apiUid: string): string | undefined {
    for (const { pod, mirror } of this.#entries.values()) {
      if (mirror?.metadata.uid === apiUid) return pod.metadata.uid;
    }
    return undefined;
  }

  has(uid: string): boolean {
    return [...this.#entries.values()].some(({ pod }) => pod.metadata.uid === uid);
  }

  /** Answers whether the change was about a mirror, which is nobody else's business. */
  mirrorChanged(previous: Pod | undefined, next: Pod | undefined): boolean {
    const pod = next ?? previous;
    if (!pod || !isMirror(pod)) return false;
    const entry = this.#entries.get(keyOf(pod));
    if (!entry) {
      if (next && this.#synced) void this.#quietly(() => this.#delete(next));
      return true;
    }
    const isOurs =
      next?.metadata.annotations?.[mirrorAnnotation] === entry.pod.metadata.uid &&
      next?.metadata.deletionTimestamp === undefined;
    if (next && !isOurs) void this.#quietly(() => this.#delete(next));
    entry.mirror = next && isOurs ? next : undefined;
    if (entry.mirror) this.#tell(entry);
    else if (!next) void this.#create(entry);
    return true;
  }

  /** A worker has ended: a newer pod of the same name may have waited for it. */
  ended(): void {
    for (const entry of this.#entries.values()) this.#tell(entry);
  }

  /** What a worker of such a pod speaks to: the API knows the pod under its mirror's uid. */
  verbsFor({ metadata }: Pod): Verbs {
    const { verbs } = this.#options;
    return {
      ...bound(verbs),
      patch: (ref, patch, options) => {
        if (ref.subresource !== 'status') return verbs.patch(ref, patch, options);
        const mirror = this.#entries.get(`${metadata.namespace}/${metadata.name}`)?.mirror;
        if (!mirror) return Promise.reject(new StatusError('NotFound', 'no mirror yet'));
        return verbs.patch(ref, withUid(patch, mirror), options);
      },
    };
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.timers.after(lookEveryMs, () => {
      void this.#look().then(() => this.#arm());
    });
  }

  async #look(): Promise<void> {
    const { directory, files } = this.#options;
    if (this.#looking || this.#stopped || directory === undefined) return;
    this.#looking = true;
    try {
      const isThere = (await files.info(directory))?.type === 'directory';
      if (isThere) this.#watch ??= files.watch(directory, () => void this.#look());
      else {
        this.#watch?.close();
        this.#watch = undefined;
      }
      this.#take(await this.#read(directory));
      this.#sync();
    } catch (error) {
      this.#options.logger.warn('cannot read static pods', { directory, error: wordsOf(error) });
    } finally {
      this.#looking = false;
    }
  }

  #sync(): void {
    if (this.#synced) return;
    this.#synced = true;
    this.#options.synced();
  }

  async #read(directory: string): Promise<Map<string, Pod>> {
    const { files, nodeName, logger } = this.#options;
    const found = new Map<string, Pod>();
    for (const { name, type } of (await files.list(directory)).slice(0, filesMax)) {
      if (type === 'directory' || name.startsWith('.') || !/\.(ya?ml|json)$/.test(name)) continue;
      const text = (await files.readText(`${directory}/${name}`)) ?? '';
      try {
        const pod = staticPodOf(parse(text), nodeName);
        if (found.has(keyOf(pod))) throw new Error('another file has a pod of that name');
        found.set(keyOf(pod), pod);
        this.#complaints.delete(name);
      } catch (error) {
        if (this.#complaints.get(name) === text) continue;
        this.#complaints.set(name, text);
        logger.error('a file of the node’s own pods is ignored', { name, error: wordsOf(error) });
      }
    }
    return found;
  }

  #take(found: ReadonlyMap<string, Pod>): void {
    for (const [key, entry] of this.#entries) {
      if (found.get(key)?.metadata.uid === entry.pod.metadata.uid) continue;
      this.#entries.delete(key);
      this.#options.changed(entry.pod.metadata.uid ?? '', undefined);
      const { mirror } = entry;
      if (mirror) void this.#quietly(() => this.#delete(mirror));
    }
    for (const [key, pod] of found) {
      if (this.#entries.has(key)) continue;
      const entry: Entry = { pod, mirror: undefined, writing: false };
      this.#entries.set(key, entry);
      this.#tell(entry);
      void this.#create(entry);
    }
  }

  #tell({ pod, mirror }: Entry): void {
    const { changed, isLive } = this.#options;
    const uid = pod.metadata.uid ?? '';
    const before = this.#previous.get(keyOf(pod));
    if (before !== undefined && before !== uid && isLive(before)) return;
    this.#previous.set(keyOf(pod), uid);
    changed(uid, withMirror(pod, mirror));
  }

  /** The uid that had the name last. */
  readonly #previous = new Map<string, string>();

  async #create(entry: Entry): Promise<void> {
    const { verbs, nodeName, timers, logger } = this.#options;
    if (entry.writing || this.#stopped) return;
    entry.writing = true;
    try {
      const node = await verbs.get({ ...collectionOf(nodes), name: nodeName });
      const mirror = mirrorOf(entry.pod, nodeName, node.metadata.uid ?? '');
      const made = await verbs.create(collectionOf(pods, entry.pod.metadata.namespace), mirror);
      entry.mirror = made as Pod;
      this.#tell(entry);
    } catch (error) {
      // One of an earlier run comes with the watch.
      if (!isStatusError(error, 'AlreadyExists')) {
        logger.warn('cannot show a static pod', { name: keyOf(entry.pod), error: wordsOf(error) });
        timers.after(retryMs, () => {
          if (this.#entries.get(keyOf(entry.pod)) === entry && !entry.mirror) {
            void this.#create(entry);
          }
        });
      }
    } finally {
      entry.writing = false;
    }
  }

  async #delete({ metadata: { name, namespace, uid } }: Pod): Promise<void> {
    await this.#options.verbs.delete(
      { ...collectionOf(pods, namespace), name: name ?? '' },
      { gracePeriodSeconds: 0, preconditions: { uid } },
    );
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isStatusError(error, 'NotFound') || isStatusError(error, 'Conflict')) return;
      this.#options.logger.warn('cannot remove a mirror pod', { error: wordsOf(error) });
    }
  }
}

const keyOf = ({ metadata: { namespace, name } }: Pod): string => `${namespace}/${name}`;

function withUid(patch: Patch, { metadata: { uid } }: Pod): Patch {
  const body = patch.body as { metadata?: object };
  return { ...patch, body: { ...body, metadata: { ...body.metadata, uid } } };
}

/** Methods of a class do not come along with a spread. */
function bound(verbs: Verbs): Verbs {
  return {
    get: (...args) => verbs.get(...args),
    list: (...args) => verbs.list(...args),
    watch: (...args) => verbs.watch(...args),
    create: (...args) => verbs.create(...args),
    update: (...args) => verbs.update(...args),
    patch: (...args) => verbs.patch(...args),
    delete: (...args) => verbs.delete(...args),
    deleteCollection: (...args) => verbs.deleteCollection(...args),
  };
}
