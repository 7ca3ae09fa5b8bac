/** The server's half of a WebSocket handshake (RFC 6455) for a sub-protocol that was chosen already. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * Rejects when the request is no handshake; it has been answered then. Names of Kubernetes' sub-protocols
 * have a slash, which the library takes for malformed: so the choice is made, and told, here.
 */
export function acceptMessages(
  { request, socket }: { readonly request: IncomingMessage; readonly socket: Duplex },
  protocol: string,
  messageBytesMax: number,
): Promise<WebSocket> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
  });
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', (headers) => {
    if (protocol !== '') headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('the client went away during the handshake')));
    server.handleUpgrade(request, socket, Buffer.alloc(0), (accepted) => {
      accepted.on('error', () => accepted.terminate());
      resolve(accepted);
    });
  });
}
