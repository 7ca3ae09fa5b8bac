/** Environment variables that name the Services of a namespace. Source: "Discovering services". */
import type { Service } from '#api/types.ts';

const word = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** Those of one's own namespace, and always the API server's. */
export function serviceEnv(
  services: readonly Service[],
  namespace: string,
  links: boolean,
): Map<string, string> {
  const env = new Map<string, string>();
  for (const service of services) {
    const { metadata, spec } = service;
    const isApi = metadata.namespace === 'default' && metadata.name === 'kubernetes';
    if (!isApi && !(links && metadata.namespace === namespace)) continue;
    const ip = spec?.clusterIP;
    if (!ip || ip === 'None') continue;
    addService(env, service, ip);
  }
  return env;
}

function addService(env: Map<string, string>, { metadata, spec }: Service, ip: string): void {
  const prefix = word(metadata.name ?? '');
  const ports = spec?.ports ?? [];
  const host = ip.includes(':') ? `[${ip}]` : ip;
  env.set(`${prefix}_SERVICE_HOST`, ip);
  if (ports[0]) env.set(`${prefix}_SERVICE_PORT`, String(ports[0].port));
  for (const { name, port } of ports) {
    if (name) env.set(`${prefix}_SERVICE_PORT_${word(name)}`, String(port));
  }
  for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
    const url = `${protocol.toLowerCase()}://${host}:${port}`;
    const one = `${prefix}_PORT_${port}_${protocol}`;
    if (index === 0) env.set(`${prefix}_PORT`, url);
    env.set(one, url);
    env.set(`${one}_PROTO`, protocol.toLowerCase());
    env.set(`${one}_PORT`, String(port));
    env.set(`${one}_ADDR`, ip);
  }
}
