/** Reads the whole store of a stopped cluster, as its next start would. */
import { type ClusterConfig, clusterPaths } from '#cli/cluster/cluster-config.ts';
import { StoreOpenError } from '#store/backend.ts';
import { openSqliteStore } from '#store/sqlite/sqlite.ts';
import { systemClock as clock } from '#sys/clock.ts';
import { systemTimers as timers } from '#sys/timers.ts';
import { jsonLogger } from './logger.ts';

/** Undefined: it is sound. */
export async function checkStore(
  config: ClusterConfig,
): Promise<{ readonly newer: boolean; readonly message: string } | undefined> {
  try {
    const { store: directory } = clusterPaths(config);
    const log = jsonLogger(clock, () => undefined);
    const store = await openSqliteStore({ clock, timers, directory, log });
    await store.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error;
    return { newer: error.reason === 'newer-format', message: error.message };
  }
}
