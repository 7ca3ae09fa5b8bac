/** The options that travel in the query: read, checked and worded as kube-apiserver does. */
import { type FieldError, forbidden, notSupported, tooLong } from '#api/field-error.ts';
import type { DeleteOptions } from '#api/types.ts';
import type { ListOptions, WatchOptions, WriteOptions } from '#api/verbs.ts';
import { badRequest, invalid } from '../core/errors.ts';
import { isTrue } from './route.ts';

const metaGroup = 'meta.k8s.io';

export function listOptionsOf(query: URLSearchParams): ListOptions {
  const match = query.get('resourceVersionMatch') ?? '';
  refuseWhenAny('ListOptions', listErrors(query, match));
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
  refuseWhenAny('ListOptions', watchErrors(query, query.get('resourceVersionMatch') ?? ''));
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

const matchField = 'resourceVersionMatch';

function listErrors(query: URLSearchParams, match: string): FieldError[] {
  const errors: FieldError[] = [];
  if (match !== '') {
    if (!query.get('resourceVersion')) {
      errors.push(
        forbidden(
          matchField,
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        ),
      );
    }
    if (query.get('continue')) {
      errors.push(
        forbidden(matchField, 'resourceVersionMatch is forbidden when continue is provided'),
      );
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(matchField, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && query.get('resourceVersion') === '0') {
      errors.push(
        forbidden(matchField, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      );
    }
  }
  if (query.has('sendInitialEvents')) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(query: URLSearchParams, match: string): FieldError[] {
  const errors: FieldError[] = [];
  const initial = query.has('sendInitialEvents');
  if (initial && match !== 'NotOlderThan') {
    errors.push(
      forbidden(
        matchField,
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    );
  }
  if (match === '') return errors;
  if (!initial) {
    errors.push(
      forbidden(
        matchField,
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    );
  }
  if (match !== 'NotOlderThan') errors.push(notSupported(matchField, match, ['NotOlderThan']));
  return errors;
}

function refuseWhenAny(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: metaGroup, kind }, '', errors);
}

const validations = ['Ignore', 'Warn', 'Strict'] as const;
const managerCharacters = 128;

type WriteKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

/** Writes that name no manager get one from the user agent; a server-side apply must name its own. */
export function writeOptionsOf(
  query: URLSearchParams,
  optionsKind: WriteKind,
  userAgent: string | undefined,
): WriteOptions {
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  const fieldManager = query.get('fieldManager') ?? '';
  const known = validations.find((each) => each === fieldValidation);
  const errors: FieldError[] = [];
  if (!known) errors.push(notSupported('fieldValidation', fieldValidation, ['', ...validations]));
  if (fieldManager.length > managerCharacters)
    errors.push(tooLong('fieldManager', managerCharacters));
  refuseWhenAny(optionsKind, errors);
  return {
    dryRun: dryRunOf(query.getAll('dryRun'), optionsKind),
    fieldManager: fieldManager || managerOf(userAgent ?? ''),
    fieldValidation: known,
    force: query.has('force') ? isTrue(query.get('force')) : undefined,
  };
}

/** PATCH: `force` is for server-side apply alone. */
export function patchOptionsOf(
  query: URLSearchParams,
  isApply: boolean,
  userAgent: string,
): WriteOptions {
  if (!isApply && query.has('force')) {
    refuseWhenAny('PatchOptions', [forbidden('force', 'may not be specified for non-apply patch')]);
  }
  return writeOptionsOf(query, 'PatchOptions', isApply ? undefined : userAgent);
}

/** `kubectl/v1.32.4 (linux/amd64)` → `kubectl`, as Kubernetes names the manager of unnamed writes. */
function managerOf(userAgent: string): string | undefined {
  return userAgent.split('/')[0]?.slice(0, managerCharacters) || undefined;
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
