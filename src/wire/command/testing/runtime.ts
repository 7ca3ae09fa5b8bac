/** A container runtime's streaming server, played: SPDY/3.1 behind an upgrade, one script for each command. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { SpdyConnection, type SpdyStream } from '../../spdy/connection.ts';

export interface Played {
  readonly streams: ReadonlyMap<string, SpdyStream>;
  /** What has come in on a stream, until its end. */
  readonly input: (name: string) => Promise<string>;
  readonly succeed: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Gone without a word. */
  readonly vanish: () => void;
}

/** `script` runs when that many streams are open. */
export async function playRuntime(streamCount: number, script: (played: Played) => Promise<void>) {
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(404).end('no such token'));
  server.on('upgrade', (_request, socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n',
    );
    serve(socket, streamCount, script);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/token' },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serve(socket: Duplex, count: number, script: (played: Played) => Promise<void>): void {
  const streams = new Map<string, SpdyStream>();
  const inputs = new Map<string, { text: string; readonly ended: PromiseWithResolvers<string> }>();
  const connection = new SpdyConnection(socket, {
    role: 'server',
    streamsMax: 10,
    accept: (stream, headers) => {
      const name = headers.get('streamtype') ?? '';
      const input = { text: '', ended: Promise.withResolvers<string>() };
      streams.set(name, stream);
      inputs.set(name, input);
      if (streams.size === count) void script(played);
      return {
        data: (chunk) => void (input.text += chunk.toString()),
        end: () => input.ended.resolve(input.text),
      };
    },
  });
  const played: Played = {
    streams,
    input: (name) => inputs.get(name)?.ended.promise ?? Promise.reject(new Error(`no ${name}`)),
    succeed: () =>
      streams.get('error')?.write(Buffer.from('{"metadata":{},"status":"Success"}')) ??
      Promise.resolve(),
    close: () => connection.close(),
    vanish: () => void socket.destroy(),
  };
  connection.serve().catch(() => undefined);
}
