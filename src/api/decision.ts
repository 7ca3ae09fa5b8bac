/**
 * What a pure `decide` reads and answers. A loop is `decide(view, key, now)` plus the one runtime
 * (`client/loop.ts`), which watches, deduplicates keys, never runs a key twice at once, carries the
 * actions out in order with preconditions, on conflict asks again with a newer view, and backs off
 * by what the error says.
 */
import type { Kind } from './kind.ts';
import type { KubeObject } from './object.ts';
import type { LabelSelector } from './types.ts';

/** The loop's cached picture of the cluster. Objects are frozen and shared: never change one. */
export interface View {
  get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string): T | undefined;
  /** All, or those of one namespace; cheap when `namespace` is given. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  /** Objects that the source's index function filed under `value`. */
  byIndex<T extends KubeObject>(kind: Kind<T>, index: string, value: string): readonly T[];
  /** Objects of one namespace that the selector matches. */
  select<T extends KubeObject>(kind: Kind<T>, namespace: string, selector: LabelSelector): readonly T[];
}

export type Action =
  | { readonly type: 'create'; readonly kind: Kind; readonly object: KubeObject }
  /** Replaces the object; the precondition is the resourceVersion that `object` carries. */
  | { readonly type: 'update'; readonly kind: Kind; readonly object: KubeObject; readonly subresource?: 'status' | undefined }
  | {
      readonly type: 'patch';
      readonly kind: Kind;
      readonly namespace?: string | undefined;
      readonly name: string;
      readonly subresource?: 'status' | undefined;
      /** JSON merge patch; put `metadata.uid` / `metadata.resourceVersion` in it as preconditions. */
      readonly patch: unknown;
    }
  | {
      readonly type: 'delete';
      readonly kind: Kind;
      readonly namespace?: string | undefined;
      readonly name: string;
      /** Precondition. */
      readonly uid?: string | undefined;
      readonly gracePeriodSeconds?: number | undefined;
      readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
    }
  | { readonly type: 'bind'; readonly namespace: string; readonly name: string; readonly uid: string; readonly node: string }
  | {
      readonly type: 'event';
      /** What it is about. */
      readonly regarding: KubeObject;
      readonly level: 'Normal' | 'Warning';
      /** UpperCamelCase, of the known vocabulary (`ScalingReplicaSet`). */
      readonly reason: string;
      readonly message: string;
    };

export interface Decision {
  /** In order; when one fails the rest is dropped and the key is decided anew. */
  readonly actions: readonly Action[];
  /** Decide again at this time (clock milliseconds), even when nothing changes. */
  readonly again?: number | undefined;
}

export type Decide = (view: View, key: string, now: number) => Decision;

export const nothingToDo: Decision = { actions: [] };
