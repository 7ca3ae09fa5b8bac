/**
 * One client's view of a kind's changes: which of them it sees, and as what. An object that begins
 * to match the selector is ADDED, one that ceases to match is DELETED with its last matching state
 * and the revision of the change, as in Kubernetes' watch cache.
 */
import type { KubeObject } from '#api/object.ts';
import type { StatusError } from '#base/status-error.ts';
import type { CoreSink, Stored } from './core.ts';
import type { Filter } from './filter.ts';

/** One changed key, in the form that all watchers of the kind share. */
export interface FeedChange {
  readonly revision: number;
  readonly namespace: string;
  readonly current: Stored | undefined;
  readonly previous: Stored | undefined;
  /** The previous state with this change's revision; made when first asked for. */
  gone(): Stored;
}

export interface WatcherOptions {
  /** Empty: all. */
  readonly namespace: string;
  readonly filter: Filter;
  readonly sink: CoreSink;
  /** It has seen everything up to this revision. */
  readonly after: number;
  readonly wantsBookmarks: boolean;
}

export class Watcher {
  readonly namespace: string;
  readonly filter: Filter;
  readonly wantsBookmarks: boolean;
  readonly #sink: CoreSink;
  #after: number;
  #open = true;

  constructor(options: WatcherOptions) {
    this.namespace = options.namespace;
    this.filter = options.filter;
    this.wantsBookmarks = options.wantsBookmarks;
    this.#sink = options.sink;
    this.#after = options.after;
  }

  /** The last revision whose changes it has seen. */
  get after(): number {
    return this.#after;
  }

  get open(): boolean {
    return this.#open;
  }

  /** All changes of one commit that may concern it. What it has seen already it does not see again. */
  deliver(revision: number, changes: readonly FeedChange[]): void {
    if (!this.#open || revision <= this.#after) return;
    this.#after = revision;
    for (const change of changes) {
      if (this.#open) this.#deliverOne(change);
    }
  }

  initial(item: Stored): void {
    if (this.#open) this.#sink.event('ADDED', item);
  }

  bookmark(item: Stored): void {
    if (this.#open) this.#sink.event('BOOKMARK', item);
  }

  /** From the server's side. */
  end(error: StatusError | undefined): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sink.closed(error);
  }

  /** From the client's side: it hears nothing more. */
  stop(): void {
    this.#open = false;
  }

  #deliverOne(change: FeedChange): void {
    if (this.namespace !== '' && this.namespace !== change.namespace) return;
    const { current, previous } = change;
    const matches = current !== undefined && this.#matches(current.object);
    const matched = previous !== undefined && this.#matches(previous.object);
    if (matches) this.#sink.event(matched ? 'MODIFIED' : 'ADDED', current);
    else if (matched) this.#sink.event('DELETED', change.gone());
  }

  #matches(object: KubeObject): boolean {
    return this.filter.everything || this.filter.matches(object);
  }
}
