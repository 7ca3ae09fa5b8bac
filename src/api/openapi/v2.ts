/** OpenAPI v2: one document for everything that is served. kubectl before 1.27 knows no other. */
import { typeSchema } from '../schema/schema.ts';
import { answerName, bodyName, tagOf } from './bodies.ts';
import { definitionsOf } from './definitions.ts';
import { patchName, typeName } from './names.ts';
import { type Operation, operationsOf, type Parameter } from './operations.ts';
import { reference, v2 } from './schemas.ts';
import type { Docs, JsonObject, ServedResource } from './served-resource.ts';

/** As JSON; `openapiV2Protobuf` turns it into the form that kubectl asks for. */
export function openapiV2(
  resources: readonly ServedResource[],
  release: string,
  docs: Docs = {},
): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of resources.flatMap(operationsOf)) {
    const item = (paths[operation.path] ??= {});
    item[operation.method] = operationObject(operation);
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: release },
    paths,
    definitions: Object.fromEntries(definitionsOf(resources, docs, v2)),
  };
}

function operationObject(operation: Operation): JsonObject {
  const { id, action, kind, parameters, resource } = operation;
  const body = bodyParameter(operation);
  const answer = answerName(operation);
  const schema = answer === undefined ? { type: 'string' } : reference(answer, v2);
  return {
    tags: [tagOf(resource)],
    operationId: id,
    consumes: ['*/*'],
    produces: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
    schemes: ['https'],
    parameters: [...(body === undefined ? [] : [body]), ...parameters.map(plainParameter)],
    responses: { '200': { description: 'OK', schema } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function plainParameter({ name, in: place, type }: Parameter): JsonObject {
  return {
    name,
    in: place,
    type,
    uniqueItems: true,
    ...(place === 'path' ? { required: true } : {}),
  };
}

function bodyParameter({ action, kind, resource }: Operation): JsonObject | undefined {
  if (action === 'get' || action === 'list' || action === 'connect') return undefined;
  const isDelete = action === 'delete' || action === 'deletecollection';
  const name = action === 'patch' ? patchName : bodyName(kind, resource);
  const shown = isDelete ? typeName(typeSchema('DeleteOptions')) : name;
  if (shown === undefined) return undefined;
  return {
    name: 'body',
    in: 'body',
    schema: reference(shown, v2),
    ...(isDelete ? {} : { required: true }),
  };
}
