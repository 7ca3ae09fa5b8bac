/**
 * Server-side apply, and the bookkeeping of owners that it rests on (KEP-555). An applier says which
 * fields it wants and how; a field that it no longer says goes, unless somebody else owns it too; a
 * field that somebody else owns with another value is a conflict, unless forced. All other writers
 * own what they change.
 */
import { StatusError, type StatusCause } from '#base/status-error.ts';
import { conditionCodesAnnotation } from '../condition-codes.ts';
import { deepEqual, isJsonObject, type JsonObject, shallowCopy } from '../copy.ts';
import type { KubeObject } from '../object.ts';
import type { TypeSchema } from '../schema/types.ts';
import { formatTime } from '../time.ts';
import type { ManagedFieldsEntry } from '../types.ts';
import { fieldStep, formatPath, type Step } from './field-path.ts';
import { FieldSet } from './field-set.ts';
import { fieldsInOrder } from './fields-v1.ts';
import {
  type Manager,
  type ManagerId,
  owning,
  readManagers,
  sameManager,
  writeManagers,
} from './managers.ts';
import { ownedOfNew } from './owned-of-new.ts';
import { type Shape, shapeOf } from './shape.ts';
import { type Difference, differenceOf, fieldSetOf, merged, pruned } from './typed.ts';

export interface WriterOptions {
  /** The name under which fields are owned. */
  readonly manager: string;
  /** Wall clock milliseconds. */
  readonly now: number;
  readonly subresource?: string | undefined;
  /** Top-level fields that this write cannot set and so cannot own: `status` for the object itself. */
  readonly ignored?: readonly string[] | undefined;
}

export interface ApplyOptions extends WriterOptions {
  readonly force: boolean;
}

/** What says which object it is, and what the server sets, belongs to nobody. */
const unownedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
]);
const unownedMetadataSteps: ReadonlySet<Step> = new Set([...unownedMetadata].map(fieldStep));
const unownedAtTop = ['apiVersion', 'kind'];

const unownedNotes = FieldSet.of([['f:annotations', fieldStep(conditionCodesAnnotation)]]);

function ownable(set: FieldSet, ignored: readonly string[] = []): FieldSet {
  const rest = set.without(new Set([...unownedAtTop, ...ignored].map(fieldStep)));
  const metadata = rest.child('f:metadata');
  if (metadata === undefined) return rest;
  const owned = metadata.without(unownedMetadataSteps).difference(unownedNotes);
  return rest.with('f:metadata', owned);
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  const rest = shallowCopy(object);
  for (const name of names) delete rest[name];
  return rest;
}

function withoutManagers(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (!isJsonObject(metadata) || metadata['managedFields'] === undefined) return object;
  const bare = shallowCopy(metadata);
  delete bare['managedFields'];
  return { ...object, metadata: bare };
}

function withManagers<T extends KubeObject>(object: JsonObject, managers: readonly Manager[]): T {
  const entries = writeManagers(managers);
  const metadata = shallowCopy(isJsonObject(object['metadata']) ? object['metadata'] : {});
  if (entries.length > 0) metadata['managedFields'] = entries;
  else delete metadata['managedFields'];
  return { ...object, metadata } as unknown as T;
}

/**
 * What the object becomes, its `managedFields` included; equal to `live` when the configuration
 * changes nothing. Neither argument is changed; the result may share parts with both. `live` is
 * undefined when the object does not exist yet. Throws `Conflict`, or `BadRequest`.
 */
export function applyConfiguration<T extends KubeObject>(
  live: T | undefined,
  configuration: JsonObject,
  type: TypeSchema,
  options: ApplyOptions,
): T {
  const { apiVersion, metadata } = configuration;
  if (isJsonObject(metadata) && metadata['managedFields'] !== undefined) {
    throw new StatusError('BadRequest', 'metadata.managedFields must be nil');
  }
  const shape = shapeOf(type);
  const id = idOf(options, 'Apply', typeof apiVersion === 'string' ? apiVersion : '');
  const managers = readManagers(live?.metadata.managedFields);
  const last = managers.find((each) => sameManager(each, id));
  const others = managers.filter((each) => each !== last);
  const wanted = without(configuration, options.ignored ?? []);
  const named = fieldSetOf(wanted, shape);
  const set = ownable(named);

  const before = withoutManagers((live ?? {}) as JsonObject);
  const over = merged(before, wanted, shape) as JsonObject;
  // What is named without being owned (`metadata.name`) keeps its place too.
  const kept = others.reduce((all, each) => all.union(each.set), named);
  const after = (last ? pruned(over, last.set, kept, shape) : over) as JsonObject;

  const difference = differenceOf(before, after, shape);
  const taken = difference.added.union(difference.modified);
  const remaining = yielded(others, taken, difference.removed, options.force);
  const isSame = last?.set.equals(set) && last.apiVersion === id.apiVersion;
  const changed = !isSame || !isNothing(difference);
  const time = changed ? formatTime(options.now) : last?.time;
  return withManagers(after, [...remaining, { ...id, time, set }]);
}

/**
 * The owners after a write that is not an apply: the writer owns what it changed, others lose it.
 * `next` is the object as it will be stored. Writing `managedFields: [{}]` forgets all owners.
 */
export function ownersAfterUpdate(
  live: KubeObject | undefined,
  next: KubeObject,
  type: TypeSchema,
  options: WriterOptions,
): ManagedFieldsEntry[] {
  const shape: Shape = shapeOf(type);
  const id = idOf(options, 'Update', next.apiVersion);
  if (live === undefined && isUnclaimed(next)) {
    const unowned = new Set([...unownedAtTop, ...(options.ignored ?? [])]);
    const text = ownedOfNew(next as unknown as JsonObject, shape, unowned, unownedMetadata);
    const set = FieldSet.parse(fieldsInOrder(text));
    return writeManagers([{ ...id, time: formatTime(options.now), set }]);
  }
  const managers = readManagers(entriesToGoOn(live, next));
  const { added, modified, removed } = changeOf(live, next, shape);
  const taken = added.union(modified);
  const gained = ownable(taken, options.ignored);
  const last = managers.find((each) => sameManager(each, id));
  const others = managers.filter((each) => each !== last);
  const set = (last?.set ?? new FieldSet()).difference(removed).union(gained);
  const isSame = last !== undefined && gained.isEmpty && last.set.equals(set);
  const own = isSame ? last : { ...id, time: formatTime(options.now), set };
  return writeManagers([...yielded(others, taken, removed, true), own]);
}

/** Of all but the owners themselves, which a write usually leaves as they are. */
function changeOf(live: KubeObject | undefined, next: KubeObject, shape: Shape): Difference {
  const before = (live ?? {}) as JsonObject;
  const after = next as unknown as JsonObject;
  return live?.metadata.managedFields === next.metadata.managedFields
    ? differenceOf(before, after, shape)
    : differenceOf(withoutManagers(before), withoutManagers(after), shape);
}

/** Nobody says who owns what of it, and nothing in it is the server's own note. */
function isUnclaimed({ metadata }: KubeObject): boolean {
  const { annotations, managedFields } = metadata;
  return !managedFields?.length && annotations?.[conditionCodesAnnotation] === undefined;
}

/** A client that leaves them out does not mean to forget them. */
function entriesToGoOn(
  live: KubeObject | undefined,
  next: KubeObject,
): readonly ManagedFieldsEntry[] | undefined {
  const given = next.metadata.managedFields;
  if (given?.length === 1 && deepEqual(given[0], {})) return [];
  return given && given.length > 0 ? given : live?.metadata.managedFields;
}

function idOf(
  options: WriterOptions,
  operation: ManagerId['operation'],
  apiVersion: string,
): ManagerId {
  return {
    manager: options.manager,
    operation,
    apiVersion,
    subresource: options.subresource ?? '',
  };
}

function isNothing({ added, modified, removed }: Difference): boolean {
  return added.isEmpty && modified.isEmpty && removed.isEmpty;
}

/** The other managers without what the write takes from them. Throws `Conflict` unless forced. */
function yielded(
  others: readonly Manager[],
  taken: FieldSet,
  removed: FieldSet,
  force: boolean,
): Manager[] {
  const conflicts: Conflict[] = [];
  const remaining = others.map((manager) => {
    const lost = manager.set.intersection(taken);
    for (const path of lost.paths()) conflicts.push({ manager, path });
    return owning(manager, manager.set.difference(lost).difference(removed));
  });
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts);
  return remaining;
}

interface Conflict {
  readonly manager: Manager;
  readonly path: readonly Step[];
}

function conflictOf(conflicts: readonly Conflict[]): StatusError {
  const causes: StatusCause[] = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describe(manager)}`,
    field: formatPath(path),
  }));
  return new StatusError('Conflict', messageOf(conflicts), { causes });
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${describe(first.manager)}: ${formatPath(first.path)}`;
  }
  const groups = Map.groupBy(conflicts, ({ manager }) => describe(manager));
  const parts = [...groups].map(([who, own]) => {
    const paths = own.map(({ path }) => `- ${formatPath(path)}`);
    return `conflicts with ${who}:\n${paths.join('\n')}`;
  });
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`;
}

function describe({ manager, operation, apiVersion, subresource, time }: Manager): string {
  const on = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const using =
    operation === 'Apply' ? '' : ` using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
  return JSON.stringify(manager) + on + using;
}
