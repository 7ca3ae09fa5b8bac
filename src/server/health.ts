/** `/livez`, `/readyz` and `/healthz`, as kube-apiserver words them: a line per check when asked. */
import { StatusError } from '#base/status-error.ts';
import { type HttpRequest, type HttpResponse, textResponse } from '#wire/http/message.ts';

export interface HealthCheck {
  readonly name: string;
  /** `ready` checks say whether requests should come here; `live` ones whether the process is of use. */
  readonly tells: 'live' | 'ready' | 'both';
  /** Undefined when all is well, else what is wrong. Must be quick. */
  readonly check: () => string | undefined;
}

const endpoints: Readonly<Record<string, readonly HealthCheck['tells'][]>> = {
  livez: ['live', 'both'],
  readyz: ['live', 'ready', 'both'],
  healthz: ['live', 'ready', 'both'],
};

export function isHealthPath(segments: readonly string[]): boolean {
  return Object.hasOwn(endpoints, segments[0] ?? '') && segments.length <= 2;
}

export function serveHealth(
  checks: readonly HealthCheck[],
  segments: readonly string[],
  request: HttpRequest,
): HttpResponse {
  const [endpoint = '', only] = segments;
  const told = endpoints[endpoint] ?? [];
  const relevant = checks.filter(({ tells }) => told.includes(tells));
  const excluded = new Set(request.query.getAll('exclude'));
  const asked = relevant.filter(({ name }) =>
    only === undefined ? !excluded.has(name) : name === only,
  );
  if (only !== undefined && asked.length === 0) {
    throw new StatusError('NotFound', 'the server could not find the requested resource', {});
  }
  const results = asked.map(({ name, check }) => ({ name, problem: check() }));
  const failed = results.filter(({ problem }) => problem !== undefined);
  if (failed.length === 0 && !request.query.has('verbose')) return textResponse(200, 'ok');
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
  );
  for (const name of excluded) lines.push(`[+]${name} excluded: ok`);
  lines.push(`${endpoint} check ${failed.length === 0 ? 'passed' : 'failed'}`);
  return textResponse(failed.length === 0 ? 200 : 500, `${lines.join('\n')}\n`);
}
