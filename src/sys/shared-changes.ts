/**
 * What the clusters of one machine have changed on it together (switches of the kernel, propagation
 * of mounts): what was before the first change, and who still needs it. Lies below /run, since a
 * reboot undoes such changes, too.
 */
import type { Files } from './files.ts';

export interface SharedChanges {
  /** Before the changes are made: from now on they are needed. Earlier knowledge of a key wins. */
  hold(before: Readonly<Record<string, string>>): Promise<void>;
  /** They are needed no more. Answers what is to be put back: nothing while others need it. */
  release(): Promise<Readonly<Record<string, string>>>;
}

export function sharedChanges(files: Files, folder: string, holder: string): SharedChanges {
  const holders = `${folder}/holders`;
  const values = `${folder}/before`;
  return {
    hold: async (before) => {
      await files.makeDirectory(holders, 0o700);
      await files.makeDirectory(values, 0o700);
      // Whoever releases at the same time then sees that somebody is left.
      await files.replace(`${holders}/${holder}`, '', 0o600);
      for (const [key, value] of Object.entries(before)) {
        const path = `${values}/${encodeURIComponent(key)}`;
        if ((await files.info(path)) === undefined) await files.replace(path, value, 0o600);
      }
    },
    release: async () => {
      await files.remove(`${holders}/${holder}`);
      if ((await files.list(holders)).length > 0) return {};
      const before: Record<string, string> = {};
      for (const { name } of await files.list(values)) {
        before[decodeURIComponent(name)] = (await files.readText(`${values}/${name}`)) ?? '';
      }
      await files.remove(folder);
      return before;
    },
  };
}
