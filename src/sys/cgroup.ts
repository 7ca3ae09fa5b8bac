/**
 * Control groups of this machine: one path stands for the directories of that name in every
 * hierarchy, v1 controllers and the unified one alike.
 */
import type { Files } from './files.ts';
import type { Mounts } from './mounts.ts';

export interface Hierarchy {
  readonly path: string;
  readonly version: 1 | 2;
  /** Of v1: `memory`, `cpu`, … ; of v2: what cgroup.controllers names. */
  readonly controllers: readonly string[];
}

export interface Cgroups {
  readonly hierarchies: readonly Hierarchy[];
  /** Makes the directory in every hierarchy. */
  create(path: string): Promise<void>;
  /** Below `path`, every directory that some hierarchy has, deepest first, `path` itself last. */
  tree(path: string): Promise<readonly string[]>;
  /** Bottom-up in every hierarchy; answers whether all are gone (a busy one stays). */
  remove(path: string): Promise<boolean>;
  /** Text of a controller's file in `path`, absent where this machine has none. */
  read(controller: string, path: string, file: string): Promise<string | undefined>;
  /** Answers whether this machine has the controller. */
  write(controller: string, path: string, file: string, value: string): Promise<boolean>;
  /** Process ids in `path`, not below it. */
  members(path: string): Promise<readonly number[]>;
}

export async function systemCgroups(files: Files, mounts: Mounts): Promise<Cgroups> {
  const hierarchies = await findHierarchies(files, mounts);
  const holderOf = (controller: string): Hierarchy | undefined =>
    hierarchies.find((hierarchy) => hierarchy.controllers.includes(controller));

  const below = async (directory: string): Promise<string[]> => {
    const found: string[] = [];
    for (const entry of await files.list(directory)) {
      if (entry.type !== 'directory') continue;
      found.push(...(await below(`${directory}/${entry.name}`)), `${directory}/${entry.name}`);
    }
    return found;
  };

  return {
    hierarchies,
    create: async (path) => {
      await Promise.all(
        hierarchies.map(async ({ path: root }) => {
          // Another node's mount may have gone with its node: no files are to be left in its place.
          if (await files.info(`${root}/cgroup.procs`)) await files.makeDirectory(root + path);
        }),
      );
    },
    tree: async (path) => {
      const all = new Set<string>();
      for (const { path: root } of hierarchies) {
        if (!(await files.info(root + path))) continue;
        for (const directory of await below(root + path)) all.add(directory.slice(root.length));
        all.add(path);
      }
      return [...all].sort((a, b) => b.split('/').length - a.split('/').length);
    },
    remove: async (path) => {
      const gone = await Promise.all(
        hierarchies.map(async ({ path: root }) => {
          for (const directory of await below(root + path)) {
            await files.removeEmptyDirectory(directory);
          }
          return files.removeEmptyDirectory(root + path);
        }),
      );
      return gone.every(Boolean);
    },
    read: async (controller, path, file) => {
      const holder = holderOf(controller);
      return holder && files.readText(`${holder.path}${path}/${file}`);
    },
    write: async (controller, path, file, value) => {
      const holder = holderOf(controller);
      if (!holder) return false;
      await files.write(`${holder.path}${path}/${file}`, value);
      return true;
    },
    members: async (path) => {
      const pids = new Set<number>();
      for (const { path: root } of hierarchies) {
        const text = (await files.readText(`${root}${path}/cgroup.procs`)) ?? '';
        for (const word of text.split('\n')) if (word !== '') pids.add(Number(word));
      }
      return [...pids];
    },
  };
}

async function findHierarchies(files: Files, mounts: Mounts): Promise<Hierarchy[]> {
  const found = new Map<string, Hierarchy>();
  for (const { path, type, superOptions } of await mounts.list()) {
    if (type === 'cgroup') {
      const controllers = superOptions.filter((word) => word !== 'rw' && word !== 'ro');
      found.set(path, { path, version: 1, controllers });
    } else if (type === 'cgroup2') {
      const text = (await files.readText(`${path}/cgroup.controllers`)) ?? '';
      const controllers = text.split(/\s+/).filter((word) => word !== '');
      found.set(path, { path, version: 2, controllers });
    }
  }
  return [...found.values()];
}
