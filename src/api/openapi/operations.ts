/** What can be asked of the served resources, path by path, before it takes the form of a document. */
import type { Subresource } from '../kind.ts';
import { rootOf, type ServedResource } from './served-resource.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type Action =
  | 'get'
  | 'list'
  | 'post'
  | 'put'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'connect';

export interface Operation {
  /** `/api/v1/namespaces/{namespace}/pods/{name}` */
  readonly path: string;
  readonly method: Method;
  readonly action: Action;
  /** `createCoreV1NamespacedPod`; unique within the API. */
  readonly id: string;
  /** Kind of the body and of the answer. */
  readonly kind: GroupVersionKind;
  readonly resource: ServedResource;
  readonly parameters: readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'boolean' | 'integer';
}

const query = (type: Parameter['type'], ...names: string[]): Parameter[] =>
  names.map((name) => ({ name, in: 'query', type }));
const path = (name: string): Parameter => ({ name, in: 'path', type: 'string' });

const writeParameters = query('string', 'dryRun', 'fieldManager', 'fieldValidation');
const listParameters = [
  ...query('boolean', 'allowWatchBookmarks'),
  ...query('string', 'continue', 'fieldSelector', 'labelSelector'),
  ...query('integer', 'limit'),
  ...query('string', 'resourceVersion', 'resourceVersionMatch'),
  ...query('boolean', 'sendInitialEvents'),
  ...query('integer', 'timeoutSeconds'),
  ...query('boolean', 'watch'),
];
const deleteParameters = [
  ...query('string', 'dryRun'),
  ...query('integer', 'gracePeriodSeconds'),
  ...query('boolean', 'orphanDependents'),
  ...query('string', 'propagationPolicy'),
];

const parametersOf: Readonly<Record<Action, readonly Parameter[]>> = {
  get: query('string', 'pretty'),
  list: listParameters,
  post: writeParameters,
  put: writeParameters,
  patch: [...writeParameters, ...query('boolean', 'force')],
  delete: deleteParameters,
  deletecollection: [
    ...deleteParameters,
    ...listParameters.filter(({ name }) => !/watch/i.test(name)),
  ],
  connect: [],
};

interface Place {
  readonly path: string;
  readonly resource: ServedResource;
  readonly kind: GroupVersionKind;
  /** `CoreV1NamespacedPodStatus` */
  readonly noun: string;
  readonly parameters: readonly Parameter[];
}

export function operationsOf(resource: ServedResource): Operation[] {
  const { group, version, namespaced, verbs } = resource;
  const root = `/${rootOf({ group, version })}`;
  const base = namespaced ? `${root}/namespaces/{namespace}` : root;
  const scope = namespaced ? [path('namespace')] : [];
  const words = `${groupWord(group)}${capital(version)}`;
  const has = (verb: string): boolean => verbs.some((each) => each === verb);
  const collection: Place = {
    path: `${base}/${resource.resource}`,
    resource,
    kind: kindOf(resource),
    noun: `${words}${namespaced ? 'Namespaced' : ''}${resource.kind}`,
    parameters: scope,
  };
  const single = {
    ...collection,
    path: `${collection.path}/{name}`,
    parameters: [...scope, path('name')],
  };
  const operations: Operation[] = [];
  if (has('list')) operations.push(operation(collection, 'get', 'list'));
  if (has('create')) operations.push(operation(collection, 'post', 'post'));
  if (has('deletecollection')) operations.push(operation(collection, 'delete', 'deletecollection'));
  if (has('get')) operations.push(operation(single, 'get', 'get'));
  if (has('update')) operations.push(operation(single, 'put', 'put'));
  if (has('patch')) operations.push(operation(single, 'patch', 'patch'));
  if (has('delete')) operations.push(operation(single, 'delete', 'delete'));
  if (namespaced && has('list')) operations.push(listEverywhere(collection, root, words));
  const below = (resource.subresources ?? []).flatMap((each) =>
    subresourceOperations(single, each),
  );
  return [...operations, ...below];
}

function listEverywhere(collection: Place, root: string, words: string): Operation {
  const { resource } = collection;
  const place: Place = {
    ...collection,
    path: `${root}/${resource.resource}`,
    noun: `${words}${resource.kind}ForAllNamespaces`,
    parameters: [],
  };
  return operation(place, 'get', 'list');
}

const methods = {
  create: 'post',
  get: 'get',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
} as const;

function subresourceOperations(parent: Place, subresource: Subresource): Operation[] {
  const { name, verbs, body, connect } = subresource;
  const place: Place = {
    ...parent,
    path: `${parent.path}/${name}`,
    kind: body ?? parent.kind,
    noun: parent.noun + capital(name),
  };
  return verbs.flatMap((verb) => {
    if (!(verb in methods)) return [];
    const method = methods[verb as keyof typeof methods];
    return [operation(place, method, connect === true ? 'connect' : method)];
  });
}

const verbWords: Readonly<Record<Action, string>> = {
  get: 'read',
  list: 'list',
  post: 'create',
  put: 'replace',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deleteCollection',
  connect: 'connect',
};

function operation(place: Place, method: Method, action: Action): Operation {
  const { noun, parameters, ...rest } = place;
  const word = action === 'connect' ? `connect${capital(method)}` : verbWords[action];
  return {
    ...rest,
    method,
    action,
    id: `${word}${noun}`,
    parameters: [...parameters, ...parametersOf[action]],
  };
}

function kindOf({ group, version, kind }: ServedResource): GroupVersionKind {
  return { group, version, kind };
}

/** `rbac.authorization.k8s.io` → `RbacAuthorization` */
function groupWord(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
