/**
 * A process that fills a store until it is killed. Prints `open`, then each acknowledged commit as
 * `<writer> <number> <revision>`; or `failed <reason>` when the store does not open.
 */
import { systemClock } from '#sys/clock.ts';
import { systemTimers } from '#sys/timers.ts';
import { StoreOpenError } from '../../backend.ts';
import { put } from '../../conformance.ts';
import { openSqliteStore } from '../sqlite.ts';

const [directory = '', writers = '0'] = process.argv.slice(2);

try {
  const store = await openSqliteStore({
    directory,
    clock: systemClock,
    timers: systemTimers,
    lockWaitMs: 50,
  });
  process.stdout.write('open\n');
  for (let writer = 0; writer < Number(writers); writer++) void write(writer);
  async function write(writer: number): Promise<void> {
    for (let number = 0; ; number++) {
      const revision = await store.commit([
        put(`${writer}/last`, `${number}`),
        put(`${writer}/${number}`, 'x'),
      ]);
      process.stdout.write(`${writer} ${number} ${revision}\n`);
    }
  }
} catch (error) {
  if (!(error instanceof StoreOpenError)) throw error;
  process.stdout.write(`failed ${error.reason}\n`);
}
