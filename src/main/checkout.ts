/** The folder that gantry runs from: its launcher, its packages, its documents. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder above with a lock file: this file may run as source or from what the launcher built. */
function find(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error(`no checkout of gantry above ${import.meta.dirname}`);
  return find(above);
}

export const checkout = find(import.meta.dirname);
