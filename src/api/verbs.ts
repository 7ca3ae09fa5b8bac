/**
 * What one can ask of the API, independent of how the question travels. The server implements
 * `Verbs` for an identity; the client consumes it, in process (shared frozen objects, no bytes) or
 * over the wire. Failures are `StatusError`s.
 * Source: Kubernetes API conventions, "Verbs on Resources"; metav1 ListOptions and friends.
 */
import type { StatusError } from '#base/status-error.ts';
import type { KubeObject } from './object.ts';
import type { DeleteOptions, Status } from './types.ts';

export interface CollectionRef {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `pods`. */
  readonly resource: string;
  /** Absent: cluster scoped, or all namespaces. */
  readonly namespace?: string | undefined;
}

export interface ObjectRef extends CollectionRef {
  readonly name: string;
  /** `status`, `scale`, `binding`, `eviction`, `token`, … */
  readonly subresource?: string | undefined;
}

export interface SelectOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends SelectOptions {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
}

export interface WatchOptions extends SelectOptions {
  /** Events after this revision. Absent or "0" with `sendInitialEvents`: the state now, then what follows. */
  readonly resourceVersion?: string | undefined;
  /** KEP-3157: the state as ADDED events, then a BOOKMARK annotated `k8s.io/initial-events-end`, then changes. */
  readonly sendInitialEvents?: boolean | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export interface WriteOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  /** Server-side apply only: take over fields of other managers. */
  readonly force?: boolean | undefined;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface Patch {
  readonly type: PatchType;
  /** The parsed body: an array of operations for `json`, an object otherwise. */
  readonly body: unknown;
}

export interface ObjectList<T extends KubeObject = KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

export interface WatchSink {
  /** In revision order, without gap or repeat. Must be quick and must not throw. Objects are frozen. */
  event(type: WatchEventType, object: KubeObject): void;
  /** Called once, last: with an error (`Expired`: read anew) or without (time out, closed by either side). */
  closed(error: StatusError | undefined): void;
}

export interface Watch {
  /** After this no event arrives; `closed` is not called. */
  close(): void;
}

export interface Verbs {
  get(ref: ObjectRef): Promise<KubeObject>;
  list(ref: CollectionRef, options?: ListOptions): Promise<ObjectList>;
  watch(ref: CollectionRef, options: WatchOptions, sink: WatchSink): Watch;
  /** With `subresource` and `name` in the reference: create on a subresource (binding, eviction, token). */
  create(
    ref: CollectionRef | ObjectRef,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject>;
  update(ref: ObjectRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  patch(ref: ObjectRef, patch: Patch, options?: WriteOptions): Promise<KubeObject>;
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<KubeObject | Status>;
  deleteCollection(
    ref: CollectionRef,
    select?: SelectOptions,
    options?: DeleteOptions,
  ): Promise<ObjectList>;
}
