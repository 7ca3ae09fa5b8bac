/** Which address and port a pod or a Service stands for. */
import type { KubeObject } from '#api/object.ts';
import type { Endpoints, EndpointSubset, Pod, Service } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import { StatusError } from '#base/status-error.ts';
import { badRequest } from '../../core/errors.ts';
import type { ProxyName } from './name.ts';

export interface Place {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

const schemePorts = { http: 80, https: 443 } as const;

/** Without a port: the first that a container declares. */
export function placeOfPod(object: KubeObject, { scheme, name, port }: ProxyName): Place {
  const { spec, status } = object as Pod;
  const host = status?.podIP ?? '';
  if (host === '') throw badRequest(`address not allowed: pod ${name} has no address yet`);
  const declared = spec?.containers.find(({ ports }) => ports?.length)?.ports?.[0]?.containerPort;
  const number = port === '' ? (declared ?? schemePorts[scheme]) : Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw badRequest(`invalid port ${JSON.stringify(port)} of pod ${name}`);
  }
  return { scheme, host, port: number };
}

/** Any of the ready endpoints of the port. */
export function placeOfService(
  service: KubeObject,
  endpoints: KubeObject | undefined,
  { scheme, name, port }: ProxyName,
  random: Random,
): Place {
  const wanted = portName(service as Service, name, port);
  const subsets = (endpoints as Endpoints | undefined)?.subsets ?? [];
  const none = new StatusError(
    'ServiceUnavailable',
    `no endpoints available for service ${JSON.stringify(`${scheme === 'https' ? 'https:' : ''}${name}${port === '' ? '' : `:${port}`}`)}`,
  );
  const places = subsets.flatMap((subset) => placesOf(subset, wanted, scheme));
  const chosen = places[random.below(Math.max(places.length, 1))];
  if (!chosen) throw none;
  return chosen;
}

function portName({ spec }: Service, name: string, port: string): string {
  const ports = spec?.ports ?? [];
  if (port === '') return ports.length === 1 ? (ports[0]?.name ?? '') : '';
  if (!/^\d+$/.test(port)) return port;
  const found = ports.find((each) => each.port === Number(port));
  if (found) return found.name ?? '';
  const message = `no service port ${port} found for service ${JSON.stringify(name)}`;
  throw new StatusError('ServiceUnavailable', message);
}

function placesOf(
  { addresses = [], ports = [] }: EndpointSubset,
  wanted: string,
  scheme: 'http' | 'https',
): Place[] {
  const port = ports.find((each) => (each.name ?? '') === wanted)?.port;
  if (port === undefined) return [];
  return addresses.map(({ ip }) => ({ scheme, host: ip, port }));
}
