/**
 * The schema of a type, compiled: what decoding, protobuf, patches, server-side apply, validation
 * and OpenAPI read. It knows shapes, never meanings: whether a Pod is valid is not decided here.
 */

/** Values with a form of their own in JSON. */
export type Leaf =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  /** Base64 in JSON. */
  | 'bytes'
  /** RFC 3339, whole seconds, UTC. */
  | 'time'
  /** RFC 3339 with six digits of fraction. */
  | 'microTime'
  /** As Go writes it: `1m30s`. */
  | 'duration'
  | 'quantity'
  | 'intOrString'
  /** A set of field paths (metav1.FieldsV1): any JSON object. */
  | 'fieldSet'
  /** A list of strings that has a wire message of its own (`Verbs`, `ExtraValue`). */
  | 'strings'
  /** An object of any kind (runtime.RawExtension). */
  | 'raw'
  /** Any JSON value (apiextensions JSON). */
  | 'json'
  /** Any JSON value without a wire form. */
  | 'any'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStrings';

export type ValueSchema =
  | { readonly form: 'leaf'; readonly leaf: Leaf }
  | { readonly form: 'list'; readonly element: ValueSchema }
  /** Keys are strings throughout the API. */
  | { readonly form: 'map'; readonly element: ValueSchema }
  /** `type` is looked up when it is read, so that types may contain themselves. */
  | { readonly form: 'object'; readonly name: string; readonly type: TypeSchema };

/** How server-side apply merges a list, map or object that is not the usual kind of its form. */
export interface MergeRule {
  /** `atomic`: replaced whole; `set`: of scalars; `map`: of objects told apart by `keys`. */
  readonly as: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
}

/** How a strategic merge patch merges a field (kubernetes `patchStrategy`, `patchMergeKey`). */
export interface PatchRule {
  readonly strategies: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly mergeKey: string | undefined;
}

export interface FieldSchema {
  readonly name: string;
  readonly value: ValueSchema;
  readonly required: boolean;
  /** A zero value differs from an absent one. */
  readonly pointer: boolean;
  /** Protobuf number; two for a field that lies in a nested message; none without a wire form. */
  readonly wire: readonly number[];
  readonly merge: MergeRule | undefined;
  readonly patch: PatchRule | undefined;
  /** From the published schema; a JSON value. */
  readonly default: unknown;
  /** What a string, or each of a list, may be. For clients to read: each kind's rules say it themselves. */
  readonly enum: readonly string[] | undefined;
}

export interface TypeSchema {
  /** As in `#api/types.ts`; unique. */
  readonly name: string;
  /** Kubernetes' own words: `core`, `v1`, `PodSpec`. */
  readonly package: string;
  readonly version: string;
  readonly goName: string;
  /** Carries `apiVersion` and `kind`, which are not among the fields. */
  readonly isKind: boolean;
  /** Server-side apply owns it whole. */
  readonly isAtomic: boolean;
  /** In wire order. */
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /**
   * Those that a whole object never lacks, since Go holds them as values: the metadata of a kind, a
   * spec, required lists and maps. Where they are absent they are empty.
   */
  readonly always: readonly FieldSchema[];
  /** All fields by protobuf number. */
  readonly wire: WireTable;
}

/** A field, or a nested message whose fields stand beside the others in JSON. */
export type WireEntry = FieldSchema | WireTable;
export type WireTable = ReadonlyMap<number, WireEntry>;
