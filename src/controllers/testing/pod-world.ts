/**
 * A model world whose pods end slowly and whose names are taken: for owners of pods whose promises
 * are about both.
 */
import assert from 'node:assert/strict';
import type { Action, Decide } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Pod } from '#api/types.ts';
import { type ModelKind, ModelWorld } from './model-world.ts';

export class PodWorld extends ModelWorld {
  now = Date.UTC(2026, 0, 1);
  /** Called for each action before it is done; `together` is taken apart. */
  watch: (action: Action) => void = () => undefined;

  constructor(kinds: readonly ModelKind[]) {
    super(kinds);
  }

  get pods(): readonly Pod[] {
    return this.list(pods);
  }

  override apply(action: Action): void {
    if (action.type === 'together') {
      for (const each of action.actions) this.apply(each);
      return;
    }
    this.watch(action);
    if (action.type === 'create') {
      const taken = this.get(
        action.kind,
        action.object.metadata.namespace,
        action.object.metadata.name,
      );
      assert.equal(taken, undefined, `${action.object.metadata.name} is there already`);
    }
    if (action.type === 'delete' && action.kind.resource === 'pods') {
      const pod = this.get(pods, action.namespace, action.name);
      assert.equal(pod?.metadata.uid, action.uid, `${action.name} is another one`);
      if (pod) this.end(pod);
      return;
    }
    super.apply(action);
    if (action.type === 'create' && action.kind.resource === 'pods') {
      const made = this.get(pods, action.object.metadata.namespace, action.object.metadata.name);
      if (made && !made.status?.phase) this.put(pods, { ...made, status: { phase: 'Pending' } });
    }
  }

  /** One decision, carried out. */
  decideOnce(decide: Decide, key: string): boolean {
    const { actions } = decide(this, key, this.now);
    for (const action of actions) this.apply(action);
    return actions.length > 0;
  }

  /** Decides until nothing is left to do. */
  rest(decide: Decide, key: string): void {
    for (let count = 0; count < 200; count++) if (!this.decideOnce(decide, key)) return;
    throw new Error(`no rest: ${this.done.slice(-6).join(', ')}`);
  }

  serve(pod: Pod, ready = true): void {
    const lastTransitionTime = formatTime(this.now);
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }];
    this.put(pods, { ...pod, status: { ...pod.status, phase: 'Running', conditions } });
  }

  fail(pod: Pod): void {
    this.put(pods, { ...pod, status: { phase: 'Failed' } });
  }

  end(pod: Pod): void {
    const deletionTimestamp = formatTime(this.now);
    this.put(pods, { ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
  }

  /** The last step of an end. */
  gone(pod: Pod): void {
    this.remove(pods, keyOf(pod));
  }

  /** Everybody comes up, everybody who is to go goes. */
  turn(): void {
    for (const pod of this.pods) {
      if (pod.metadata.deletionTimestamp !== undefined) this.gone(pod);
      else if (pod.status?.phase !== 'Failed') this.serve(pod);
    }
  }
}
