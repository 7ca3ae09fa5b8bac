/**
 * The heart of the server: every kind through one door to the store. It knows kinds only as data
 * (`#api/kind.ts`) and trusts its callers to have authenticated and authorized. `http/` turns
 * requests into these calls, `in-process.ts` turns `Verbs` into them.
 */
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { DeleteOptions, Status } from '#api/types.ts';
import type {
  ListOptions,
  Patch,
  SelectOptions,
  Watch,
  WatchEventType,
  WatchOptions,
  WriteOptions,
} from '#api/verbs.ts';
import type { StatusError } from '#base/status-error.ts';

export interface UserInfo {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** An object as everybody shares it: frozen, and its JSON (UTF-8) made once. Both carry the resourceVersion. */
export interface Stored {
  readonly object: KubeObject;
  readonly bytes: Uint8Array;
}

export interface StoredList {
  readonly items: readonly Stored[];
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

/** Who asks, and where sentences for the `Warning` header go. */
export interface RequestContext {
  readonly user: UserInfo;
  readonly warn: (sentence: string) => void;
}

/** One kind in one place: what a path of the API points to. */
export interface Target {
  readonly kind: Kind;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export interface CoreSink {
  event(type: WatchEventType, item: Stored): void;
  closed(error: StatusError | undefined): void;
}

export interface Core {
  get(
    context: RequestContext,
    target: Target,
    options?: { resourceVersion?: string },
  ): Promise<Stored>;
  list(context: RequestContext, target: Target, options: ListOptions): Promise<StoredList>;
  watch(context: RequestContext, target: Target, options: WatchOptions, sink: CoreSink): Watch;
  /** `body` is the decoded object (schema applied), not yet defaulted; the core takes it over. Also subresource creates and virtual kinds. */
  create(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
  ): Promise<Stored>;
  /** `created`: a PUT may create (`Kind.createOnUpdate`), answered with 201. */
  update(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
  ): Promise<Stored & { created: boolean }>;
  patch(
    context: RequestContext,
    target: Target,
    patch: Patch,
    options: WriteOptions,
  ): Promise<Stored & { created: boolean }>;
  delete(
    context: RequestContext,
    target: Target,
    options: DeleteOptions,
  ): Promise<Stored | { status: Status }>;
  deleteCollection(
    context: RequestContext,
    target: Target,
    select: SelectOptions,
    options: DeleteOptions,
  ): Promise<StoredList>;
}

export interface AuthorizationQuestion {
  readonly user: UserInfo;
  readonly verb: string;
  /** Absent for a question about a path. */
  readonly resource?: {
    readonly group: string;
    readonly resource: string;
    readonly subresource?: string | undefined;
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
    /** Of a list or watch: nodes may see only their own pods. */
    readonly fieldSelector?: string | undefined;
  };
  readonly path?: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  /** For a person: why not, or by which binding. */
  readonly reason: string;
}

export interface Authorizer {
  authorize(question: AuthorizationQuestion): AuthorizationAnswer;
}
