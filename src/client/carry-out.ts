/**
 * Carries out the actions of a decision through `Verbs`, and puts every answer into the caches, so
 * that the next decision sees what this one did.
 */
import type { Action, Telling } from '#api/decision.ts';
import { generateName } from '#api/generate-name.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { certificateSigningRequests, pods } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { Binding, CertificateSigningRequest, DeleteOptions, Status } from '#api/types.ts';
import type { ObjectRef, Verbs } from '#api/verbs.ts';
import { assertNever } from '#base/assert.ts';
import type { Random } from '#base/random.ts';
import { isStatusError, StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import type { EventRecorder } from './events.ts';
import { type Informers, keyFor } from './informers.ts';

/** An expected refusal: what was tried, and with `cause` why not. Anything else thrown is a bug. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';
  readonly action: Action;
  override readonly cause: StatusError;
  /** The object may have been made, and the server could not be asked: see `Carrier.find`. */
  readonly isOpen: boolean;

  constructor(action: Action, cause: StatusError, isOpen = false) {
    super(cause.message, { cause });
    this.action = action;
    this.cause = cause;
    this.isOpen = isOpen;
  }
}

type ActionOf<Type extends Action['type']> = Extract<Action, { type: Type }>;

export interface CarrierOptions {
  readonly verbs: Verbs;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly random: Random;
  /** Called once for every action that reached the server, with its type. */
  readonly count?: (type: Action['type'], refused: boolean) => void;
  /** Absent: nobody here has the authority's key, and what asks for it waits. */
  readonly certify?: Certify | undefined;
}

/** PEM, the certificate first. Rejects with a sentence when the request cannot be signed. */
export type Certify = (request: CertificateSigningRequest) => Promise<string>;

export class Carrier {
  readonly #verbs: Verbs;
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #random: Random;
  readonly #count: (type: Action['type'], refused: boolean) => void;
  readonly #sign: Certify | undefined;

  constructor(options: CarrierOptions) {
    this.#verbs = options.verbs;
    this.#informers = options.informers;
    this.#recorder = options.recorder;
    this.#random = options.random;
    this.#count = options.count ?? (() => undefined);
    this.#sign = options.certify;
  }

  /** In order, until the first refusal, which it throws. */
  async carryOut(actions: readonly Action[]): Promise<void> {
    for (const action of actions) await this.#one(action);
  }

  async #one(given: Action): Promise<void> {
    if (given.type === 'event') return this.#recorder.record(given);
    if (given.type === 'together') return this.#together(given.actions);
    const action = given.type === 'create' ? this.#named(given) : given;
    try {
      await this.#act(action);
      this.#count(action.type, false);
    } catch (error) {
      if (!isStatusError(error)) throw error;
      this.#count(action.type, true);
      if ('telling' in action) this.#tellFailed(action.telling, error);
      // One that was made without our knowledge would be made a second time, under another name perhaps.
      const isOpen = action.type === 'create' && error.isOpen;
      const known = error.retry === 'refresh' || isOpen ? await this.#refresh(action) : true;
      throw new ActionRefused(action, error, isOpen && !known);
    }
  }

  /** A name of ours, where the server would give one: what has it can be asked for when the answer is lost. */
  #named(action: ActionOf<'create'>): ActionOf<'create'> {
    const { metadata } = action.object;
    if (metadata.name || !metadata.generateName) return action;
    const name = generateName(metadata.generateName, this.#random);
    return { ...action, object: { ...action.object, metadata: { ...metadata, name } } };
  }

  /** Asks the server what has become of the object of an action, for the cache. Rejects with `StatusError`. */
  async find(action: Action): Promise<void> {
    const target = targetOf(action);
    if (target) await this.#read(target.kind, target.namespace, target.name);
  }

  async #together(actions: readonly Action[]): Promise<void> {
    for (let from = 0, size = 1; from < actions.length; from += size, size *= 2) {
      const batch = actions.slice(from, from + size);
      const outcomes = await Promise.allSettled(batch.map((action) => this.#one(action)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  #act(action: Exclude<Action, { type: 'event' | 'together' }>): Promise<void> {
    switch (action.type) {
      case 'create':
        return this.#create(action);
      case 'update':
        return this.#update(action);
      case 'patch':
        return this.#patch(action);
      case 'delete':
        return this.#delete(action);
      case 'deleteCollection':
        return this.#deleteCollection(action);
      case 'bind':
        return this.#bind(action);
      case 'confirmAbsent':
        return this.#confirmAbsent(action);
      case 'confirmPresent':
        return this.#confirmPresent(action);
      case 'confirmEmpty':
        return this.#confirmEmpty(action);
      case 'certify':
        return this.#certify(action);
      default:
        return assertNever(action, 'action');
    }
  }

  async #create({ kind, object, telling }: ActionOf<'create'>): Promise<void> {
    const made = await this.#verbs.create(collectionOf(kind, object.metadata.namespace), object);
    this.#informers.find(kind)?.observe(made);
    this.#tellDone(telling, made.metadata.name);
  }

  async #update({ kind, object, subresource }: ActionOf<'update'>): Promise<void> {
    const { namespace, name } = object.metadata;
    const next = await this.#verbs.update(refOf(kind, namespace, name, subresource), object);
    this.#informers.find(kind)?.observe(next);
  }

  async #patch({ kind, namespace, name, subresource, patch }: ActionOf<'patch'>): Promise<void> {
    const ref = refOf(kind, namespace, name, subresource);
    const next = await this.#verbs.patch(ref, { type: 'merge', body: patch });
    // A subresource may answer with something else (Scale).
    if (next.kind === kind.kind) this.#informers.find(kind)?.observe(next);
  }

  async #delete(action: ActionOf<'delete'>): Promise<void> {
    const { kind, namespace, name, telling } = action;
    const uid = action.uid ?? this.#knownUid(kind, namespace, name);
    try {
      const answer = await this.#verbs.delete(refOf(kind, namespace, name), optionsOf(action));
      if (lingers(answer)) this.#informers.find(kind)?.observe(answer);
      else this.#gone(kind, namespace, name, uid);
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
      this.#gone(kind, namespace, name, uid);
      return;
    }
    this.#tellDone(telling, name);
  }

  async #deleteCollection({ kind, namespace }: ActionOf<'deleteCollection'>): Promise<void> {
    const options = { propagationPolicy: 'Background' };
    await this.#verbs.deleteCollection(collectionOf(kind, namespace), {}, options);
  }

  async #bind({ namespace, name, uid, node }: ActionOf<'bind'>): Promise<void> {
    const binding: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    await this.#verbs.create(refOf(pods, namespace, name, 'binding'), binding);
  }

  async #certify({ request }: ActionOf<'certify'>): Promise<void> {
    const message = 'no certificate authority is at hand';
    if (!this.#sign) throw new StatusError('ServiceUnavailable', message);
    const outcome = await this.#sign(request).then(
      (pem) => ({ certificate: new TextEncoder().encode(pem).toBase64() }),
      (error: unknown) => failed(request, error),
    );
    const object = { ...request, status: { ...request.status, ...outcome } };
    await this.#update({
      type: 'update',
      kind: certificateSigningRequests,
      object,
      subresource: 'status',
    });
  }

  async #confirmAbsent(action: ActionOf<'confirmAbsent'>): Promise<void> {
    const { kind, namespace, name, uid } = action;
    const found = await this.#read(kind, namespace, name);
    if (found === undefined || (uid !== undefined && found.metadata.uid !== uid)) return;
    throw new StatusError('Conflict', `${kind.resource} "${name}" is still there`);
  }

  async #confirmPresent(action: ActionOf<'confirmPresent'>): Promise<void> {
    const { kind, namespace, name, uid } = action;
    const found = await this.#read(kind, namespace, name);
    const { uid: foundUid, deletionTimestamp } = found?.metadata ?? {};
    if (foundUid === uid && deletionTimestamp === undefined) return;
    throw new StatusError('Conflict', `${kind.resource} "${name}" is gone or going`);
  }

  async #confirmEmpty({ kind, namespace }: ActionOf<'confirmEmpty'>): Promise<void> {
    const { items } = await this.#verbs.list(collectionOf(kind, namespace), { limit: 1 });
    if (items.length === 0) return;
    throw new StatusError('Conflict', `namespace "${namespace}" still holds ${kind.resource}`);
  }

  /** The server's own view of one object, put into the cache. */
  async #read(
    kind: Kind,
    namespace: string | undefined,
    name: string,
  ): Promise<KubeObject | undefined> {
    const uid = this.#knownUid(kind, namespace, name);
    try {
      const found = await this.#verbs.get(refOf(kind, namespace, name));
      this.#informers.find(kind)?.observe(found);
      return found;
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
      this.#gone(kind, namespace, name, uid);
      return undefined;
    }
  }

  #knownUid(kind: Kind, namespace: string | undefined, name: string): string | undefined {
    return this.#informers.find(kind)?.cache.get(keyFor(kind, namespace, name))?.metadata.uid;
  }

  /** `uid` as known before the question: the name may have been taken again while the answer came. */
  #gone(kind: Kind, namespace: string | undefined, name: string, uid: string | undefined): void {
    if (uid === undefined) return;
    this.#informers.find(kind)?.observeDeletion(keyFor(kind, namespace, name), uid);
  }

  /** So that the key is decided with what the server holds now, not with what the cache still shows. */
  async #refresh(action: Action): Promise<boolean> {
    try {
      await this.find(action);
      return true;
    } catch (error) {
      // The refusal itself is what counts; without a newer view the watch will bring one.
      if (!isStatusError(error)) throw error;
      return false;
    }
  }

  #tellDone(telling: Telling | undefined, name: string): void {
    if (telling?.done === undefined) return;
    const { reason, message } = telling.done;
    const words = message.replace('{name}', name);
    this.#recorder.record({
      regarding: telling.regarding,
      level: 'Normal',
      reason,
      message: words,
    });
  }

  #tellFailed(telling: Telling | undefined, error: StatusError): void {
    if (telling?.failed === undefined) return;
    const { reason, message } = telling.failed;
    const words = message.replace('{error}', () => error.message);
    this.#recorder.record({
      regarding: telling.regarding,
      level: 'Warning',
      reason,
      message: words,
    });
  }
}

function refOf(
  kind: Kind,
  namespace: string | undefined,
  name: string,
  subresource?: string,
): ObjectRef {
  return { ...collectionOf(kind, namespace), name, subresource };
}

function optionsOf(action: ActionOf<'delete'>): DeleteOptions {
  const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = action;
  const bound = uid !== undefined || resourceVersion !== undefined;
  const preconditions = bound ? { uid, resourceVersion } : undefined;
  return { preconditions, gracePeriodSeconds, propagationPolicy };
}

/** Whether an answer to DELETE is an object that a grace period or a finalizer still holds. */
function lingers(answer: KubeObject | Status): answer is KubeObject {
  if (answer.kind === 'Status' || !('name' in (answer.metadata ?? {}))) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = (answer as KubeObject)
    .metadata;
  if (deletionTimestamp === undefined) return false;
  return (deletionGracePeriodSeconds ?? 0) > 0 || (finalizers?.length ?? 0) > 0;
}

function failed({ status }: CertificateSigningRequest, error: unknown) {
  const message = wordsOf(error);
  const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message };
  return { conditions: [...(status?.conditions ?? []), condition] };
}

function targetOf(
  action: Action,
): { kind: Kind; namespace: string | undefined; name: string } | undefined {
  switch (action.type) {
    case 'create':
    case 'update': {
      const { namespace, name } = action.object.metadata;
      return name ? { kind: action.kind, namespace, name } : undefined;
    }
    case 'patch':
    case 'delete':
      return { kind: action.kind, namespace: action.namespace, name: action.name };
    case 'certify':
      return {
        kind: certificateSigningRequests,
        namespace: undefined,
        name: action.request.metadata.name,
      };
    case 'bind':
      return { kind: pods, namespace: action.namespace, name: action.name };
    case 'deleteCollection':
    case 'event':
    case 'confirmAbsent':
    case 'confirmPresent':
    case 'confirmEmpty':
    case 'together':
      return undefined;
    default:
      return assertNever(action, 'action');
  }
}
