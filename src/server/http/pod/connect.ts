/** exec, attach and port-forward: the client's upgrade request is replayed to the node that runs the pod. */
import type { Pod } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpResponse } from '#wire/http/message.ts';
import type { Target } from '../../core/core.ts';
import { badRequest, methodNotSupported } from '../../core/errors.ts';
import type { StreamRequest } from '../../node-connector.ts';
import type { Exchange, ResourceDeps } from '../exchange.ts';
import { isTrue } from '../route.ts';
import { chooseContainer } from './container.ts';

export function isConnect({ kind, subresource }: Target): boolean {
  return kind.subresources?.some(({ name, connect }) => connect && name === subresource) ?? false;
}

export async function connectPod(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request, verb } = exchange;
  if (verb !== 'get' && verb !== 'create') {
    throw methodNotSupported(
      { ...target.kind, resource: `${target.kind.resource}/${target.subresource}` },
      verb,
    );
  }
  const { object } = await deps.core.get(context, { ...target, subresource: undefined });
  const pod = object as Pod;
  const stream = streamRequest(target.subresource ?? '', pod, request.query);
  if (!request.upgrade) throw badRequest('Upgrade request required');
  if (!deps.connector) throw new StatusError('ServiceUnavailable', 'this server reaches no nodes');
  const place = await deps.connector.stream(stream);
  if (stream.type === 'portforward') return { type: 'tunnel', ...place };
  const { stdin, stdout, stderr, tty } = stream;
  const command = { client: flagsOf(request.query), runtime: { stdin, stdout, stderr, tty } };
  return { type: 'tunnel', ...place, command };
}

function flagsOf(query: URLSearchParams) {
  const tty = isTrue(query.get('tty'));
  return {
    stdin: isTrue(query.get('stdin')),
    stdout: isTrue(query.get('stdout')),
    // A terminal has one output: both streams arrive on it.
    stderr: isTrue(query.get('stderr')) && !tty,
    tty,
  };
}

function streamRequest(subresource: string, pod: Pod, query: URLSearchParams): StreamRequest {
  const { name, namespace = '', uid = '' } = pod.metadata;
  const where = () => {
    const node = pod.spec?.nodeName;
    if (!node) throw badRequest(`pod ${name} does not have a host assigned`);
    return { node, namespace, pod: name, podUid: uid };
  };
  if (subresource === 'portforward') {
    const listed = query.getAll('ports').flatMap((each) => each.split(','));
    const ports = listed.filter((each) => each !== '').map(Number);
    if (ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535)) {
      throw badRequest('ports must be numbers between 1 and 65535');
    }
    return { type: 'portforward', container: where(), ports };
  }
  const flags = flagsOf(query);
  if (!flags.stdin && !flags.stdout && !flags.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const container = chooseContainer(pod, query.get('container') ?? undefined);
  if (subresource === 'attach') {
    const streams = attachFlags(flags, hasTerminal(pod, container));
    return { type: 'attach', container: { ...where(), container }, ...streams };
  }
  const command = query.getAll('command');
  if (command.length === 0)
    throw badRequest('you must specify at least one command for the container');
  return { type: 'exec', container: { ...where(), container }, command, ...flags };
}

function hasTerminal({ spec }: Pod, name: string): boolean {
  const all = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  return all.find((each) => each.name === name)?.tty === true;
}

/**
 * A container's terminal was decided when it started. The runtime would wait for the end of a stderr
 * that such a container does not have, so that the client hung after the container's end.
 */
function attachFlags<Flags extends { readonly stderr: boolean; readonly tty: boolean }>(
  flags: Flags,
  terminal: boolean,
): Flags {
  return terminal && flags.stderr ? { ...flags, tty: true, stderr: false } : flags;
}
