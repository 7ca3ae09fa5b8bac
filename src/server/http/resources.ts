/** The verbs on resources: options and body in, one call to the core, bytes out. */
import { hasWireForm } from '#api/protobuf/envelope.ts';
import { assertNever } from '#base/assert.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpResponse } from '#wire/http/message.ts';
import type { Stored } from '../core/core.ts';
import { methodNotSupported } from '../core/errors.ts';
import { type Form, negotiate } from './accept.ts';
import {
  decodeBody,
  decodeDeleteOptions,
  decodePatch,
  expectedBody,
  type RawBody,
} from './body.ts';
import { bytesResponse, type Exchange, type ResourceDeps, warningHeaders } from './exchange.ts';
import { type EncodeOptions, encodeList, encodeObject, encodeValue } from './forms/encode.ts';
import type { IncludeObject } from './forms/table.ts';
import { connectPod, isConnect } from './pod/connect.ts';
import { podLog } from './pod/log.ts';
import { isProxy, proxyResource } from './proxy/proxy.ts';
import {
  deleteOptionsOf,
  listOptionsOf,
  patchOptionsOf,
  selectorsOf,
  writeOptionsOf,
} from './request-options.ts';
import { isTrue } from './route.ts';
import { watchResource } from './watch.ts';

export async function serveResource(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { target, verb } = exchange;
  if (isProxy(exchange)) return proxyResource(deps, exchange);
  if (isConnect(target)) return connectPod(deps, exchange);
  if (target.kind.group === '' && target.kind.kind === 'Pod' && target.subresource === 'log') {
    if (verb !== 'get') throw methodNotSupported(target.kind, verb);
    return podLog(deps, exchange);
  }
  checkSupported(exchange);
  const { deprecation } = target.kind;
  if (deprecation !== undefined) exchange.context.warn(deprecation);
  switch (verb) {
    case 'get':
      return get(deps, exchange);
    case 'list':
      return list(deps, exchange);
    case 'watch':
      return watchResource(deps, exchange, encodeOptions(deps, exchange, true));
    case 'create':
      return create(deps, exchange);
    case 'update':
      return update(deps, exchange);
    case 'patch':
      return patch(deps, exchange);
    case 'delete':
      return remove(deps, exchange);
    case 'deletecollection':
      return removeCollection(deps, exchange);
    default:
      return assertNever(verb, 'verb');
  }
}

function checkSupported({ target, verb, request }: Exchange): void {
  const { kind, subresource } = target;
  const verbs = subresource
    ? kind.subresources?.find(({ name }) => name === subresource)?.verbs
    : kind.verbs;
  // Discovery lists no verb for updates by PUT to a created-only kind; the method decides.
  if (verbs?.includes(verb)) return;
  if (!verbs)
    throw new StatusError('NotFound', 'the server could not find the requested resource', {});
  throw new StatusError(
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {
      ...(target.name ? { name: target.name } : {}),
      group: kind.group,
      kind: kind.resource,
      causes: [
        { reason: 'UnexpectedServerResponse', message: `${request.method} is not supported` },
      ],
    },
  );
}

export function encodeOptions(
  deps: ResourceDeps,
  exchange: Exchange,
  watch = false,
): EncodeOptions {
  const { request, target } = exchange;
  const { type } = expectedBody(target.kind, target.subresource);
  const form = negotiate(request.header('accept'), {
    protobuf: hasWireForm(type),
    transforms: true,
    watch,
  });
  return {
    form,
    include: includeOf(request.query.get('includeObject')),
    pretty: !watch && isTrue(request.query.get('pretty')),
    now: deps.clock.now(),
  };
}

function includeOf(value: string | null): IncludeObject {
  if (value === null || value === '' || value === 'Metadata') return 'Metadata';
  if (value === 'None' || value === 'Object') return value;
  throw new StatusError('BadRequest', `unrecognized includeObject value: ${JSON.stringify(value)}`);
}

async function get(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const resourceVersion = request.query.get('resourceVersion');
  const options = resourceVersion === null ? {} : { resourceVersion };
  const encoding = encodeOptions(deps, exchange);
  return objectResponse(exchange, await deps.core.get(context, target, options), encoding);
}

async function list(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const options = encodeOptions(deps, exchange);
  const found = await deps.core.list(context, target, listOptionsOf(request.query));
  const body = encodeList(target.kind, found, options);
  return bytesResponse(200, contentType(options), body, warningHeaders(exchange.warnings));
}

async function create(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const options = writeOptionsOf(request.query, 'CreateOptions', userAgent(exchange));
  const encoding = encodeOptions(deps, exchange);
  const object = await readObject(exchange, options.fieldValidation);
  // A review is about a namespace by its path; its handler sees only the object.
  if (target.kind.virtual && target.kind.namespaced && target.namespace) {
    object.metadata = { ...object.metadata, namespace: target.namespace };
  }
  return objectResponse(
    exchange,
    await deps.core.create(context, target, object, options),
    encoding,
    201,
  );
}

async function update(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const options = writeOptionsOf(request.query, 'UpdateOptions', userAgent(exchange));
  const encoding = encodeOptions(deps, exchange);
  const object = await readObject(exchange, options.fieldValidation);
  const stored = await deps.core.update(context, target, object, options);
  return objectResponse(exchange, stored, encoding, stored.created ? 201 : 200);
}

async function patch(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const encoding = encodeOptions(deps, exchange);
  const body = decodePatch(await readBody(exchange));
  const options = patchOptionsOf(request.query, body.type === 'apply', userAgent(exchange));
  const stored = await deps.core.patch(context, target, body, options);
  return objectResponse(exchange, stored, encoding, stored.created ? 201 : 200);
}

async function remove(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const encoding = encodeOptions(deps, exchange);
  const options = deleteOptionsOf(request.query, decodeDeleteOptions(await readBody(exchange)));
  const answer = await deps.core.delete(context, target, options);
  if (!('status' in answer)) return objectResponse(exchange, answer, encoding);
  return statusAnswer(answer.status, exchange, encoding, 200);
}

async function removeCollection(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const encoding = encodeOptions(deps, exchange);
  const options = deleteOptionsOf(request.query, decodeDeleteOptions(await readBody(exchange)));
  const removed = await deps.core.deleteCollection(
    context,
    target,
    selectorsOf(request.query),
    options,
  );
  const body = encodeList(target.kind, removed, encoding);
  return bytesResponse(200, contentType(encoding), body, warningHeaders(exchange.warnings));
}

/** A Status has no rows and no metadata form: it goes out as it is. */
function statusAnswer(
  answer: object,
  exchange: Exchange,
  { form, pretty }: EncodeOptions,
  status: number,
): HttpResponse {
  const plain: Form = { ...form, as: 'object' };
  const body = encodeValue(answer, { form: plain, pretty });
  return bytesResponse(status, plain.contentType, [body], warningHeaders(exchange.warnings));
}

function objectResponse(
  exchange: Exchange,
  stored: Stored,
  options: EncodeOptions,
  status = 200,
): HttpResponse {
  const { object } = stored;
  if (object.kind === 'Status') return statusAnswer(object, exchange, options, status);
  const body = encodeObject(exchange.target.kind, stored, options);
  return bytesResponse(status, contentType(options), body, warningHeaders(exchange.warnings));
}

function contentType({ form }: EncodeOptions): string {
  return form.contentType;
}

async function readObject(
  exchange: Exchange,
  fieldValidation: 'Ignore' | 'Warn' | 'Strict' = 'Warn',
) {
  const { kind, subresource } = exchange.target;
  const body = await readBody(exchange);
  const { object, warnings } = decodeBody(body, expectedBody(kind, subresource), fieldValidation);
  for (const sentence of warnings) exchange.context.warn(sentence);
  return object;
}

async function readBody({ request }: Exchange): Promise<RawBody> {
  const mediaType =
    (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { bytes: await request.body(), mediaType };
}

function userAgent({ request }: Exchange): string {
  return request.header('user-agent') ?? '';
}
