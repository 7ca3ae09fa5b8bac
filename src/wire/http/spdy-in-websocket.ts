/**
 * Port-forward's SPDY/3.1 connection as binary messages of a WebSocket, for proxies that know no SPDY.
 * Source: KEP-4006, the sub-protocol `SPDY/3.1+portforward.k8s.io`.
 */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createWebSocketStream } from 'ws';
import type { Upgraded } from '../command/relay.ts';
import { type UpstreamTarget, upgradeTo } from '../command/upstream.ts';
import { readFirst, refuse } from './tunnel.ts';
import { acceptMessages } from './websocket.ts';

const protocol = 'SPDY/3.1+portforward.k8s.io';
const messageBytesMax = 16 * 1024 * 1024;

export function tunnelsSpdy({ headers }: IncomingMessage): boolean {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',');
  return offered.some((each) => each.trim() === protocol);
}

/** Settles when the tunnel is over. */
export async function tunnelThroughWebSocket(
  { request, socket, head }: Upgraded,
  target: UpstreamTarget,
): Promise<void> {
  const upstream = await upgradeTo(target, {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'portforward.k8s.io',
  }).catch((error: unknown) => refuse(socket, error as Error));
  if (!upstream) return;
  socket.once('close', () => upstream.destroy());
  try {
    if (head.length > 0) socket.unshift(head);
    const client = createWebSocketStream(
      await acceptMessages({ request, socket }, protocol, messageBytesMax),
    );
    await Promise.all([pipeline(client, readFirst(), upstream), pipeline(upstream, client)]);
  } catch {
    // One side broke off: the other has nobody to talk to.
    upstream.destroy();
    socket.destroy();
  }
}
