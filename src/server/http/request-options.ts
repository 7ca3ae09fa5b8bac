/** The options that travel in the query: read, checked and worded as kube-apiserver does. */
import { type FieldError, notSupported } from '#api/field-error.ts';
import type { DeleteOptions } from '#api/types.ts';
import type { ListOptions, WatchOptions, WriteOptions } from '#api/verbs.ts';
import { badRequest, invalid } from '../core/errors.ts';
import { isTrue } from './route.ts';

const metaGroup = 'meta.k8s.io';

export function listOptionsOf(query: URLSearchParams): ListOptions {
  const match = query.get('resourceVersionMatch') ?? '';
  checkMatch(query, match);
  return {
    ...selectorsOf(query),
    limit: integerOf(query, 'limit'),
    continue: query.get('continue') || undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
  };
}

export function selectorsOf(query: URLSearchParams) {
  return {
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: query.get('fieldSelector') || undefined,
  };
}

/** `name`: the old `/watch/.../NAME` form. */
export function watchOptionsOf(query: URLSearchParams, name?: string): WatchOptions {
  const initial = query.get('sendInitialEvents');
  if (initial !== null && query.get('resourceVersionMatch') !== 'NotOlderThan' && isTrue(initial)) {
    throw invalidList(
      'resourceVersionMatch',
      'FieldValueForbidden',
      'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  const { labelSelector, fieldSelector } = selectorsOf(query);
  const named = name === undefined ? undefined : `metadata.name=${name}`;
  return {
    labelSelector,
    fieldSelector: [fieldSelector, named].filter(Boolean).join(',') || undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
    sendInitialEvents: initial === null ? undefined : isTrue(initial),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    timeoutSeconds: integerOf(query, 'timeoutSeconds'),
  };
}

function checkMatch(query: URLSearchParams, match: string): void {
  if (match === '') return;
  if (!query.get('resourceVersion')) {
    throw invalidList(
      'resourceVersionMatch',
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (query.get('continue')) {
    throw invalidList(
      'resourceVersionMatch',
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch is forbidden when continue is provided',
    );
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    const error = notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']);
    throw invalid({ group: metaGroup, kind: 'ListOptions' }, '', [error]);
  }
  if (match === 'Exact' && query.get('resourceVersion') === '0') {
    throw invalidList(
      'resourceVersionMatch',
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  }
}

function invalidList(field: string, type: FieldError['type'], message: string) {
  return invalid({ group: metaGroup, kind: 'ListOptions' }, '', [{ type, field, message }]);
}

const validations = ['Ignore', 'Warn', 'Strict'] as const;

export function writeOptionsOf(
  query: URLSearchParams,
  optionsKind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  userAgent: string,
): WriteOptions {
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  const known = validations.find((each) => each === fieldValidation);
  if (!known) {
    const error = notSupported('fieldValidation', fieldValidation, ['', ...validations]);
    throw invalid({ group: metaGroup, kind: optionsKind }, '', [error]);
  }
  return {
    dryRun: dryRunOf(query.getAll('dryRun'), optionsKind),
    fieldManager: query.get('fieldManager') || managerOf(userAgent),
    fieldValidation: known,
    force: query.has('force') ? isTrue(query.get('force')) : undefined,
  };
}

/** `kubectl/v1.32.4 (linux/amd64)` → `kubectl`, as Kubernetes names the manager of unnamed writes. */
function managerOf(userAgent: string): string | undefined {
  return userAgent.split('/')[0]?.slice(0, 128) || undefined;
}

export function dryRunOf(values: readonly string[], optionsKind: string): boolean {
  const asked = values.filter((each) => each !== '');
  const unknown = asked.find((each) => each !== 'All');
  if (unknown !== undefined) {
    throw invalid({ group: metaGroup, kind: optionsKind }, '', [
      notSupported('dryRun', asked, ['All']),
    ]);
  }
  return asked.length > 0;
}

const policies = ['Background', 'Foreground', 'Orphan'];

/** What the body says wins; what it leaves out is taken from the query. */
export function deleteOptionsOf(
  query: URLSearchParams,
  body: DeleteOptions | undefined,
): DeleteOptions {
  const options: DeleteOptions = body ?? {
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
    ...(query.get('propagationPolicy')
      ? { propagationPolicy: query.get('propagationPolicy') ?? '' }
      : {}),
    ...(query.has('orphanDependents')
      ? { orphanDependents: isTrue(query.get('orphanDependents')) }
      : {}),
    ...(query.has('gracePeriodSeconds')
      ? { gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds') }
      : {}),
  };
  dryRunOf(options.dryRun ?? [], 'DeleteOptions');
  const { propagationPolicy, orphanDependents } = options;
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    const error = notSupported('propagationPolicy', propagationPolicy, [...policies, 'nil']);
    throw invalid({ group: metaGroup, kind: 'DeleteOptions' }, '', [error]);
  }
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    throw invalid({ group: metaGroup, kind: 'DeleteOptions' }, '', [
      {
        type: 'FieldValueInvalid',
        field: 'propagationPolicy',
        message: `Invalid value: ${JSON.stringify(propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`,
      },
    ]);
  }
  return options;
}

export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return value;
}
