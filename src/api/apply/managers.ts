/** Who owns which fields: `metadata.managedFields` read, combined and written. */
import { isJsonObject } from '../copy.ts';
import { joined } from '../json-text.ts';
import { parseTime } from '../time.ts';
import type { ManagedFieldsEntry } from '../types.ts';
import { FieldSet } from './field-set.ts';
import { fieldsOf, isShared, textOf } from './fields-v1.ts';

/** Whoever writes: a name, how, and on which subresource. */
export interface ManagerId {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

export interface Manager extends ManagerId {
  readonly time: string | undefined;
  readonly set: FieldSet;
  /** What it was read from, and is written as while nothing of it changes. */
  readonly entry?: ManagedFieldsEntry | undefined;
}

/** Update managers kept apart (Kubernetes: 10); the oldest beyond are one. */
const updateManagersMax = 10;
const ancient = 'ancient-changes';

/** An applier stays the same in whichever version it applies. */
export function sameManager(a: ManagerId, b: ManagerId): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    set: FieldSet.parse(entry.fieldsV1),
    entry: isWritten(entry) ? entry : undefined,
  }));
}

/** By `writeManagers`, and stored since: a client's own may be worded otherwise. */
function isWritten(entry: ManagedFieldsEntry): boolean {
  const { fieldsV1 } = entry;
  return Object.isFrozen(entry) && isJsonObject(fieldsV1) && isShared(fieldsV1);
}

/** The manager with another set; as it is when the set is the same. */
export function owning(manager: Manager, set: FieldSet): Manager {
  return set === manager.set ? manager : { ...manager, set, entry: undefined };
}

/** In Kubernetes' order: appliers first, then by time and name. Owners of nothing are left out. */
export function writeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  return withinLimit(managers.filter(({ set }) => !set.isEmpty))
    .sort(compareManagers)
    .map((each) => each.entry ?? entryOf(each));
}

/**
 * By its fields the last entry that was written, with its JSON: what a writer makes alike in one second
 * has the very same one.
 */
const lastEntries = new WeakMap<
  object,
  { readonly entry: ManagedFieldsEntry; readonly text: string }
>();

function entryOf(from: Manager): ManagedFieldsEntry {
  const { manager, operation, apiVersion, subresource, time, set } = from;
  const fieldsV1 = set.toJSON();
  const last = lastEntries.get(fieldsV1)?.entry;
  if (last && isEntryOf(last, from)) return last;
  const entry = Object.freeze({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === '' ? {} : { subresource }),
  });
  lastEntries.set(fieldsV1, { entry, text: textOfEntry(entry) });
  return entry;
}

/** Of the same fields. */
function isEntryOf(entry: ManagedFieldsEntry, manager: Manager): boolean {
  return (
    entry.time === manager.time &&
    entry.manager === manager.manager &&
    entry.operation === manager.operation &&
    entry.apiVersion === manager.apiVersion &&
    (entry.subresource ?? '') === manager.subresource
  );
}

/** JSON of the entries: much the largest part of it is made once for all objects. */
export function textOfEntries(entries: readonly ManagedFieldsEntry[]): string {
  let text = '';
  for (const entry of entries) {
    const last = lastEntries.get(entry.fieldsV1 as object);
    text = joined(text, last?.entry === entry ? last.text : textOfEntry(entry));
  }
  return `[${text}]`;
}

function textOfEntry(entry: ManagedFieldsEntry): string {
  let text = '';
  for (const name in entry) {
    const value = entry[name as keyof ManagedFieldsEntry] as unknown;
    if (value === undefined) continue;
    const isFields = name === 'fieldsV1' && typeof value === 'object' && value !== null;
    text = joined(text, `"${name}":${isFields ? textOf(value) : JSON.stringify(value)}`);
  }
  return `{${text}}`;
}

/** What was read back from a file shares its sets again. Changes the entries. */
export function shareFields(entries: readonly ManagedFieldsEntry[]): void {
  for (const entry of entries) {
    if (isJsonObject(entry.fieldsV1)) entry.fieldsV1 = fieldsOf(JSON.stringify(entry.fieldsV1));
  }
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareTimes(a.time, b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareTimes(a = '', b = ''): number {
  if (a === b) return 0;
  if (isUsual(a) && isUsual(b)) return compareText(a, b);
  return (parseTime(a) || 0) - (parseTime(b) || 0);
}

/** As nearly all are written, `2026-01-02T03:04:05Z`: in the order of the text. */
const isUsual = (time: string): boolean => time.length === 20 && time.endsWith('Z');

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function withinLimit(managers: readonly Manager[]): Manager[] {
  if (managers.length <= updateManagersMax) return [...managers];
  const updaters = managers.filter(({ operation }) => operation === 'Update').sort(compareManagers);
  const surplus = updaters.length - updateManagersMax;
  if (surplus <= 0) return [...managers];
  // One goes for each beyond the limit, and one more for the bucket, unless that is there already.
  const hasBucket = updaters.some(({ manager }) => manager === ancient);
  const folded = new Set(
    updaters.filter(({ manager }) => manager !== ancient).slice(0, surplus + (hasBucket ? 0 : 1)),
  );
  const result = managers.filter((each) => !folded.has(each));
  for (const each of folded) {
    const id = { ...each, manager: ancient, subresource: '', entry: undefined };
    const at = result.findIndex((other) => sameManager(other, id));
    const bucket = result[at];
    const { set, time } = each;
    if (bucket) result[at] = { ...id, set: bucket.set.union(set), time };
    else result.push(id);
  }
  return result;
}
