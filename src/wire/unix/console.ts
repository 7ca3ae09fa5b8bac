/** A console over a unix socket that answers each line and then shows a prompt, as HAProxy's does. */
import { connect, type Socket } from 'node:net';

export interface Console {
  /** The answer, without the prompt. One command after the other. */
  send(command: string): Promise<string>;
  close(): void;
}

const prompt = '\n> ';

/** `ended` is called once when the other side goes away by itself. Rejects when nobody listens. */
export function openConsole(path: string, ended: () => void): Promise<Console> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(path);
    const waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
    let text = '';
    let closed = false;
    let open = false;
    const send = (command: string): Promise<string> =>
      new Promise((done, failed) => {
        if (closed) {
          failed(new Error(`the console ${path} is closed`));
          return;
        }
        waiting.push({ resolve: done, reject: failed });
        socket.write(`${command}\n`);
      });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf(prompt); end >= 0; end = text.indexOf(prompt)) {
        waiting.shift()?.resolve(text.slice(0, end));
        text = text.slice(end + prompt.length);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const byUs = closed;
      closed = true;
      for (const each of waiting.splice(0)) each.reject(new Error(`the console ${path} has gone`));
      if (open && !byUs) ended();
    });
    socket.on('connect', () => {
      send('prompt').then(() => {
        open = true;
        resolve({
          send,
          close: () => {
            closed = true;
            socket.destroy();
          },
        });
      }, reject);
    });
  });
}
