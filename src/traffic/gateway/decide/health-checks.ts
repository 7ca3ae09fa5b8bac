/**
 * `healthCheckNodePort` of Services that keep traffic on the node: the gateway's HAProxy answers there,
 * so that it goes on while gantry restarts. Source: core/v1 Service, kube-proxy's `/healthz` per Service.
 */
import { backendsOf } from '../../proxy/decide/frontend.ts';
import type { GatewayBackend, GatewayFacts, GatewayTable, HealthCheck } from './routes.ts';

export function healthChecksOf({ services, slices, nodeName }: GatewayFacts): {
  checks: HealthCheck[];
  backends: Map<string, GatewayBackend>;
} {
  const checks: HealthCheck[] = [];
  const backends = new Map<string, GatewayBackend>();
  for (const { metadata, spec } of services) {
    const { namespace = '', name = '' } = metadata;
    const port = spec?.healthCheckNodePort;
    const [first] = spec?.ports ?? [];
    if (spec?.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') continue;
    if (!port || !first) continue;
    const backend = `health_${namespace}_${name}`;
    const servers = backendsOf(first, slices(namespace, name), { only: nodeName });
    backends.set(backend, { servers, options: {} });
    checks.push({ port, namespace, service: name, backend });
  }
  return { checks, backends };
}

/** A port that another program holds would make HAProxy refuse all of its configuration: it is left out. */
export function withoutHeld<T extends Pick<GatewayTable, 'healthChecks'>>(
  table: T,
  { listening, ours }: Record<'listening' | 'ours', ReadonlySet<number>>,
): { table: T; held: readonly HealthCheck[] } {
  const isHeld = ({ port }: HealthCheck): boolean => listening.has(port) && !ours.has(port);
  const held = table.healthChecks.filter(isHeld);
  const healthChecks = table.healthChecks.filter((each) => !isHeld(each));
  return { table: { ...table, healthChecks }, held };
}

export function healthCheckSection({ port, namespace, service, backend }: HealthCheck): string {
  const answer = (status: number, condition: string): string =>
    `  http-request return status ${status} content-type application/json hdr X-Load-Balancing-Endpoint-Weight %[nbsrv(${backend})] lf-string '{"service":{"namespace":"${namespace}","name":"${service}"},"localEndpoints":%[nbsrv(${backend})],"serviceProxyHealthy":true}' ${condition} { nbsrv(${backend}) gt 0 }\n`;
  return `frontend ${backend}\n  bind :${port}\n${answer(200, 'if')}${answer(503, 'unless')}`;
}
