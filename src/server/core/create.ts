/**
 * CREATE. Order: identity and defaults → owners → admission changes → a name → the kind's
 * preparation → validation → admission refusals → reservations (addresses) → store. Each attempt
 * starts from an own copy of the body.
 */
import { deepCopy } from '#api/copy.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { WriteOptions } from '#api/verbs.ts';
import { assert } from '#base/assert.ts';
import { limits } from '#base/limits.ts';
import type { Snapshot } from '#store/backend.ts';
import type { AdmissionRequest } from '../admission/admission.ts';
import type { RequestContext, Stored, Target } from './core.ts';
import { noteCodes } from './condition-codes.ts';
import { alreadyExists, badRequest, generatedNameTaken, invalid } from './errors.ts';
import { generateName } from '#api/generate-name.ts';
import { fillIdentity } from './identity.ts';
import { keyFor } from './keys.ts';
import { recordOwners, type Writer, writerOf } from './owners.ts';
import { readerOf } from './reader.ts';
import { unstored } from './stored.ts';
import { type Plan, transact } from './transact.ts';
import { validateForCreate } from './validate.ts';
import { committed, storedValue, type WriteDeps } from './write-deps.ts';

export class Creating {
  readonly #deps: WriteDeps;

  constructor(deps: WriteDeps) {
    this.#deps = deps;
  }

  /** `owned`: the body says who owns what, since it was applied. */
  async create(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
    owned = false,
  ): Promise<Stored> {
    const prepared = this.#prepare(target, body, owned);
    const writer = owned ? undefined : writerOf(context, target, options, this.#deps.clock.now());
    const request = requestOf(context, target, prepared, options);
    const wait = this.#deps.admission.prepare(request);
    if (wait) await wait;
    const warned = new Set<string>();
    const warn = (sentence: string) => {
      if (!warned.has(sentence)) context.warn(sentence);
      warned.add(sentence);
    };
    const { kind } = target;
    // Who has nothing to warn of does not need the prepared one untouched.
    const first = kind.warnings ? deepCopy(prepared) : prepared;
    return transact(this.#deps.backend, (head, attempt) => {
      const object = attempt > 1 ? this.#prepare(target, body, owned) : first;
      const reader = readerOf(head, this.#deps.codecs);
      const plan = this.#judge({ ...request, warn, reader, object }, object, head, writer);
      // Of what the client said; what admission added is nobody's mistake. Valid by now.
      for (const sentence of kind.warnings?.(prepared) ?? []) warn(sentence);
      return plan;
    });
  }

  #prepare(target: Target, body: KubeObject, owned: boolean): KubeObject {
    const { kind } = target;
    const object = deepCopy(body);
    fillIdentity(object, target);
    const { metadata } = object;
    if (metadata.resourceVersion && metadata.resourceVersion !== '0') {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    delete metadata.resourceVersion;
    delete metadata.selfLink;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.generation;
    if (!owned) delete metadata.managedFields;
    kind.defaults?.(object);
    return object;
  }

  #judge(
    request: AdmissionRequest,
    object: KubeObject,
    head: Snapshot,
    writer: Writer | undefined,
  ): Plan<Stored> {
    const { kind, dryRun } = request;
    const { admission, clock, random } = this.#deps;
    // What admission adds is nobody's, as in Kubernetes: a client that leaves it out takes nothing back.
    if (writer) recordOwners(writer, object, undefined);
    admission.mutate(request);
    const { metadata } = object;
    metadata.uid = random.uuid();
    metadata.creationTimestamp = formatTime(clock.now());
    if (!metadata.name && metadata.generateName) this.#generateName(request, object, head);
    // Once more, for what admission added and what follows from the name.
    kind.defaults?.(object);
    kind.prepareForCreate?.(object);
    noteCodes(kind, object);
    const errors = validateForCreate(kind, object);
    if (errors.length > 0) throw invalid(kind, metadata.name ?? '', errors);
    admission.validate(request);
    const key = keyFor(kind, metadata.namespace, metadata.name);
    if (head.get(key)) throw alreadyExists(kind, metadata.name);
    const reservation = admission.reserve(request);
    try {
      const value = storedValue(kind, object);
      if (dryRun) return { operations: [], reservation, answer: () => unstored(object) };
      const { ttlSeconds } = kind;
      return {
        operations: [
          { type: 'put', key, value, expect: 0, ttlSeconds },
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

  #generateName({ kind }: AdmissionRequest, object: KubeObject, head: Snapshot): void {
    const { metadata } = object;
    const { generateName: base } = metadata;
    assert(base !== undefined, 'a base to generate from');
    for (let attempt = 0; attempt < limits.generateNameAttempts; attempt++) {
      metadata.name = generateName(base, this.#deps.random);
      if (!head.get(keyFor(kind, metadata.namespace, metadata.name))) return;
    }
    throw generatedNameTaken(kind, metadata.name);
  }
}

function requestOf(
  context: RequestContext,
  { kind }: Target,
  object: KubeObject,
  options: WriteOptions,
): Omit<AdmissionRequest, 'reader'> {
  return {
    operation: 'CREATE',
    kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    subresource: undefined,
    user: context.user,
    dryRun: options.dryRun === true,
    object,
    previous: undefined,
    warn: context.warn,
  };
}
