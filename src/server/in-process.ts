/**
 * The API for the loops that live in the server's own process: the same authorization, admission and
 * storage as over the wire, without bytes. Objects are the shared frozen ones.
 */
import type { Kind } from '#api/kind.ts';
import type { KindLookup } from '#api/lookup.ts';
import type {
  CollectionRef,
  ObjectRef,
  Patch,
  SelectOptions,
  Verbs,
  Watch,
  WatchSink,
  WriteOptions,
} from '#api/verbs.ts';
import type { KubeObject } from '#api/object.ts';
import { StatusError } from '#base/status-error.ts';
import { refusal } from './authz/forbidden.ts';
import type {
  Authorizer,
  Core,
  RequestContext,
  StoredList,
  Target,
  UserInfo,
} from './core/core.ts';
import { asStatusError, badRequest } from './core/errors.ts';

export interface InProcessDeps {
  readonly core: Core;
  /** Read at each request: custom resources add kinds at run time. */
  readonly kinds: () => KindLookup;
  readonly authorizer: Authorizer;
  /** Sentences that a client over the wire would get as `Warning` headers. */
  readonly warn?: ((sentence: string) => void) | undefined;
}

export function inProcessVerbs(deps: InProcessDeps, user: UserInfo): Verbs {
  const { core } = deps;
  const context: RequestContext = { user, warn: deps.warn ?? (() => undefined) };
  const admitted = (verb: string, ref: CollectionRef | ObjectRef, select?: SelectOptions) =>
    checked(deps, user, verb, ref, select);
  const named = (verb: string, ref: ObjectRef): Target & { name: string } => {
    const target = admitted(verb, ref);
    if (!ref.name) throw badRequest('a name is required');
    return { ...target, name: ref.name };
  };
  return {
    get: async (ref) => (await core.get(context, named('get', ref))).object,
    list: async (ref, options = {}) =>
      objectsOf(await core.list(context, admitted('list', ref, options), options)),
    watch: (ref, options, sink) =>
      watchOrClose(sink, () => {
        const target = admitted('watch', ref, options);
        return core.watch(context, target, options, {
          event: (type, item) => sink.event(type, item.object),
          closed: (error) => sink.closed(error),
        });
      }),
    create: async (ref, object, options: WriteOptions = {}) =>
      (await core.create(context, admitted('create', ref), object, options)).object,
    update: async (ref, object, options: WriteOptions = {}) =>
      (await core.update(context, named('update', ref), object, options)).object,
    patch: async (ref, patch: Patch, options: WriteOptions = {}) =>
      (await core.patch(context, named('patch', ref), patch, options)).object,
    delete: async (ref, options = {}) => {
      const answer = await core.delete(context, named('delete', ref), options);
      return 'status' in answer ? answer.status : answer.object;
    },
    deleteCollection: async (ref, select = {}, options = {}) => {
      const target = admitted('deletecollection', ref, select);
      return objectsOf(await core.deleteCollection(context, target, select, options));
    },
  };
}

/** The target of a request that its user may make. */
function checked(
  { kinds, authorizer }: InProcessDeps,
  user: UserInfo,
  verb: string,
  ref: CollectionRef | ObjectRef,
  select: SelectOptions | undefined,
): Target {
  const kind = kindOf(kinds(), ref);
  const { name = nameIn(select), subresource } = ref as Partial<ObjectRef>;
  const namespace = ref.namespace || undefined;
  const { group, resource } = ref;
  const fieldSelector = select?.fieldSelector;
  const asked = { group, resource, subresource, namespace, name, fieldSelector };
  const question = { user, verb, resource: asked };
  const answer = authorizer.authorize(question);
  if (!answer.allowed) throw refusal(question, answer.reason);
  return { kind, namespace, name: (ref as Partial<ObjectRef>).name, subresource };
}

function kindOf(lookup: KindLookup, { group, version, resource }: CollectionRef): Kind {
  const kind = lookup.byResource(group, version, resource);
  if (kind) return kind;
  throw new StatusError('NotFound', 'the server could not find the requested resource');
}

/** A list or watch of one name is judged as access to that object, as over the wire. */
function nameIn(select: SelectOptions | undefined): string | undefined {
  return /^metadata\.name==?([^,=!]+)$/.exec(select?.fieldSelector ?? '')?.[1];
}

function objectsOf(list: StoredList) {
  const items: readonly KubeObject[] = list.items.map(({ object }) => object);
  return { ...list, items };
}

/** A watch that cannot start ends as one that broke: later, and through its sink. */
function watchOrClose(sink: WatchSink, start: () => Watch): Watch {
  try {
    return start();
  } catch (error) {
    let closed = false;
    void Promise.resolve().then(() => {
      if (!closed) sink.closed(asStatusError(error));
    });
    return { close: () => (closed = true) };
  }
}
