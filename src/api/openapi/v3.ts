/** OpenAPI v3: an index, and one document for each group version (KEP-2896). */
import schemaTable from '../generated/schema.json' with { type: 'json' };
import { answerName, bodyName, tagOf } from './bodies.ts';
import { definitionsOf } from './definitions.ts';
import { fingerprint } from './fingerprint.ts';
import { patchName, typeName } from './names.ts';
import { type Operation, operationsOf, type Parameter } from './operations.ts';
import { reference, v3 } from './schemas.ts';
import { groupVersionsOf, rootOf } from './served-resource.ts';
import type { Docs, GroupVersion, JsonObject, ServedResource } from './served-resource.ts';
import { typeSchema } from '../schema/schema.ts';

/**
 * `/openapi/v3`: where each document is. Its address changes when its content does, so that clients
 * may keep it for ever; `release` stands for what the program's code may change in it, beside types and words.
 */
export function openapiV3Index(
  resources: readonly ServedResource[],
  release: string,
  docs: Docs = {},
): JsonObject {
  const program = [release, fingerprint(JSON.stringify([schemaTable, docs]))];
  const paths: Record<string, JsonObject> = {};
  for (const groupVersion of groupVersionsOf(resources)) {
    const root = rootOf(groupVersion);
    const served = resources.filter(isIn(groupVersion)).map(words);
    const hash = fingerprint(JSON.stringify([program, served]));
    paths[root] = { serverRelativeURL: `/openapi/v3/${root}?hash=${hash}` };
  }
  return { paths };
}

function words(resource: ServedResource): unknown {
  const { group, version, kind, resource: plural, namespaced, verbs, type } = resource;
  const { subresources, customSchema } = resource;
  return [group, version, kind, plural, namespaced, verbs, type, subresources, customSchema];
}

function isIn(groupVersion: GroupVersion): (resource: ServedResource) => boolean {
  return ({ group, version }) => group === groupVersion.group && version === groupVersion.version;
}

/** `/openapi/v3/apis/GROUP/VERSION`; undefined when nothing is served there. */
export function openapiV3(
  groupVersion: GroupVersion,
  resources: readonly ServedResource[],
  docs: Docs = {},
): JsonObject | undefined {
  const served = resources.filter(isIn(groupVersion));
  if (served.length === 0) return undefined;
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of served.flatMap(operationsOf)) {
    const item = (paths[operation.path] ??= {});
    item[operation.method] = operationObject(operation);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: { schemas: Object.fromEntries(definitionsOf(served, docs, v3)) },
  };
}

function operationObject(operation: Operation): JsonObject {
  const { id, action, kind, parameters, resource } = operation;
  const body = requestBody(operation);
  return {
    tags: [tagOf(resource)],
    operationId: id,
    parameters: parameters.map(parameterObject),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { '200': { description: 'OK', content: answer(operation) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function parameterObject({ name, in: place, type }: Parameter): JsonObject {
  const base = { name, in: place, schema: { type, uniqueItems: true } };
  return place === 'path' ? { ...base, required: true } : base;
}

const patchMedia = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const objectMedia = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml'];

function requestBody({ action, kind, resource }: Operation): JsonObject | undefined {
  switch (action) {
    case 'post':
    case 'put': {
      const name = bodyName(kind, resource);
      return name === undefined ? undefined : { content: content(['*/*'], name), required: true };
    }
    case 'patch': {
      const isCustom = resource.customSchema !== undefined;
      const media = patchMedia.filter((each) => !(isCustom && each.includes('strategic')));
      return { content: content(media, patchName), required: true };
    }
    case 'delete':
    case 'deletecollection':
      return { content: content(['*/*'], typeName(typeSchema('DeleteOptions'))) };
    case 'get':
    case 'list':
    case 'connect':
      return undefined;
  }
}

function answer(operation: Operation): JsonObject {
  const name = answerName(operation);
  if (name === undefined) return { '*/*': { schema: { type: 'string' } } };
  return content(objectMedia, name);
}

function content(media: readonly string[], name: string): JsonObject {
  const schema = reference(name, v3);
  return Object.fromEntries(media.map((each) => [each, { schema }]));
}
