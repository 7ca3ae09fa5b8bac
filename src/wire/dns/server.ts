/** DNS over UDP and TCP (RFC 1035 4.2, RFC 7766) on one address: bytes in, bytes out. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';

export interface DnsRequest {
  readonly bytes: Uint8Array;
  readonly over: 'udp' | 'tcp';
  readonly from: string;
}

export type DnsHandler = (request: DnsRequest) => Promise<Uint8Array | undefined>;

const tcpIdleMs = 10_000;
const tcpConnectionsMax = 256;
const queriesAtOncePerConnection = 32;

export async function listenDns(
  address: string,
  port: number,
  handle: DnsHandler,
): Promise<{ close(): Promise<void> }> {
  const udp = await listenUdp(address, port, handle);
  try {
    const tcp = await listenTcp(address, port, handle);
    return {
      close: async () => {
        await Promise.all([
          new Promise<void>((resolve) => udp.close(() => resolve())),
          new Promise<void>((resolve) => tcp.close(() => resolve())),
        ]);
      },
    };
  } catch (error) {
    udp.close();
    throw error;
  }
}

function listenUdp(address: string, port: number, handle: DnsHandler): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    handle({ bytes, over: 'udp', from: from.address })
      .then((answer) => {
        if (answer) socket.send(answer, from.port, from.address, () => undefined);
      })
      .catch(() => undefined);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

function listenTcp(address: string, port: number, handle: DnsHandler): Promise<Server> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serveConnection(socket, handle);
  });
  server.maxConnections = tcpConnectionsMax;
  server.on('close', () => undefined);
  const close = server.close.bind(server);
  server.close = (done) => {
    for (const socket of open) socket.destroy();
    return close(done);
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => resolve(server));
  });
}

function serveConnection(socket: Socket, handle: DnsHandler): void {
  let waiting = Buffer.alloc(0);
  let running = 0;
  socket.setTimeout(tcpIdleMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  const next = (): void => {
    while (running < queriesAtOncePerConnection && waiting.length >= 2) {
      const length = waiting.readUInt16BE(0);
      if (waiting.length < length + 2) return;
      const bytes = waiting.subarray(2, length + 2);
      waiting = waiting.subarray(length + 2);
      running += 1;
      void handle({ bytes, over: 'tcp', from: socket.remoteAddress ?? '' })
        .then((answer) => {
          if (answer) socket.write(framed(answer));
        })
        .catch(() => socket.destroy())
        .finally(() => {
          running -= 1;
          next();
        });
    }
  };
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    if (waiting.length > 4 * 65_537) socket.destroy();
    else next();
  });
}

function framed(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
}
