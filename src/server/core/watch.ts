/**
 * WATCH: where it starts, what it sends first, bookmarks and the time limit. Snapshot and watch are
 * taken at one revision, so nothing falls between them. Sinks are called synchronously, and never
 * before `watch` has returned.
 * Source: Kubernetes API concepts, "Efficient detection of changes" and "Streaming lists" (KEP-3157).
 */
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Watch, WatchOptions } from '#api/verbs.ts';
import type { Timer, Timers } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Random } from '#base/random.ts';
import { isStatusError } from '#base/status-error.ts';
import type { Backend, Snapshot } from '#store/backend.ts';
import type { CoreSink, Stored, Target } from './core.ts';
import { Feed } from './feed.ts';
import { filterOf } from './filter.ts';
import { endOf, keyFor, prefixOf } from './keys.ts';
import type { Codecs } from './reader.ts';
import { parseRevision, snapshotNotOlder } from './revision.ts';
import { unstored } from './stored.ts';
import { Watcher } from './watcher.ts';

export interface WatchingDeps {
  readonly backend: Backend;
  readonly codecs: Codecs;
  readonly timers: Timers;
  readonly random: Random;
}

export class Watching {
  readonly #deps: WatchingDeps;
  readonly #feeds = new Map<Kind, Feed>();
  #bookmarkTimer: Timer | undefined;

  constructor(deps: WatchingDeps) {
    this.#deps = deps;
  }

  watch(target: Target, options: WatchOptions, sink: CoreSink): Watch {
    const { kind, namespace = '' } = target;
    const filter = filterOf(kind, options);
    const wanted = parseRevision(options.resourceVersion) ?? 0;
    const startsNow = wanted === 0 || options.sendInitialEvents === true;
    const snapshot = startsNow ? snapshotNotOlder(this.#deps.backend, wanted) : undefined;
    const watcher = new Watcher({
      namespace,
      filter,
      sink,
      after: snapshot?.revision ?? wanted,
      wantsBookmarks: options.allowWatchBookmarks === true,
    });
    const feed = this.#feedOf(kind);
    let stopTimer: Timer | undefined;
    const leave = () => {
      stopTimer?.cancel();
      watcher.stop();
      feed.leave(watcher);
    };
    if (snapshot === undefined || options.sendInitialEvents === false) join(feed, watcher);
    else this.#startWithState(feed, watcher, snapshot, target, options.sendInitialEvents === true);
    this.#armBookmarks();
    const { timeoutSeconds } = options;
    if (timeoutSeconds !== undefined && timeoutSeconds > 0) {
      stopTimer = this.#deps.timers.after(timeoutSeconds * 1000, () => {
        feed.leave(watcher);
        watcher.end(undefined);
      });
    }
    return { close: leave };
  }

  #feedOf(kind: Kind): Feed {
    let feed = this.#feeds.get(kind);
    if (feed === undefined) {
      feed = new Feed(kind, this.#deps.backend, this.#deps.codecs);
      this.#feeds.set(kind, feed);
    }
    return feed;
  }

  /**
   * The state goes out in a microtask: the caller holds the watch before the first event. Joining
   * only then is safe, since the snapshot's revision says where to go on.
   */
  #startWithState(
    feed: Feed,
    watcher: Watcher,
    snapshot: Snapshot,
    target: Target,
    marked: boolean,
  ): void {
    void Promise.resolve().then(() => {
      for (const item of this.#stateFor(watcher, snapshot, target)) watcher.initial(item);
      if (marked) watcher.bookmark(bookmark(feed.kind, snapshot.revision, true));
      if (watcher.open) join(feed, watcher);
    });
  }

  *#stateFor(watcher: Watcher, snapshot: Snapshot, target: Target): Iterable<Stored> {
    const { kind, namespace } = target;
    const codec = this.#deps.codecs.of(kind);
    const { filter } = watcher;
    const name = filter.equalities.get('metadata.name');
    if (name !== undefined && (namespace || !kind.namespaced)) {
      const entry = snapshot.get(keyFor(kind, namespace, name));
      const item = entry && codec.read(entry);
      if (item && filter.matches(item.object)) yield item;
      return;
    }
    const prefix = prefixOf(kind, namespace);
    for (const entry of snapshot.range(prefix, endOf(prefix))) {
      const item = codec.read(entry);
      if (filter.everything || filter.matches(item.object)) yield item;
    }
  }

  /** One timer for all watchers, and none when nobody watches. Spread, so that servers do not beat in step. */
  #armBookmarks(): void {
    if (this.#bookmarkTimer !== undefined) return;
    const delay = limits.watchBookmarkMs * (0.75 + this.#deps.random.fraction() / 2);
    this.#bookmarkTimer = this.#deps.timers.after(delay, () => {
      this.#bookmarkTimer = undefined;
      let watched = false;
      // What is visible has been delivered: the store moves its revision and calls its watchers in one step.
      const { revision } = this.#deps.backend;
      for (const feed of this.#feeds.values()) {
        feed.settle();
        watched ||= feed.watchers.size > 0;
        this.#sendBookmarks(feed, revision);
      }
      if (watched) this.#armBookmarks();
    });
  }

  #sendBookmarks(feed: Feed, revision: number): void {
    const item = bookmark(feed.kind, revision, false);
    for (const watcher of [...feed.watchers]) {
      if (watcher.wantsBookmarks && watcher.after <= revision) watcher.bookmark(item);
    }
  }
}

/** A past that is not kept is told within the watch, as Kubernetes does: the question was not wrong. */
function join(feed: Feed, watcher: Watcher): void {
  try {
    feed.join(watcher);
  } catch (error) {
    if (!isStatusError(error, 'Expired')) throw error;
    void Promise.resolve().then(() => watcher.end(error));
  }
}

function bookmark(kind: Kind, revision: number, endsInitialEvents: boolean): Stored {
  const metadata = {
    resourceVersion: String(revision),
    ...(endsInitialEvents ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
  const object = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
  return unstored(object as unknown as KubeObject);
}
