/**
 * What the gateway's benchmark runs in pods and on the node, cheap enough that what stands between
 * shows: a server that answers every request with the same few bytes, a source of bytes, and a client
 * of both. One file without imports of ours, since it is mounted into pods.
 */
import { createServer as createControl } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';

export type Task =
  /** Requests over kept connections, so many under way on each. */
  | {
      readonly do: 'requests';
      readonly address: string;
      readonly port: number;
      readonly host: string;
      readonly connections: number;
      readonly depth: number;
      readonly ms: number;
    }
  /** Bytes from the source, over one connection. */
  | { readonly do: 'pull'; readonly address: string; readonly port: number; readonly ms: number };

const blank = Buffer.from('\r\n\r\n');
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** How many heads end in the stream; an end that is cut in two counts when it is whole. */
function headCounter(): (chunk: Buffer) => number {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let count = 0;
    let from = 0;
    for (let at = all.indexOf(blank); at >= 0; at = all.indexOf(blank, from)) {
      count += 1;
      from = at + blank.length;
    }
    rest = Buffer.from(all.subarray(Math.max(from, all.length - blank.length + 1)));
    return count;
  };
}

function serve(socket: Socket): void {
  const heads = headCounter();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const count = heads(chunk);
    if (count > 0) socket.write(answer.repeat(count));
  });
}

function pour(socket: Socket): void {
  const bytes = Buffer.alloc(256 * 1024);
  socket.on('error', () => socket.destroy());
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}

async function requests(task: Extract<Task, { do: 'requests' }>): Promise<number> {
  const { address, port, host, connections, depth, ms } = task;
  const request = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  let answered = 0;
  let ended = false;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const heads = headCounter();
      const socket = connect({ host: address, port }, () => socket.write(request.repeat(depth)));
      socket.setNoDelay(true);
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => {
        const count = heads(chunk);
        answered += count;
        if (ended) {
          socket.destroy();
          resolve();
        } else if (count > 0) socket.write(request.repeat(count));
      });
    });
  const from = performance.now();
  const all = Promise.all(Array.from({ length: connections }, one));
  await new Promise((resolve) => setTimeout(resolve, ms));
  ended = true;
  const perSecond = (answered / (performance.now() - from)) * 1000;
  await all;
  return perSecond;
}

function pull({ address, port, ms }: Extract<Task, { do: 'pull' }>): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const from = performance.now();
    const socket = connect({ host: address, port });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    setTimeout(() => {
      socket.destroy();
      resolve((bytes / (performance.now() - from)) * 1000);
    }, ms);
  });
}

const [http = 8080, source = 8081, control = 8082] = (process.env.BENCH_PORTS ?? '')
  .split(' ')
  .filter((each) => each !== '')
  .map(Number);
createServer(serve).listen(http);
createServer(pour).listen(source);
createControl((message, response) => {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  message.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    const task = JSON.parse(text === '' ? 'null' : text) as Task | null;
    const work = !task ? Promise.resolve(0) : task.do === 'pull' ? pull(task) : requests(task);
    work.then(
      (figure) => response.end(JSON.stringify(figure)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
}).listen(control);
process.on('SIGTERM', () => process.exit(0));
