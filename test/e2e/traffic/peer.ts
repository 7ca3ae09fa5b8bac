/**
 * A program at one place of the network (in a pod, or outside the cluster) that does for the tests what
 * an application does there: it answers with its name, and it asks others when it is told to. One file
 * without imports of ours, since it is mounted into pods.
 */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns/promises';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { connect, createServer as createTcpServer } from 'node:net';
import { hostname } from 'node:os';

export type Task =
  /** `times` requests, one after the other, each over a connection of its own. */
  | { readonly do: 'get'; readonly url: string; readonly host?: string; readonly times?: number }
  /** As programs do: the C library with its search list. */
  | { readonly do: 'lookup'; readonly name: string }
  | {
      readonly do: 'resolve';
      readonly name: string;
      readonly type: string;
      readonly server?: string;
    }
  /** Packets from one port, one after the other; waits for each answer. */
  | {
      readonly do: 'udp';
      readonly address: string;
      readonly port: number;
      readonly from?: number;
      readonly times?: number;
    }
  | {
      readonly do: 'connect';
      readonly address: string;
      readonly port: number;
      readonly patienceMs?: number;
    }
  /** Requests without a pause until `unload`. */
  | {
      readonly do: 'load';
      readonly id: string;
      readonly url: string;
      readonly host?: string;
      readonly keepAlive: boolean;
    }
  | { readonly do: 'unload'; readonly id: string };

export interface Load {
  readonly answered: number;
  /** What answered: name → how often. */
  readonly by: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

const patienceMs = 5000;
/** Between two requests of a load: many enough to hit every gap, few enough for a small machine. */
const pauseMs = 4;
const loads = new Map<string, () => Promise<Load>>();

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? String(error);
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function get(url: string, host: string | undefined, agent: Agent | false): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const sent = request(url, { agent, headers, timeout: patienceMs }, (response) => {
      textOf(response).then((text) => {
        if (response.statusCode === 200) resolve(text.trim());
        else reject(new Error(`HTTP ${response.statusCode}`));
      }, reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', reject);
    sent.end();
  });
}

async function getMany(url: string, host: string | undefined, times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let turn = 0; turn < times; turn += 1)
    answers.push(await get(url, host, false).catch(codeOf));
  return answers;
}

function load({ url, host, keepAlive }: Extract<Task, { do: 'load' }>): () => Promise<Load> {
  const agent = keepAlive ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  const by: Record<string, number> = {};
  const failures: string[] = [];
  let ended = false;
  const work = async (): Promise<Load> => {
    while (!ended) {
      const sent = Date.now();
      await get(url, host, agent).then(
        (text) => (by[text.split(' ')[0] ?? ''] = (by[text.split(' ')[0] ?? ''] ?? 0) + 1),
        (error: unknown) =>
          failures.push(
            `${codeOf(error)} after ${Date.now() - sent} ms at ${new Date(sent).toISOString()}`,
          ),
      );
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    if (agent) agent.destroy();
    return { answered: Object.values(by).reduce((sum, each) => sum + each, 0), by, failures };
  };
  const done = work();
  return () => {
    ended = true;
    return done;
  };
}

function udp({
  address,
  port,
  from = 0,
  times = 1,
}: Extract<Task, { do: 'udp' }>): Promise<string[]> {
  const socket = createSocket('udp4');
  const answers: string[] = [];
  return new Promise((resolve) => {
    const end = (last?: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(last === undefined ? answers : [...answers, last]);
    };
    const timer = setTimeout(() => end('timeout'), 1000 + times * 10);
    socket.on('error', (error) => end(codeOf(error)));
    socket.on('message', (bytes) => {
      answers.push(bytes.toString());
      if (answers.length === times) end();
      else socket.send('who');
    });
    // A connected socket hears of refusals (ICMP).
    socket.bind(from, () => socket.connect(port, address, () => socket.send('who')));
  });
}

function connectTo({
  address,
  port,
  patienceMs: timeout = patienceMs,
}: Extract<Task, { do: 'connect' }>): Promise<{ result: string; ms: number }> {
  const from = performance.now();
  return new Promise((resolve) => {
    const end = (result: string): void => {
      socket.destroy();
      resolve({ result, ms: Math.round(performance.now() - from) });
    };
    const socket = connect({ host: address, port, timeout }, () => end('open'));
    socket.on('timeout', () => end('timeout'));
    socket.on('error', (error) => end(codeOf(error)));
  });
}

async function resolve({ name, type, server }: Extract<Task, { do: 'resolve' }>): Promise<unknown> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  if (server !== undefined) resolver.setServers([server]);
  return resolver.resolve(name, type).catch(codeOf);
}

async function carryOut(task: Task): Promise<unknown> {
  switch (task.do) {
    case 'get':
      return getMany(task.url, task.host, task.times ?? 1);
    case 'lookup':
      return lookup(task.name, { all: true, family: 4 }).then(
        (found) => found.map((each) => each.address).sort(),
        codeOf,
      );
    case 'resolve':
      return resolve(task);
    case 'udp':
      return udp(task);
    case 'connect':
      return connectTo(task);
    case 'load':
      loads.set(task.id, load(task));
      return null;
    case 'unload': {
      const end = loads.get(task.id);
      loads.delete(task.id);
      return end?.();
    }
  }
}

// Not PEER_…: a Service called peer gives every pod variables of that name.
const port = Number(process.env.WHO_PORT ?? 8080);
const name = process.env.WHO_NAME ?? hostname();
let ending = false;
const server = createServer((message, response) => {
  if (ending) response.setHeader('connection', 'close');
  const from = message.socket.remoteAddress?.replace('::ffff:', '');
  if (message.url?.startsWith('/headers')) {
    response.end(JSON.stringify({ url: message.url, ...message.headers }));
    return;
  }
  if (message.method !== 'POST') {
    response.end(`${name} ${process.env.WHO_VERSION ?? '1'} from ${from} for ${message.url}\n`);
    return;
  }
  textOf(message)
    .then((text) => carryOut(JSON.parse(text) as Task))
    .then((result) => response.end(JSON.stringify(result ?? null)))
    .catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
});
// As a WebSocket's server begins; what comes then goes back as it is.
server.on('upgrade', (message, socket) => {
  const key = message.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept.digest('base64')}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.pipe(socket);
});
/** Speaks HTTP/2 without TLS, and ends as gRPC does. */
const streams = createHttp2Server();
streams.on('stream', (stream: ServerHttp2Stream, headers) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(`${name} ${headers[':path']}`);
});
/** Answers with the line that a PROXY header is. */
const proxied = createTcpServer((socket) => {
  socket.once('data', (bytes: Buffer) => {
    const [line = ''] = bytes.toString().split('\r\n');
    socket.end(
      `HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\nConnection: close\r\n\r\n${line}`,
    );
  });
  socket.on('error', () => socket.destroy());
});
if (port === 8080) {
  streams.listen(8090);
  proxied.listen(8091);
}
server.listen(port, () => console.log(`${name} listens on ${port}`));
const echo = createSocket('udp4');
echo.on('message', (_bytes, from) => echo.send(name, from.port, from.address));
echo.bind(port);
/** Longer than a client that keeps its connection pauses between two requests. */
const farewellMs = 2000;
// As an application should: who has a connection gets an answer that says that it is the last one. To
// close it without a word would lose a request that is on its way.
process.on('SIGTERM', () => {
  ending = true;
  const look = setInterval(
    () =>
      server.getConnections((_error, count) => {
        if (count === 0) process.exit(0);
      }),
    20,
  );
  setTimeout(() => {
    clearInterval(look);
    server.close(() => process.exit(0));
  }, farewellMs);
});
