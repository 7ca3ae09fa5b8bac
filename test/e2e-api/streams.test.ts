/** kubectl's logs and exec through the server, to a node that this file plays. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LogSink, NodeConnector, StreamRequest } from '#server/node-connector.ts';
import { HttpClient } from '#wire/http/client.ts';
import { type LiveServer, startServer } from './cluster.ts';

const kubectl = process.env['KUBECTL'] ?? '/usr/bin/kubectl';
const skip = existsSync(kubectl) ? false : `there is no ${kubectl}`;

/** Answers as containerd does: no WebSocket of version 5, SPDY yes. */
async function playRuntime() {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      const head = chunk.toString('latin1').split('\r\n\r\n')[0] ?? '';
      heads.push(head);
      const spdy = /upgrade: spdy/i.test(head);
      const switching =
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n';
      socket.end(spdy ? switching : 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { heads, port: (server.address() as AddressInfo).port, close };
}

function playNode(port: number) {
  const streams: StreamRequest[] = [];
  const logs: LogSink[] = [];
  let closedLogs = 0;
  const connector: NodeConnector = {
    stream: async (request) => {
      streams.push(request);
      return { host: '127.0.0.1', port, path: `/exec/token${streams.length}` };
    },
    logs: async (_container, _options, sink) => {
      logs.push(sink);
      return { close: () => (closedLogs += 1) };
    },
  };
  return { connector, streams, logs, closedLogs: () => closedLogs };
}

async function makePod(server: LiveServer): Promise<void> {
  const { authority, admin, url: baseUrl } = server;
  const client = new HttpClient({ baseUrl, authorities: authority.certificate, ...admin });
  const core = '/api/v1/namespaces/default';
  const send = async (method: string, path: string, body: object, type = 'application/json') => {
    const headers = { 'content-type': type };
    const answer = await client.request({ method, path, headers, body: JSON.stringify(body) });
    assert.ok(answer.status < 300, answer.text());
  };
  const containers = [{ name: 'c', image: 'i' }];
  await send('POST', `${core}/serviceaccounts`, { metadata: { name: 'default' } });
  await send('POST', `${core}/pods`, {
    metadata: { name: 'p' },
    spec: { nodeName: 'n1', containers },
  });
  const status = { phase: 'Running' };
  await send('PATCH', `${core}/pods/p/status`, { status }, 'application/merge-patch+json');
  client.close();
}

function start(server: LiveServer, args: readonly string[]) {
  const env = {
    HOME: server.folder,
    KUBECONFIG: join(server.folder, 'kubeconfig'),
    PATH: process.env['PATH'] ?? '',
  };
  const child = spawn(kubectl, args, { env, timeout: 20_000 });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return { child, output: () => output, ended: once(child, 'close') };
}

test('exec: the WebSocket is refused by the node, SPDY is replayed to it, without credentials', {
  skip,
}, async () => {
  const runtime = await playRuntime();
  const node = playNode(runtime.port);
  const server = await startServer(node.connector);
  try {
    await makePod(server);
    await start(server, ['exec', 'p', '--', 'ls', '-l']).ended;
    const [webSocket = '', spdy = ''] = runtime.heads;
    assert.match(webSocket, /^GET \/exec\/token1 HTTP\/1.1\r\n/);
    assert.match(webSocket, /sec-websocket-protocol: v5.channel.k8s.io/i);
    assert.match(spdy, /^POST \/exec\/token2 HTTP\/1.1\r\n/);
    assert.match(spdy, /x-stream-protocol-version: v5.channel.k8s.io/i);
    assert.doesNotMatch(runtime.heads.join(), /authorization|impersonate/i);
    assert.deepEqual(
      node.streams.map((each) => each.type === 'exec' && each.command),
      [
        ['ls', '-l'],
        ['ls', '-l'],
      ],
    );
  } finally {
    await server.close();
    runtime.close();
  }
});

test('logs -f: lines arrive as they are written, and leaving ends the source', {
  skip,
}, async () => {
  const node = playNode(0);
  const server = await startServer(node.connector);
  try {
    await makePod(server);
    const follow = start(server, ['logs', '-f', 'p']);
    await until(() => node.logs.length === 1);
    await node.logs[0]?.data(Buffer.from('one\n'));
    await until(() => follow.output() === 'one\n');
    await node.logs[0]?.data(Buffer.from('two\n'));
    await until(() => follow.output() === 'one\ntwo\n');
    follow.child.kill();
    await until(() => node.closedLogs() > 0);
  } finally {
    await server.close();
  }
});

async function until(holds: () => boolean): Promise<void> {
  for (let step = 0; step < 500 && !holds(); step += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(holds(), holds.toString());
}
