/** What is served beside resources: version, health, metrics, OpenAPI, discovery, the issuer's keys. */
import { StatusError } from '#base/status-error.ts';
import { type HttpRequest, type HttpResponse, textResponse } from '#wire/http/message.ts';
import { jsonWebKeySet, openIdConfiguration } from '../authn/openid.ts';
import type { SigningKeys } from '../authn/signing-keys.ts';
import { type HealthCheck, isHealthPath, serveHealth } from '../health.ts';
import type { MetricsRegistry } from '../metrics.ts';
import type { Discovery } from './discovery/discovery.ts';
import { bytesResponse } from './exchange.ts';
import type { OpenApiDocuments } from './openapi.ts';
import type { VersionInfo } from './version.ts';

export interface PathDeps {
  readonly discovery: Discovery;
  readonly openApi: OpenApiDocuments;
  readonly health: readonly HealthCheck[];
  readonly metrics: MetricsRegistry;
  readonly version: VersionInfo;
  readonly issuer: string;
  readonly keys: SigningKeys;
}

const utf8 = new TextEncoder();
const listed = [
  '/.well-known/openid-configuration',
  '/api',
  '/apis',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];

export async function servePath(
  deps: PathDeps,
  segments: readonly string[],
  request: HttpRequest,
): Promise<HttpResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const message = 'the server does not allow this method on the requested resource';
    throw new StatusError('MethodNotAllowed', message, {});
  }
  if (isHealthPath(segments)) return serveHealth(deps.health, segments, request);
  switch (segments.join('/')) {
    case '':
      return json({ paths: listed });
    case 'version':
      return json(deps.version);
    case 'metrics':
      return textResponse(200, deps.metrics.text(), {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      });
    case '.well-known/openid-configuration':
      return json(openIdConfiguration(deps.issuer, deps.keys));
    case 'openid/v1/jwks':
      return json(jsonWebKeySet(deps.keys), 'application/jwk-set+json');
    default:
  }
  const document = segments[0] === 'openapi' ? deps.openApi : deps.discovery;
  const response = await document.serve(segments, request);
  if (response) return response;
  throw new StatusError('NotFound', 'the server could not find the requested resource', {});
}

function json(value: object, contentType = 'application/json'): HttpResponse {
  return bytesResponse(200, contentType, [utf8.encode(`${JSON.stringify(value, undefined, 2)}\n`)]);
}
