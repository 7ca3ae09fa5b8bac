/** What all writing verbs work with. Made once, in `create-core.ts`. */
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Clock } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Random } from '#base/random.ts';
import type { Backend, Value } from '#store/backend.ts';
import type { Admission } from '../admission/admission.ts';
import type { Stored } from './core.ts';
import { tooLarge } from './errors.ts';
import type { Codecs } from './reader.ts';
import { valueOf } from './stored.ts';

export interface WriteDeps {
  readonly backend: Backend;
  readonly codecs: Codecs;
  readonly clock: Clock;
  readonly random: Random;
  readonly admission: Admission;
}

/** The object as the store keeps it. Takes it over. `before`: what it was until now. */
export function storedValue(kind: Kind, object: KubeObject, before?: Stored): Value {
  const value = valueOf(kind.storedAs ? kind.storedAs.toStored(object) : object, before);
  if (value.bytes.length > limits.objectBytes) throw tooLarge(limits.objectBytes);
  return value;
}

/** What a commit made of a value, as everybody will share it. */
export function committed(
  deps: WriteDeps,
  kind: Kind,
  key: string,
  value: Value,
  revision: number,
): Stored {
  const entry = { key, value, createRevision: revision, modRevision: revision };
  return deps.codecs.of(kind).read(entry);
}
