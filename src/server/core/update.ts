/**
 * Every change of an object that exists: PUT, PATCH and the subresources that write. The caller says
 * how the next object comes from the previous one; here it is confined to what it may touch, prepared,
 * validated and stored. A change that changes nothing writes nothing and makes no revision.
 */
import { deepEqual, type JsonObject } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { WriteOptions } from '#api/verbs.ts';
import type { Entry, Snapshot } from '#store/backend.ts';
import type { AdmissionRequest, Reservation } from '../admission/admission.ts';
import type { RequestContext, Stored, Target } from './core.ts';
import { keepCodes, noteCodes } from './condition-codes.ts';
import { invalid, modified, notFound, uidConflict } from './errors.ts';
import { isHeld } from './finalizers.ts';
import { fillIdentity } from './identity.ts';
import { keyFor } from './keys.ts';
import { keepOwners, recordOwners, writerOf } from './owners.ts';
import { readerOf } from './reader.ts';
import { needsNoDefaults, scoped } from './scope.ts';
import { unstored } from './stored.ts';
import { type Plan, transact } from './transact.ts';
import { validateForUpdate } from './validate.ts';
import { committed, storedValue, type WriteDeps } from './write-deps.ts';

/** Makes the proposal, a private copy, from the shared previous object. May throw a StatusError. */
export type Propose = (previous: KubeObject) => KubeObject;

export interface Manner {
  /** The proposal says who owns what: it was applied, or its writer comes to own nothing (a binding). */
  readonly owned?: boolean | undefined;
  /** The subresource by which the writer came, where the object's own rules judge the result (`scale`). */
  readonly through?: string | undefined;
}

interface Attempt {
  readonly context: RequestContext;
  readonly target: Target;
  readonly options: WriteOptions;
  readonly manner: Manner;
  readonly entry: Entry;
  readonly stored: Stored;
}

export class Updating {
  readonly #deps: WriteDeps;

  constructor(deps: WriteDeps) {
    this.#deps = deps;
  }

  exists(target: Target): boolean {
    const { kind, namespace, name = '' } = target;
    return this.#deps.backend.head().get(keyFor(kind, namespace, name)) !== undefined;
  }

  update(
    context: RequestContext,
    target: Target,
    options: WriteOptions,
    propose: Propose,
    manner: Manner = {},
  ): Promise<Stored> {
    const { kind, namespace, name = '' } = target;
    return transact(this.#deps.backend, (head) => {
      const entry = head.get(keyFor(kind, namespace, name));
      if (entry === undefined) throw notFound(kind, name);
      const stored = this.#deps.codecs.of(kind).read(entry);
      return this.#judge({ context, target, options, manner, entry, stored }, propose, head);
    });
  }

  #judge(attempt: Attempt, propose: Propose, head: Snapshot): Plan<Stored> {
    const { context, target, options, stored } = attempt;
    const { kind, subresource } = target;
    const previous = stored.object;
    const next = this.#next(target, propose(previous), previous);
    const request: AdmissionRequest = {
      operation: 'UPDATE',
      kind,
      namespace: previous.metadata.namespace ?? '',
      name: previous.metadata.name,
      subresource,
      user: context.user,
      dryRun: options.dryRun === true,
      reader: readerOf(head, this.#deps.codecs),
      object: next,
      previous,
      warn: context.warn,
    };
    const { admission } = this.#deps;
    admission.mutate(request);
    countGeneration(next, previous);
    if (subresource === undefined) kind.prepareForUpdate?.(next, previous);
    else kind.prepareSubresource?.[subresource]?.(next, previous);
    if (!attempt.manner.owned && !deepEqual(next, previous)) this.#recordOwners(attempt, next);
    noteCodes(kind, next);
    const errors = validateForUpdate(kind, subresource, next, previous);
    if (errors.length > 0) throw invalid(kind, previous.metadata.name, errors);
    admission.validate(request);
    if (subresource === undefined) warnOfNews(context, kind, next, previous);
    if (deepEqual(next, previous)) return { operations: [], answer: () => stored };
    return isGone(kind, next, previous)
      ? this.#removal(attempt, request)
      : this.#put(attempt, request, next);
  }

  /** The proposal, confined to what it may touch, with what the system keeps about the object put back. */
  #next(target: Target, proposed: KubeObject, previous: KubeObject): KubeObject {
    const { kind, subresource } = target;
    fillIdentity(proposed, target);
    keepOwners(proposed, previous);
    checkPreconditions(kind, proposed, previous);
    // What comes from `previous` has its defaults, and is frozen.
    if (!needsNoDefaults(target)) kind.defaults?.(proposed);
    const next = scoped(kind, subresource, proposed, previous);
    const { metadata } = next;
    const { metadata: old } = previous;
    metadata.uid = old.uid;
    metadata.resourceVersion = old.resourceVersion;
    metadata.generation = old.generation;
    metadata.creationTimestamp ??= old.creationTimestamp;
    metadata.deletionTimestamp ??= old.deletionTimestamp;
    metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
    delete metadata.selfLink;
    keepCodes(kind, next, previous);
    return next;
  }

  #recordOwners({ context, target, options, manner, stored }: Attempt, next: KubeObject): void {
    const { subresource = manner.through } = target;
    const now = this.#deps.clock.now();
    const writer = writerOf(context, { ...target, subresource }, options, now);
    recordOwners(writer, next, stored.object);
  }

  #put(attempt: Attempt, request: AdmissionRequest, next: KubeObject): Plan<Stored> {
    const { target, entry } = attempt;
    const { kind } = target;
    const { key } = entry;
    const reservation = this.#deps.admission.reserve(request);
    try {
      const value = storedValue(kind, next, attempt.stored);
      if (request.dryRun) return { operations: [], reservation, answer: () => unstored(next) };
      const { ttlSeconds } = kind;
      return {
        operations: [
          { type: 'put', key, value, expect: entry.modRevision, ttlSeconds },
          ...(reservation.operations ?? []),
        ],
        reservation,
        answer: (revision) => committed(this.#deps, kind, key, value, revision),
      };
    } catch (error) {
      reservation.cancel();
      throw error;
    }
  }

  /** The last holder let go of a deleted object: it is removed instead of written once more. */
  #removal(attempt: Attempt, request: AdmissionRequest): Plan<Stored> {
    const { entry } = attempt;
    const { object } = request;
    const answer = () => unstored(object as KubeObject);
    if (request.dryRun) return { operations: [], answer };
    const reservation: Reservation = this.#deps.admission.reserve({
      ...request,
      operation: 'DELETE',
      object: undefined,
      subresource: undefined,
    });
    return {
      operations: [
        { type: 'delete', key: entry.key, expect: entry.modRevision },
        ...(reservation.operations ?? []),
      ],
      reservation,
      answer,
    };
  }
}

function checkPreconditions(kind: Kind, proposed: KubeObject, previous: KubeObject): void {
  const { resourceVersion, uid } = proposed.metadata;
  const { name } = previous.metadata;
  const { uid: found = '' } = previous.metadata;
  if (uid && uid !== found) throw uidConflict(kind, name, uid, found);
  if (resourceVersion && resourceVersion !== '0') {
    if (resourceVersion !== previous.metadata.resourceVersion) throw modified(kind, name);
  } else if (kind.conditionalUpdateOnly) {
    const message = 'Invalid value: 0: must be specified for an update';
    const field = 'metadata.resourceVersion';
    throw invalid(kind, name, [{ type: 'FieldValueInvalid', field, message }]);
  }
}

/** Where a kind counts generations at all (it set the first one), each change of the spec is one. */
function countGeneration(next: KubeObject, previous: KubeObject): void {
  const { generation } = previous.metadata;
  if (generation === undefined) return;
  const { spec } = next as unknown as JsonObject;
  const { spec: old } = previous as unknown as JsonObject;
  if (!deepEqual(spec, old)) next.metadata.generation = generation + 1;
}

/** Only of what this write brought: who labels an object need not hear of the rest again. */
function warnOfNews(
  { warn }: RequestContext,
  kind: Kind,
  next: KubeObject,
  previous: KubeObject,
): void {
  const sentences = kind.warnings?.(next) ?? [];
  if (sentences.length === 0) return;
  const known = new Set(kind.warnings?.(previous));
  for (const sentence of sentences) if (!known.has(sentence)) warn(sentence);
}

/** Deleted before, its grace over, and nobody holds it any more. */
function isGone(kind: Kind, next: KubeObject, previous: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = previous.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds) return false;
  return !isHeld(kind, next);
}
