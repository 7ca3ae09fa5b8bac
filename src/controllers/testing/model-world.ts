/**
 * Objects in memory, and what actions do to them: enough of a server to step a pure decision
 * thousands of times. Whole loops are tested against the real server (`control-plane.ts`).
 */
import type { Action, Decide, Failure, View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { LabelSelector } from '#api/types.ts';
import { isStatusError, StatusError } from '#base/status-error.ts';
import { type IndexFunction, ObjectCache } from '#client/object-cache.ts';

/** A kind with what its objects are filed under. */
export interface ModelKind {
  readonly kind: Kind;
  readonly indexes?: Readonly<
    Record<string, { values(object: never): readonly string[] }['values']>
  >;
}

export class ModelWorld implements View {
  failure: Failure | undefined;
  /** Everything done, as `create replicasets`. */
  readonly done: string[] = [];
  readonly events: string[] = [];
  readonly #caches = new Map<string, ObjectCache>();
  #revision = 0;

  constructor(kinds: readonly ModelKind[]) {
    for (const { kind, indexes = {} } of kinds) {
      const cache = new ObjectCache();
      for (const [name, values] of Object.entries(indexes)) {
        cache.addIndex(name, values as unknown as IndexFunction<KubeObject>);
      }
      this.#caches.set(kind.resource, cache);
    }
  }

  get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string) {
    return this.#cache(kind).get(namespace ? `${namespace}/${name}` : name);
  }

  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[] {
    return this.#cache(kind).list(namespace);
  }

  byIndex<T extends KubeObject>(kind: Kind<T>, index: string, value: string): readonly T[] {
    return this.#cache(kind).byIndex(index, value);
  }

  select<T extends KubeObject>(kind: Kind<T>, namespace: string, selector: LabelSelector) {
    return this.#cache(kind).select(namespace, selector);
  }

  changedAt(): number | undefined {
    return undefined;
  }

  put<T extends KubeObject>(kind: Kind<T>, object: T): T {
    const revision = ++this.#revision;
    const { metadata } = object;
    const named = metadata.name || `${metadata.generateName}${revision}`;
    const stored = {
      ...object,
      metadata: {
        uid: `uid-${revision}`,
        creationTimestamp: new Date(revision * 1000).toISOString(),
        ...metadata,
        name: named,
        resourceVersion: String(revision),
      },
    };
    this.#cache(kind).set(stored);
    return stored;
  }

  remove(kind: Kind, key: string): void {
    this.#cache(kind).delete(key);
  }

  /** Decides until nothing is left to do; more than `max` decisions are a loop that never rests. */
  settle(decide: Decide, key: string, now: number, max = 50): void {
    for (let count = 0; count < max; count++) {
      const { actions } = decide(this, key, now);
      if (actions.length === 0) return;
      this.#carryOut(actions);
    }
    throw new Error(`no rest after ${max} decisions: ${this.done.slice(-6).join(', ')}`);
  }

  /** As the runtime does: a conflict drops the rest, and the key is decided anew. */
  #carryOut(actions: readonly Action[]): void {
    try {
      for (const action of actions) this.apply(action);
    } catch (error) {
      if (!isStatusError(error, 'Conflict')) throw error;
    }
  }

  apply(action: Action): void {
    if (action.type === 'together') {
      for (const each of action.actions) this.apply(each);
      return;
    }
    if (action.type === 'event') {
      this.events.push(`${action.reason}: ${action.message}`);
      return;
    }
    if (!('kind' in action)) return;
    this.done.push(`${action.type} ${action.kind.resource}`);
    this.#write(action);
  }

  #write(action: Extract<Action, { kind: Kind }>): void {
    switch (action.type) {
      case 'create':
        this.put(action.kind, begun(action.object));
        return;
      case 'update':
        this.#replace(action);
        return;
      case 'patch': {
        const found = this.get(action.kind, action.namespace, action.name);
        if (found === undefined) throw new Error(`${action.name} is not there`);
        this.put(action.kind, merged(found, action.patch) as KubeObject);
        return;
      }
      case 'delete':
        this.remove(action.kind, keyOf({ metadata: action } as unknown as KubeObject));
        return;
      default:
    }
  }

  #replace({ kind, object, subresource }: Extract<Action, { type: 'update' }>): void {
    const found = this.#cache(kind).get(keyOf(object));
    if (found?.metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw new StatusError('Conflict', `${keyOf(object)} has changed`);
    }
    const generation = (found?.metadata.generation ?? 1) + (subresource === undefined ? 1 : 0);
    this.put(kind, { ...object, metadata: { ...object.metadata, generation } });
  }

  #cache<T extends KubeObject>(kind: Kind<T>): ObjectCache<T> {
    const cache = this.#caches.get(kind.resource);
    if (cache === undefined) throw new Error(`the model has no ${kind.resource}`);
    return cache as unknown as ObjectCache<T>;
  }
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null ? target : {};
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result;
}

/** As the server does. */
const begun = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { generation: 1, ...object.metadata },
});
