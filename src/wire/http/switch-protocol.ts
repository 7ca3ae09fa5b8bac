/** Where an upgrade request goes on: over a relay of channels, a tunnel in a WebSocket, or a plain tunnel. */
import type { Timers } from '#base/clock.ts';
import { relayCommand, type Upgraded } from '../command/relay.ts';
import type { HttpResponse } from './message.ts';
import { tunnelsSpdy, tunnelThroughWebSocket } from './spdy-in-websocket.ts';
import { openTunnel } from './tunnel.ts';

/** Settles when both sides are done; the socket may still have to deliver what was written. */
export function switchProtocol(
  upgraded: Upgraded,
  answer: Extract<HttpResponse, { type: 'tunnel' | 'forward' }>,
  timers: Timers,
): Promise<void> {
  const { host, port, path } = answer;
  const target = { host, port, path };
  if (answer.type === 'forward') answer.answered?.(101);
  const command = answer.type === 'tunnel' ? answer.command : undefined;
  if (command) return relayCommand(upgraded, { target, ...command }, timers);
  if (tunnelsSpdy(upgraded.request)) return tunnelThroughWebSocket(upgraded, target);
  const { request, socket, head } = upgraded;
  const secure = answer.type === 'forward' && answer.scheme === 'https';
  return new Promise((resolve) =>
    openTunnel(request, socket, head, { ...target, secure }, resolve),
  );
}
