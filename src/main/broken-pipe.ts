/** Who reads what a command says (`| head`) may have seen enough: no failure, and nothing to tell. */
import type { Writable } from 'node:stream';

export function onBrokenPipe(streams: readonly Writable[], act: () => void): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      act();
    });
  }
}
