/**
 * Puts the core together: one door for all kinds. Here it is only decided which part answers; what
 * each verb does stands in its own file.
 */
import type { Kind } from '#api/kind.ts';
import { pods } from '#api/kinds/index.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { DeleteOptions } from '#api/types.ts';
import type { ListOptions, Patch, SelectOptions, WatchOptions, WriteOptions } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { isStatusError } from '#base/status-error.ts';
import type { Backend } from '#store/backend.ts';
import { Admission, type AdmissionStep } from '../admission/admission.ts';
import { bindingHandler } from '../subresources/binding.ts';
import { evictionHandler } from '../subresources/eviction.ts';
import { scaleHandler } from '../subresources/scale.ts';
import type { Core, CoreSink, RequestContext, Stored, StoredList, Target } from './core.ts';
import { Creating } from './create.ts';
import { type Deleted, Deleting } from './delete.ts';
import { deleteCollection } from './delete-collection.ts';
import { methodNotSupported, notFound, uidConflict } from './errors.ts';
import {
  handlerKey,
  type SubresourceHandler,
  type VirtualHandler,
  type VirtualReader,
} from './handlers.ts';
import { filterOf } from './filter.ts';
import { applied, writerOf } from './owners.ts';
import { patched, typeOf } from './patch.ts';
import { Reading } from './read.ts';
import { Codecs } from './reader.ts';
import { isScoped, passedOn, proposalOf } from './scope.ts';
import { unstored, withCreated } from './stored.ts';
import { Updating } from './update.ts';
import { Watching } from './watch.ts';

export interface CoreDeps {
  readonly backend: Backend;
  readonly kinds: KindLookup;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** In order; `standardAdmission` of `../admission/steps.ts`. */
  readonly admission: readonly AdmissionStep[];
  /** By `group/resource` (`authentication.k8s.io/tokenreviews`). */
  readonly virtual?: ReadonlyMap<string, VirtualHandler> | undefined;
  /** Beside the core's own (scale, binding, eviction), by `handlerKey`; may replace them. */
  readonly subresources?: ReadonlyMap<string, SubresourceHandler> | undefined;
}

/** The core, and what composition adds once it is there: handlers that call it themselves. */
export interface ComposedCore extends Core {
  /** `key` as `handlerKey` makes it. */
  addSubresource(key: string, handler: SubresourceHandler): void;
  /** `groupResource` as in `CoreDeps.virtual`. */
  addVirtual(groupResource: string, handler: VirtualHandler): void;
  addReader(kind: Kind, reader: VirtualReader): void;
}

export function createCore(deps: CoreDeps): ComposedCore {
  return new ServerCore(deps);
}

class ServerCore implements ComposedCore {
  readonly #clock: Clock;
  readonly #reading: Reading;
  readonly #watching: Watching;
  readonly #creating: Creating;
  readonly #updating: Updating;
  readonly #deleting: Deleting;
  readonly #virtual: Map<string, VirtualHandler>;
  readonly #readers = new Map<Kind, VirtualReader>();
  readonly #subresources: Map<string, SubresourceHandler>;
  readonly #scale: SubresourceHandler;

  constructor(deps: CoreDeps) {
    const { backend, clock, random, timers } = deps;
    this.#clock = clock;
    const codecs = new Codecs(deps.kinds);
    const write = { backend, codecs, clock, random, admission: new Admission(deps.admission) };
    this.#reading = new Reading(backend, codecs);
    this.#watching = new Watching({ backend, codecs, timers, random });
    this.#creating = new Creating(write);
    this.#updating = new Updating(write);
    this.#deleting = new Deleting(write);
    this.#virtual = new Map(deps.virtual);
    this.#scale = scaleHandler(this, this.#updating, clock);
    const eviction = evictionHandler(this, this.#updating, clock);
    this.#subresources = new Map([
      [handlerKey(pods, 'binding'), bindingHandler(this.#updating, clock)],
      [handlerKey(pods, 'eviction'), eviction],
      ...(deps.subresources ?? []),
    ]);
  }

  addSubresource(key: string, handler: SubresourceHandler): void {
    this.#subresources.set(key, handler);
  }

  addVirtual(groupResource: string, handler: VirtualHandler): void {
    this.#virtual.set(groupResource, handler);
  }

  addReader(kind: Kind, reader: VirtualReader): void {
    this.#readers.set(kind, reader);
  }

  async get(
    context: RequestContext,
    target: Target,
    options: { resourceVersion?: string } = {},
  ): Promise<Stored> {
    const handler = this.#handlerFor(target);
    if (handler) return unstored(await supported(handler, 'get', target)(context, target));
    const { kind, namespace, name = '' } = target;
    if (kind.virtual) {
      const all = await this.#readerFor(kind, 'get').list(context, namespace);
      const found = all.find(({ metadata }) => metadata.name === name);
      if (found === undefined) throw notFound(kind, name);
      return unstored(found);
    }
    return this.#reading.get(target, options.resourceVersion);
  }

  async list(context: RequestContext, target: Target, options: ListOptions): Promise<StoredList> {
    const { kind, namespace } = target;
    if (kind.virtual) {
      const filter = filterOf(kind, options);
      const all = await this.#readerFor(kind, 'list').list(context, namespace);
      return {
        items: all.filter((each) => filter.matches(each)).map(unstored),
        resourceVersion: '',
      };
    }
    return this.#reading.list(target, options);
  }

  watch(_context: RequestContext, target: Target, options: WatchOptions, sink: CoreSink) {
    return this.#watching.watch(target, options, sink);
  }

  async create(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
  ): Promise<Stored> {
    const { kind } = target;
    if (kind.virtual) return unstored(await this.#virtualFor(target)(context, body));
    if (target.subresource === undefined) {
      return this.#creating.create(context, target, body, options);
    }
    const create = supported(this.#handlerFor(target), 'create', target);
    return unstored(await create(context, target, body, options));
  }

  async update(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
  ): Promise<Stored & { created: boolean }> {
    const handler = this.#handlerFor(target);
    if (handler) {
      const update = supported(handler, 'update', target);
      return withCreated(unstored(await update(context, target, body, options)), false);
    }
    const mayCreate = target.kind.createOnUpdate && target.subresource === undefined;
    if (mayCreate && !this.#updating.exists(target)) {
      const object = asNew(body, target);
      return withCreated(await this.#creating.create(context, target, object, options), true);
    }
    const propose = (previous: KubeObject) => proposalOf(target, body, previous);
    return withCreated(await this.#updating.update(context, target, options, propose), false);
  }

  async patch(
    context: RequestContext,
    target: Target,
    patch: Patch,
    options: WriteOptions,
  ): Promise<Stored & { created: boolean }> {
    const handler = this.#handlerFor(target);
    if (handler) {
      const answer = supported(handler, 'patch', target);
      return withCreated(unstored(await answer(context, target, patch, options)), false);
    }
    if (patch.type === 'apply') return this.#apply(context, target, patch.body, options);
    const { kind } = target;
    const propose = (previous: KubeObject) =>
      patched(context, typeOf(kind), previous, patch, options, passedOn(target, previous));
    return withCreated(await this.#updating.update(context, target, options, propose), false);
  }

  /** Who applies what is not there creates it; whoever was quicker makes it an update after all. */
  async #apply(context: RequestContext, target: Target, body: unknown, options: WriteOptions) {
    const writer = writerOf(context, target, options, this.#clock.now());
    if (target.subresource === undefined && !this.#updating.exists(target)) {
      const object = asNew(applied(context, writer, undefined, body, options), target);
      try {
        return withCreated(
          await this.#creating.create(context, target, object, options, true),
          true,
        );
      } catch (error) {
        if (!isStatusError(error, 'AlreadyExists')) throw error;
      }
    }
    const propose = (previous: KubeObject) => applied(context, writer, previous, body, options);
    return withCreated(
      await this.#updating.update(context, target, options, propose, { owned: true }),
      false,
    );
  }

  delete(context: RequestContext, target: Target, options: DeleteOptions): Promise<Deleted> {
    return this.#deleting.delete(context, target, options);
  }

  deleteCollection(
    context: RequestContext,
    target: Target,
    select: SelectOptions,
    options: DeleteOptions,
  ) {
    const { kind } = target;
    return deleteCollection(this.#reading.list(target, select), (item) => {
      const { namespace, name } = item.object.metadata;
      return this.#deleting.delete(context, { kind, namespace, name }, options);
    });
  }

  #readerFor(kind: Kind, verb: string): VirtualReader {
    const reader = this.#readers.get(kind);
    if (reader === undefined) throw methodNotSupported(kind, verb);
    return reader;
  }

  #virtualFor({ kind }: Target): VirtualHandler {
    const handler = this.#virtual.get(`${kind.group}/${kind.resource}`);
    if (handler === undefined) throw methodNotSupported(kind, 'create');
    return handler;
  }

  /** Undefined where the subresource is a part of the object itself, written by the generic verbs. */
  #handlerFor(target: Target): SubresourceHandler | undefined {
    const { kind, subresource } = target;
    if (subresource === undefined) return undefined;
    const handler = this.#subresources.get(handlerKey(kind, subresource));
    if (handler) return handler;
    if (subresource === 'scale' && kind.scale) return this.#scale;
    const known = kind.subresources?.some(({ name }) => name === subresource) ?? false;
    if (known && isScoped(subresource)) return undefined;
    throw notFound(kind, target.name ?? '');
  }
}

/** What was written as an update creates, unless it means a very object that is not there. */
function asNew(body: KubeObject, { kind, name = '' }: Target): KubeObject {
  const { uid, resourceVersion: _, ...metadata } = body.metadata ?? {};
  if (uid) throw uidConflict(kind, name, uid, '');
  return { ...body, metadata };
}

function supported<V extends keyof SubresourceHandler>(
  handler: SubresourceHandler | undefined,
  verb: V,
  { kind, subresource }: Target,
): NonNullable<SubresourceHandler[V]> {
  const method = handler?.[verb];
  if (method) return method.bind(handler) as NonNullable<SubresourceHandler[V]>;
  throw methodNotSupported({ ...kind, resource: `${kind.resource}/${subresource}` }, verb);
}
