/**
 * Keeps somebody's index equal to the objects of one kind: the state now, then every change. When
 * the watch is lost it starts anew and tells what disappeared meanwhile.
 */
import type { Kind } from '#api/kind.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { Watch } from '#api/verbs.ts';
import type { Timers } from '#base/clock.ts';
import type { Core, RequestContext } from '../core/core.ts';

export interface Follower<T extends KubeObject> {
  /** A new object, or a newer state of a known one. */
  put(object: T): void;
  remove(object: T): void;
}

export interface Following {
  /** Resolves when the state of the beginning has been told. */
  readonly synced: Promise<void>;
  close(): void;
}

/** The server reading for itself, before anybody is authorized. */
export const serverContext: RequestContext = {
  user: { name: 'system:apiserver', groups: ['system:masters'] },
  warn: () => undefined,
};

const retryMs = 500;

export function follow<T extends KubeObject>(
  core: Pick<Core, 'watch'>,
  timers: Timers,
  kind: Kind<T>,
  follower: Follower<T>,
): Following {
  const known = new Map<string, T>();
  const synced = Promise.withResolvers<void>();
  let watch: Watch | undefined;
  let closed = false;
  const start = () => {
    if (closed) return;
    let unseen: Set<string> | undefined = new Set(known.keys());
    const options = { sendInitialEvents: true, allowWatchBookmarks: true };
    watch = core.watch(serverContext, { kind: kind as Kind }, options, {
      event: (type, { object }) => {
        if (type === 'BOOKMARK') {
          for (const key of unseen ?? []) forget(key);
          unseen = undefined;
          synced.resolve();
          return;
        }
        const key = keyOf(object);
        unseen?.delete(key);
        if (type === 'DELETED') return forget(key);
        known.set(key, object as T);
        follower.put(object as T);
      },
      closed: () => void timers.after(retryMs, start),
    });
  };
  const forget = (key: string) => {
    const object = known.get(key);
    known.delete(key);
    if (object) follower.remove(object);
  };
  start();
  return {
    synced: synced.promise,
    close: () => {
      closed = true;
      watch?.close();
    },
  };
}
