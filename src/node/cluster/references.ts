/**
 * ConfigMaps and Secrets that pods of this node name, and claims that a pod still waits for: each is
 * watched by name for as long as a pod uses it (and a little longer), never all of them.
 */
import { configMaps, persistentVolumeClaims, secrets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { ConfigMap, PersistentVolumeClaim, Secret } from '#api/types.ts';
import type { Timer, Timers } from '#base/clock.ts';
import { StatusError } from '#base/status-error.ts';
import { Informer, type InformerOptions } from '#client/informer.ts';
import type { References } from '../config/env.ts';

interface Entry {
  readonly informer: Informer;
  readonly users: Set<string>;
  unused: Timer | undefined;
}

const syncMaxMs = 10_000;
const lingerMs = 60_000;

export interface ReferenceOptions extends Omit<InformerOptions, 'namespace'> {
  /** Something that these pods use has changed. */
  readonly changed: (uids: ReadonlySet<string>) => void;
}

export interface PodReferences extends References {
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
}

export class ReferencedObjects {
  readonly #options: ReferenceOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ReferenceOptions) {
    this.#options = options;
  }

  /** Looking something up makes the pod a user of it. */
  of(uid: string): PodReferences {
    return {
      configMap: (namespace, name) => this.#get<ConfigMap>(uid, configMaps, namespace, name),
      secret: (namespace, name) => this.#get<Secret>(uid, secrets, namespace, name),
      claim: (namespace, name) =>
        this.#get<PersistentVolumeClaim>(uid, persistentVolumeClaims, namespace, name),
    };
  }

  release(uid: string): void {
    for (const [key, entry] of this.#entries) {
      if (!entry.users.delete(uid) || entry.users.size > 0) continue;
      entry.unused = this.#options.timers.after(lingerMs, () => {
        entry.informer.stop();
        this.#entries.delete(key);
      });
    }
  }

  stop(): void {
    for (const { informer, unused } of this.#entries.values()) {
      informer.stop();
      unused?.cancel();
    }
    this.#entries.clear();
  }

  async #get<T extends KubeObject>(
    uid: string,
    kind: Kind<T>,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    const key = `${kind.resource}/${namespace}/${name}`;
    const entry = this.#entries.get(key) ?? this.#open(key, kind, namespace, name);
    entry.unused?.cancel();
    entry.unused = undefined;
    entry.users.add(uid);
    if (!entry.informer.synced) await within(entry.informer.whenSynced(), this.#options.timers);
    return entry.informer.cache.get(`${namespace}/${name}`) as T | undefined;
  }

  #open<T extends KubeObject>(key: string, kind: Kind<T>, namespace: string, name: string): Entry {
    const { changed, ...options } = this.#options;
    const informer = new Informer<T>(kind, {
      ...options,
      namespace,
      fieldSelector: `metadata.name=${name}`,
    });
    const entry: Entry = {
      informer: informer as unknown as Informer,
      users: new Set(),
      unused: undefined,
    };
    informer.listen(() => {
      // The first state is read by whoever waits for it.
      if (informer.synced) changed(entry.users);
    });
    informer.start();
    this.#entries.set(key, entry);
    return entry;
  }
}

async function within(work: Promise<void>, timers: Timers): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = timers.after(syncMaxMs, () =>
      reject(new StatusError('Timeout', 'timed out waiting for the API server')),
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    timer?.cancel();
  }
}
