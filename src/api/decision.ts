/**
 * What a pure `decide` reads and answers. A loop is `decide(view, key, now)` plus the one runtime
 * (`client/loop.ts`), which watches, deduplicates keys, never runs a key twice at once, carries the
 * actions out in order with preconditions, on conflict asks again with a newer view, and backs off
 * by what the error says.
 */
import type { StatusReason } from '#base/status-error.ts';
import type { Kind } from './kind.ts';
import type { KubeObject } from './object.ts';
import type { CertificateSigningRequest, LabelSelector } from './types.ts';

/** The loop's cached picture of the cluster. Objects are frozen and shared: never change one. */
export interface View {
  get<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** All, or those of one namespace; cheap when `namespace` is given. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  /** Objects that the source's index function filed under `value`. */
  byIndex<T extends KubeObject>(kind: Kind<T>, index: string, value: string): readonly T[];
  /** Objects of one namespace that the selector matches. */
  select<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string,
    selector: LabelSelector,
  ): readonly T[];
  /**
   * When this process last saw the object change, in clock milliseconds (for a start: when it was
   * first listed); for one that has gone, when it went, as far as that is remembered. Compares with
   * `now` whatever the clock of the writer says, and whoever has set the own one since. The source must ask for it (`remembersChanges`).
   */
  changedAt<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): number | undefined;
  /** Why the last attempt at this key stopped; absent when it went through. */
  readonly failure?: Failure | undefined;
}

/** An action that was refused. */
export interface Failure {
  readonly action: Action['type'];
  /** `pods` */
  readonly resource: string;
  readonly reason: StatusReason;
  readonly message: string;
}

/**
 * Events about an action that can be worded only when it is done: `{name}` stands for the name that
 * the server chose, `{error}` for why it refused.
 */
export interface Telling {
  readonly regarding: KubeObject;
  readonly done?: { readonly reason: string; readonly message: string } | undefined;
  readonly failed?: { readonly reason: string; readonly message: string } | undefined;
}

export type Action =
  | {
      readonly type: 'create';
      readonly kind: Kind;
      readonly object: KubeObject;
      readonly telling?: Telling | undefined;
    }
  /** Replaces the object; the precondition is the resourceVersion that `object` carries. */
  | {
      readonly type: 'update';
      readonly kind: Kind;
      readonly object: KubeObject;
      /** `status`, `finalize`, … */
      readonly subresource?: string | undefined;
      /**
       * A status on its way to another one, on which nobody acts: when the key has just written one,
       * and there is nothing else to do, it may be left out, and the key is decided again soon.
       */
      readonly passing?: boolean | undefined;
    }
  | {
      readonly type: 'patch';
      readonly kind: Kind;
      readonly namespace?: string | undefined;
      readonly name: string;
      readonly subresource?: string | undefined;
      /** JSON merge patch; put `metadata.uid` / `metadata.resourceVersion` in it as preconditions. */
      readonly patch: unknown;
    }
  | {
      readonly type: 'delete';
      readonly kind: Kind;
      readonly namespace?: string | undefined;
      readonly name: string;
      /** Preconditions. */
      readonly uid?: string | undefined;
      readonly resourceVersion?: string | undefined;
      readonly gracePeriodSeconds?: number | undefined;
      readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
      readonly telling?: Telling | undefined;
    }
  /** Everything of a kind in a namespace. */
  | { readonly type: 'deleteCollection'; readonly kind: Kind; readonly namespace: string }
  | {
      readonly type: 'bind';
      readonly namespace: string;
      readonly name: string;
      readonly uid: string;
      readonly node: string;
    }
  | {
      readonly type: 'event';
      /** What it is about. */
      readonly regarding: KubeObject;
      readonly level: 'Normal' | 'Warning';
      /** UpperCamelCase, of the known vocabulary (`ScalingReplicaSet`). */
      readonly reason: string;
      readonly message: string;
    }
  /**
   * Asks the server itself, past every cache, and fails unless no object of that name (with this
   * uid, when given) is there. What is found instead is put into the view. For steps that must not
   * rest on an old view.
   */
  | {
      readonly type: 'confirmAbsent';
      readonly kind: Kind;
      readonly namespace?: string | undefined;
      readonly name: string;
      readonly uid?: string | undefined;
    }
  /** Asks the server itself, and fails unless the object is there with this uid and not being deleted. */
  | {
      readonly type: 'confirmPresent';
      readonly kind: Kind;
      readonly namespace?: string | undefined;
      readonly name: string;
      readonly uid: string;
    }
  /** Asks the server itself and fails while the namespace holds an object of the kind. */
  | { readonly type: 'confirmEmpty'; readonly kind: Kind; readonly namespace: string }
  /**
   * Has the cluster's authority sign an approved request; the certificate, or why there is none, goes
   * into its status. The key stays with whoever carries this out.
   */
  | { readonly type: 'certify'; readonly request: CertificateSigningRequest }
  /**
   * Side by side, in growing batches (1, 2, 4, …), stopping after a batch with a failure: many alike
   * writes go fast, and a fault that hits all of them is met a few times only.
   */
  | { readonly type: 'together'; readonly actions: readonly Action[] };

export interface Decision {
  /** In order; when one fails the rest is dropped and the key is decided anew. */
  readonly actions: readonly Action[];
  /** Decide again at this time (clock milliseconds), even when nothing changes. */
  readonly again?: number | undefined;
}

/** `gathered`: what the loop asked for before, when it asks at all (`LoopDefinition.gather`). */
export type Decide = (view: View, key: string, now: number, gathered?: unknown) => Decision;

export const nothingToDo: Decision = { actions: [] };
