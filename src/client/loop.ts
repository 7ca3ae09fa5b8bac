/**
 * The one runtime of all loops: informer caches shared between loops, a work queue of keys, and the
 * carrying out of actions.
 */
import type { Decide, View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Verbs } from '#api/verbs.ts';

export interface Source<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Which keys a changed object wakes (called for the old and the new form). Default: its own key. */
  keysOf?(object: T, view: View): readonly string[];
  /** Whether a change of an object can matter to the loop at all; default: yes. */
  matters?(previous: T, next: T): boolean;
  /** Index name → values under which an object is filed, for `View.byIndex`. */
  readonly indexes?: Readonly<Record<string, { values(object: T): readonly string[] }['values']>>;
  /** `View.changedAt` is asked of this kind. */
  readonly remembersChanges?: boolean;
}

export interface LoopDefinition {
  /** `deployment-controller`: log lines, metrics, the event source and the identity `system:controller:NAME`. */
  readonly name: string;
  /** As events name it, where Kubernetes' name for that is another one; default: `name`. */
  readonly component?: string;
  readonly sources: readonly Source[];
  /**
   * Asks, before each decision, for what no watch tells (the use of resources). Under the loop's own
   * identity; what can be expected to fail is part of the answer.
   */
  readonly gather?: (view: View, key: string, verbs: Verbs) => Promise<unknown>;
  readonly decide: Decide;
  /** Has itself called when something changes that every decision rests on and no watch tells of. */
  readonly hears?: (changed: () => void) => void;
  /** Keys decided side by side; one key never twice at once. */
  readonly workers?: number;
}
