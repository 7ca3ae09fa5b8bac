/** A connection that has been switched to another protocol by an HTTP/1.1 upgrade (RFC 9110, 7.8). */
import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';

export interface UpstreamTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

const connectMs = 10_000;
const refusalCharacters = 1000;

/** Rejects when the other side is not there or refuses, with what it says. */
export function upgradeTo(
  { host, port, path }: UpstreamTarget,
  headers: Readonly<Record<string, string>>,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, path, method: 'POST', headers, agent: false });
    request.setTimeout(connectMs, () => request.destroy(new Error('connect timed out')));
    request.once('error', reject);
    request.once('upgrade', (_response, socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part.slice(0, refusalCharacters)));
      response.once('close', () => reject(new Error(`${response.statusCode} ${text}`.trim())));
    });
    request.end();
  });
}
