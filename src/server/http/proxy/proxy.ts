/**
 * `pods/NAME/proxy`, `services/NAME/proxy`, `nodes/NAME/proxy`: the request goes on to what the object
 * stands for, and its answer back. Source: kube-apiserver's `ResourceLocation` of these resources.
 */
import type { Node } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpResponse } from '#wire/http/message.ts';
import { badRequest } from '../../core/errors.ts';
import { bytesResponse, type Exchange, type ResourceDeps } from '../exchange.ts';
import { parseProxyName } from './name.ts';
import { type Place, placeOfPod, placeOfService } from './place.ts';

export function isProxy({ target }: Exchange): boolean {
  return target.subresource === 'proxy' && target.kind.group === '';
}

export async function proxyResource(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { target, request } = exchange;
  const { prefix, rest } = splitPath(request.path);
  if (rest === '' && (request.method === 'GET' || request.method === 'HEAD') && !request.upgrade) {
    // Links that are relative to the page have to stay below it.
    return movedTo(`${request.path}/${queryOf(request.query)}`);
  }
  if (target.kind.kind === 'Node') return nodePage(deps, exchange, rest);
  const { host, port, scheme } = await placeOf(deps, exchange);
  if (!isProxyable(host)) throw badRequest('address not allowed');
  const path = `${rest === '' ? '/' : rest}${queryOf(request.query)}`;
  return { type: 'forward', scheme, host, port, path, prefix };
}

async function placeOf(deps: ResourceDeps, { context, target }: Exchange): Promise<Place> {
  const wanted = parseProxyName(target.name ?? '', target.kind.kind);
  const named = { ...target, name: wanted.name, subresource: undefined };
  const { object } = await deps.core.get(context, named);
  if (target.kind.kind === 'Pod') return placeOfPod(object, wanted);
  const kind = deps.kinds().byKind('', 'v1', 'Endpoints');
  if (!kind) throw new StatusError('ServiceUnavailable', 'this server has no endpoints');
  const endpoints = await deps.core.get(context, { ...named, kind }).catch(() => undefined);
  return placeOfService(object, endpoints?.object, wanted, deps.random);
}

/** The node agent has no port of its own: its pages come over the way that logs come. */
async function nodePage(
  { core, connector }: ResourceDeps,
  { context, target, verb }: Exchange,
  rest: string,
): Promise<HttpResponse> {
  const { object } = await core.get(context, { ...target, subresource: undefined });
  const { metadata } = object as Node;
  if (verb !== 'get') throw new StatusError('MethodNotAllowed', 'pages of a node are read only');
  if (!connector) throw new StatusError('ServiceUnavailable', 'this server reaches no nodes');
  const page = await connector.page(metadata.name, rest);
  if (!page) throw new StatusError('NotFound', `the node agent has no page ${rest}`);
  return bytesResponse(200, page.contentType, [page.body]);
}

/** What stands before the target's own path, as the client wrote it, and that path. */
function splitPath(path: string): { prefix: string; rest: string } {
  const match = /^(\/+api\/+v1(?:\/+namespaces\/+[^/]+)?\/+[^/]+\/+[^/]+\/+proxy)(\/.*)?$/.exec(
    path,
  );
  return { prefix: match?.[1] ?? path, rest: match?.[2] ?? '' };
}

function queryOf(query: URLSearchParams): string {
  return query.size === 0 ? '' : `?${query}`;
}

function movedTo(location: string): HttpResponse {
  return { type: 'bytes', status: 301, headers: { location }, body: [] };
}

/** This machine's own ports are not the cluster's. */
function isProxyable(host: string): boolean {
  return !/^(0\.0\.0\.0|127\.|169\.254\.|22[4-9]\.|23\d\.|::1?$|fe[89ab]|ff)/i.test(host);
}
