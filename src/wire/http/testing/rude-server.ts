/** A server on a thread of its own, which answers the first word that it gets and breaks the connection at once. */
import { createServer, type AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\n\r\n';

const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    socket.write(upgraded);
    socket.once('data', () => socket.write('answer', () => socket.resetAndDestroy()));
  });
});
server.listen(0, '127.0.0.1', () =>
  parentPort?.postMessage((server.address() as AddressInfo).port),
);
