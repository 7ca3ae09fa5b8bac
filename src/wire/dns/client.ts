/** Asks another DNS server, over UDP and, when the answer does not fit, over TCP. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Timers } from '#base/clock.ts';

const dnsPort = 53;

/** Rejects when nothing (that belongs to the query) comes in time. */
export function askUdp(
  server: string,
  query: Uint8Array,
  timeoutMs: number,
  timers: Timers,
  port = dnsPort,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4');
    const timer = timers.after(timeoutMs, () =>
      fail(new Error(`${server} did not answer within ${timeoutMs} ms`)),
    );
    const end = (): void => {
      timer.cancel();
      socket.close();
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    socket.once('error', fail);
    socket.on('message', (bytes) => {
      // A connected socket hears only its peer; the id guards against late answers and guesses.
      if (bytes.length < 12 || bytes[0] !== query[0] || bytes[1] !== query[1]) return;
      end();
      resolve(bytes);
    });
    socket.connect(port, server, () => socket.send(query));
  });
}

export function askTcp(
  server: string,
  query: Uint8Array,
  timeoutMs: number,
  port = dnsPort,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server, port });
    let answer = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(new Error(`${server} did not answer within ${timeoutMs} ms`)),
    );
    socket.on('connect', () => {
      const head = Buffer.alloc(2);
      head.writeUInt16BE(query.length);
      socket.write(Buffer.concat([head, query]));
    });
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 2 || answer.length < answer.readUInt16BE(0) + 2) return;
      const message = answer.subarray(2, answer.readUInt16BE(0) + 2);
      if (message[0] === query[0] && message[1] === query[1]) resolve(message);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${server} closed the connection`)));
  });
}
