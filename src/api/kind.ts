/**
 * A kind is data. Discovery, OpenAPI, Tables, patches, validation, protobuf, `explain`, the typed
 * client and the strategies of the server are all readers of it. If adding a kind needs a line
 * outside its file (and the list in `kinds/index.ts`), a mechanism is missing.
 */
import type { ConditionCodes } from './condition-codes.ts';
import type { FieldError } from './field-error.ts';
import type { KubeObject } from './object.ts';
import type { CollectionRef } from './verbs.ts';

export type Verb =
  | 'create'
  | 'delete'
  | 'deletecollection'
  | 'get'
  | 'list'
  | 'patch'
  | 'update'
  | 'watch';

/** A column of `kubectl get`, as metav1.TableColumnDefinition; priority 1 shows with `-o wide`. */
export interface Column<T> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date' | 'number';
  readonly format?: string;
  readonly description?: string;
  readonly priority?: 0 | 1;
  /** `now` in milliseconds, for ages. */
  cell(object: T, now: number): string | number | boolean | null;
}

export interface Subresource {
  readonly name: string;
  /** As discovery shows them. */
  readonly verbs: readonly Verb[];
  /** Not a request with an answer but a stream (exec, attach, portforward): any of its verbs opens it. */
  readonly connect?: boolean;
  /** Kind of the body where it differs from the parent's (`Scale` autoscaling/v1, `Eviction` policy/v1, `Binding` v1, `TokenRequest` authentication.k8s.io/v1). */
  readonly body?: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    /** Versions with the same fields that clients of old still write. */
    readonly olderVersions?: readonly string[];
  };
}

/** How a scalable kind shows itself as autoscaling/v1 Scale. */
export interface ScaleView<T> {
  read(object: T): {
    specReplicas: number;
    statusReplicas: number;
    /** As a string, in the form of a label selector query. */
    selector: string;
  };
  /** On a private copy. */
  write(object: T, replicas: number): void;
}

/** Functions by name. Written as methods, so that a `Kind<Pod>` may stand in a list of `Kind`s. */
export type Readers<T, R> = Readonly<Record<string, { read(object: T): R }['read']>>;
export type Rules<T, R> = Readonly<Record<string, { check(next: T, previous: T): R }['check']>>;

/**
 * The server's order on create: decode → `defaults` → (admission) → `prepareForCreate` → `validate`
 * → freeze → store. On update: decode or patch → `defaults` → `prepareForUpdate` → generic metadata
 * rules → `validate` + `validateUpdate` → store if something changed.
 * All functions are pure; those that return void change the given private copy. They are methods in
 * form (never use `this`) since a list of all kinds must hold each of them.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Name of the root type in the schema table and in `types.ts` (`Pod`). */
  readonly type: string;
  readonly subresources?: readonly Subresource[];
  /** Not stored: answered by the server when it is created (TokenReview, …) or read (PodMetrics, …). */
  readonly virtual?: boolean;
  /**
   * One stored object seen under a second group version (events.k8s.io over core events): stored
   * under the other kind's keys and in its form, read and written through these.
   */
  readonly storedAs?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    toStored(object: T): KubeObject;
    fromStored(stored: KubeObject): T;
  };
  /** Idempotent; also applied to objects read back, so that a new default reaches old objects. */
  defaults?(object: T): void;
  /** They fill in the status, too. Where they do not, a write of the status alone is spared them. */
  readonly defaultsStatus?: boolean;
  /**
   * Clears what clients may not set (usually status). Sets metadata.generation to 1 where the kind
   * counts generations; from then on each change of `spec` is one.
   */
  prepareForCreate?(object: T): void;
  /** For the main resource, beside the generic part (status put back, generation raised). */
  prepareForUpdate?(next: T, previous: T): void;
  /** For PUT/PATCH on a subresource, beside the generic part (only that subtree may change). */
  readonly prepareSubresource?: Rules<T, void>;
  /** DELETE was accepted and the object stays for a while (a finalizer or a grace period holds it). */
  prepareForDelete?(object: T): void;
  /** What holds a deleted object beside metadata.finalizers (Namespace spec.finalizers). */
  heldBy?(object: T): readonly string[];
  /** Names are checked by this before `validate`; default: DNS subdomain. */
  readonly nameRule?: 'dnsSubdomain' | 'dnsLabel' | 'dns1035Label' | 'pathSegment';
  validate?(object: T): FieldError[];
  /** Beside `validate`, on create only: what an object that is already there need not keep to. */
  validateCreate?(object: T): FieldError[];
  validateUpdate?(next: T, previous: T): FieldError[];
  /** Rules for PUT/PATCH on a subresource (`status`, `resize`, …). */
  readonly validateSubresource?: Rules<T, FieldError[]>;
  /** Told with every answer about the kind, reads too: what to use in its place. */
  readonly deprecation?: string;
  /** Sentences for a `Warning` header: deprecated or not honoured fields that the object uses. */
  warnings?(object: T): string[];
  /** For the annotation that names the reasons of conditions that warn; what the object itself tells. */
  conditionCodes?(object: T): ConditionCodes;
  readonly columns: readonly Column<T>[];
  /** Beside metadata.name and metadata.namespace. */
  readonly fieldSelectors?: Readers<T, string>;
  readonly scale?: ScaleView<T>;
  /** Seconds that an object lingers after DELETE; absent: removed at once (when no finalizer holds it). */
  gracePeriodSeconds?(object: T): number;
  /** DELETE answers with the removed object instead of a Status (Kubernetes: ReturnDeletedObject; Pod, Service, ServiceAccount, …). */
  readonly returnsDeleted?: boolean;
  /**
   * DELETE without a propagation policy leaves the dependents where they are, and warns of it
   * (Kubernetes keeps this for batch/v1 Jobs, whose first clients relied on it).
   */
  readonly orphansByDefault?: boolean;
  /** Seconds after which the store removes it. */
  readonly ttlSeconds?: number;
  /** Status is a subresource: the main resource ignores changes of it and the other way round. */
  readonly hasStatus?: boolean;
  /** May be created by a PUT to a name that does not exist (Kubernetes: AllowCreateOnUpdate; Event, Lease, Endpoints, …). */
  readonly createOnUpdate?: boolean;
  /** A PUT must name the resourceVersion that it replaces (Kubernetes: not AllowUnconditionalUpdate). */
  readonly conditionalUpdateOnly?: boolean;
}

export function apiVersionOf(kind: { group: string; version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

export function collectionOf(kind: Kind, namespace?: string): CollectionRef {
  return { group: kind.group, version: kind.version, resource: kind.resource, namespace };
}
