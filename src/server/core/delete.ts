/**
 * DELETE. An object goes at once, or is marked first and goes later: a pod when its grace period is
 * over (its agent then deletes it again with grace 0), anything that finalizers hold when the last
 * one is taken away (`update.ts`).
 * Source: Kubernetes API conventions and concepts, "Finalizers", "Pod termination".
 */
import { deepEqual } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime, parseTime } from '#api/time.ts';
import type { DeleteOptions, Status } from '#api/types.ts';
import type { Entry, Snapshot } from '#store/backend.ts';
import type { AdmissionRequest } from '../admission/admission.ts';
import type { RequestContext, Stored, Target } from './core.ts';
import { invalid, notFound, uidConflict, versionConflict } from './errors.ts';
import { finalizersFor, isChosen, isHeld } from './finalizers.ts';
import { keyFor } from './keys.ts';
import { readerOf } from './reader.ts';
import { unstored } from './stored.ts';
import { type Plan, transact } from './transact.ts';
import { committed, storedValue, type WriteDeps } from './write-deps.ts';

export type Deleted = Stored | { status: Status };

export class Deleting {
  readonly #deps: WriteDeps;

  constructor(deps: WriteDeps) {
    this.#deps = deps;
  }

  async delete(context: RequestContext, target: Target, options: DeleteOptions): Promise<Deleted> {
    const { kind, namespace, name = '' } = target;
    checkOptions(options);
    if (kind.orphansByDefault && !isChosen(options)) context.warn(dependentsStay(kind));
    return transact<Deleted>(this.#deps.backend, (head) => {
      const entry = head.get(keyFor(kind, namespace, name));
      if (entry === undefined) throw notFound(kind, name);
      const stored = this.#deps.codecs.of(kind).read(entry);
      checkPreconditions(kind, stored.object, options);
      const request = this.#requestOf(context, target, stored.object, options, head);
      this.#deps.admission.validate(request);
      return this.#judge(kind, entry, stored, options, request);
    });
  }

  #judge(
    kind: Kind,
    entry: Entry,
    stored: Stored,
    options: DeleteOptions,
    request: AdmissionRequest,
  ): Plan<Deleted> {
    const marked = this.#marked(kind, stored.object, options);
    if (marked === 'remove') return this.#removal(kind, entry, stored, request);
    if (marked === 'pending' || deepEqual(marked, stored.object)) {
      return { operations: [], answer: () => stored };
    }
    const value = storedValue(kind, marked, stored);
    if (request.dryRun) return { operations: [], answer: () => unstored(marked) };
    const { key, modRevision } = entry;
    const { ttlSeconds } = kind;
    return {
      operations: [{ type: 'put', key, value, expect: modRevision, ttlSeconds }],
      answer: (revision) => committed(this.#deps, kind, key, value, revision),
    };
  }

  /**
   * What the deletion makes of the object: its marked form, its removal, or nothing new because it is
   * on its way and a grace period may only be made shorter.
   */
  #marked(
    kind: Kind,
    object: KubeObject,
    options: DeleteOptions,
  ): KubeObject | 'remove' | 'pending' {
    const { deletionTimestamp, deletionGracePeriodSeconds: pending } = object.metadata;
    const graceful = kind.gracePeriodSeconds !== undefined;
    // The rest is shared: only the metadata changes, and what `prepareForDelete` puts in its place.
    const next = { ...object, metadata: { ...object.metadata } };
    let grace = 0;
    if (graceful && deletionTimestamp !== undefined && pending) {
      const wanted = wantedGrace(options);
      if (wanted === undefined || wanted >= pending) return 'pending';
      grace = wanted;
      next.metadata.deletionTimestamp = shifted(deletionTimestamp, grace - pending);
    } else if (graceful && deletionTimestamp === undefined) {
      grace = graceOf(kind, object, options);
    }
    const finalizers = finalizersFor(kind, object, options);
    if (finalizers.length > 0) next.metadata.finalizers = finalizers;
    else delete next.metadata.finalizers;
    if (grace === 0 && !isHeld(kind, next)) return 'remove';
    this.#mark(kind, next, grace);
    return next;
  }

  #mark(kind: Kind, next: KubeObject, grace: number): void {
    const { metadata } = next;
    metadata.deletionGracePeriodSeconds = grace;
    if (metadata.deletionTimestamp !== undefined) return;
    metadata.deletionTimestamp = formatTime(this.#deps.clock.now() + grace * 1000);
    // Whoever acts on the object must act differently from now on: that is a new generation.
    if (metadata.generation !== undefined) metadata.generation++;
    kind.prepareForDelete?.(next);
  }

  #removal(kind: Kind, entry: Entry, stored: Stored, request: AdmissionRequest): Plan<Deleted> {
    const answer = () => (kind.returnsDeleted ? stored : { status: removed(kind, stored.object) });
    if (request.dryRun) return { operations: [], answer };
    const reservation = this.#deps.admission.reserve(request);
    return {
      operations: [
        { type: 'delete', key: entry.key, expect: entry.modRevision },
        ...(reservation.operations ?? []),
      ],
      reservation,
      answer,
    };
  }

  #requestOf(
    context: RequestContext,
    { kind }: Target,
    previous: KubeObject,
    options: DeleteOptions,
    head: Snapshot,
  ): AdmissionRequest {
    return {
      operation: 'DELETE',
      kind,
      namespace: previous.metadata.namespace ?? '',
      name: previous.metadata.name,
      subresource: undefined,
      user: context.user,
      dryRun: isDryRun(options),
      reader: readerOf(head, this.#deps.codecs),
      object: undefined,
      previous,
      warn: context.warn,
    };
  }
}

function dependentsStay({ resource }: Kind): string {
  return `child pods are preserved by default when ${resource} are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning`;
}

export function isDryRun({ dryRun }: DeleteOptions): boolean {
  return dryRun !== undefined && dryRun.length > 0;
}

/** What the client asks for, else what the kind wants; nothing where there is nothing to wait for. */
function graceOf(kind: Kind, object: KubeObject, options: DeleteOptions): number {
  const usual = kind.gracePeriodSeconds?.(object) ?? 0;
  return usual === 0 ? 0 : (wantedGrace(options) ?? usual);
}

/** Kubernetes makes one second of a negative number. */
function wantedGrace({ gracePeriodSeconds: seconds }: DeleteOptions): number | undefined {
  return seconds !== undefined && seconds < 0 ? 1 : seconds;
}

function shifted(timestamp: string, seconds: number): string {
  return formatTime(parseTime(timestamp) + seconds * 1000);
}

function checkOptions({ propagationPolicy, orphanDependents }: DeleteOptions): void {
  const subject = { group: 'meta.k8s.io', kind: 'DeleteOptions' };
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const message = `Invalid value: ${JSON.stringify(propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`;
    const field = 'propagationPolicy';
    throw invalid(subject, '', [{ type: 'FieldValueInvalid', field, message }]);
  }
  const known = ['Background', 'Foreground', 'Orphan'];
  if (propagationPolicy !== undefined && !known.includes(propagationPolicy)) {
    const message = `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
    const field = 'propagationPolicy';
    throw invalid(subject, '', [{ type: 'FieldValueNotSupported', field, message }]);
  }
}

function checkPreconditions(
  kind: Kind,
  object: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  const { name, uid: foundUid = '', resourceVersion: foundVersion = '' } = object.metadata;
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== foundUid) throw uidConflict(kind, name, uid, foundUid);
  if (resourceVersion !== undefined && resourceVersion !== foundVersion) {
    throw versionConflict(kind, name, resourceVersion, foundVersion);
  }
}

function removed({ group, resource }: Kind, { metadata }: KubeObject): Status {
  const { name, uid } = metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: resource, uid },
  };
}
