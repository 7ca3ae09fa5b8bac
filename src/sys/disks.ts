/**
 * Files that stand for disks of a fixed size: an ext4 file system that is mounted, or a block device.
 * They are sparse: the machine's disk gives room as it is used, and not more than the size. What is
 * done already is found done, and one thing is done at a time, so that no file is mounted twice.
 */
import type { Files } from './files.ts';
import type { Mounts } from './mounts.ts';
import type { Processes } from './process.ts';

/** `inUse`: the disk has its new size, its file system not yet; ask again when its user has gone. */
export type Growth = 'grown' | 'inUse';

export interface Disks {
  /** Makes the file; with `mount` also a file system in it, which everybody may write to. */
  create(image: string, bytes: number, mount?: string): Promise<void>;
  /** The file system of an existing file, there. */
  mount(image: string, path: string): Promise<void>;
  /** The device that the file is. */
  device(image: string): Promise<string>;
  /**
   * To so many bytes, never less; with `mount` its file system, too. That happens while it is in use
   * where the kernel lets us (who lacks CAP_SYS_RESOURCE may not); else only when nobody uses it.
   */
  grow(image: string, bytes: number, mount?: string): Promise<Growth>;
  /** Unmounts what lies below the directory; what runs must not use it any more. */
  releaseBelow(directory: string): Promise<void>;
  /** The same, and the directory itself goes. */
  remove(directory: string): Promise<void>;
}

const limitMs = 120_000;

export function systemDisks(files: Files, processes: Processes, mounts: Mounts): Disks {
  const must = async (program: string, args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await processes.run(program, args, { timeoutMs: limitMs });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim()}`);
    return stdout;
  };
  /** `/dev/loop3` of the files below it, with the file of each. */
  const devices = async (): Promise<readonly (readonly [device: string, image: string])[]> => {
    const text = await must('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE']);
    return text
      .split('\n')
      .map((line) => /^(\S+)\s+(.*?)(?: \(deleted\))?\s*$/.exec(line))
      .filter((found) => found !== null)
      .map(([, device = '', image = '']) => [device, image] as const);
  };
  const deviceOf = async (image: string): Promise<string | undefined> =>
    (await devices()).find(([, file]) => file === image)?.[0];
  const attach = async (image: string): Promise<string> =>
    (await deviceOf(image)) ?? (await must('losetup', ['--find', '--show', image])).trim();
  const isMounted = async (path: string): Promise<boolean> =>
    (await mounts.list()).some((mount) => mount.path === path);
  const mount = async (image: string, path: string): Promise<void> => {
    if (await isMounted(path)) return;
    if ((await files.info(image)) === undefined) throw new Error(`${image} does not exist`);
    await files.makeDirectory(path);
    // A second device for a file in use would destroy what is in it.
    const device = await deviceOf(image);
    await must(
      'mount',
      device ? ['-o', 'discard', device, path] : ['-o', 'loop,discard', image, path],
    );
  };
  const create = async (image: string, bytes: number, path?: string): Promise<void> => {
    await must('truncate', ['--size', String(bytes), image]);
    if (path === undefined || (await isMounted(path))) return;
    await must('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
    await mount(image, path);
    // Programs that want an empty directory for their data take it for somebody's.
    await files.removeEmptyDirectory(`${path}/lost+found`);
    await files.setMode(path, 0o777);
  };
  const grow = async (image: string, bytes: number, path?: string): Promise<Growth> => {
    if (path !== undefined) await mount(image, path);
    await must('truncate', ['--size', `>${bytes}`, image]);
    const device = await attach(image);
    await must('losetup', ['--set-capacity', device]);
    if (path === undefined) return 'grown';
    const { code } = await processes.run('resize2fs', [device], { timeoutMs: limitMs });
    return code === 0 ? 'grown' : growUnused(image, device, path);
  };
  const growUnused = async (image: string, device: string, path: string): Promise<Growth> => {
    await must('umount', [path]);
    if ((await deviceOf(image)) !== undefined) {
      await must('mount', ['-o', 'discard', device, path]);
      return 'inUse';
    }
    // 1: something was mended.
    const { code, stdout } = await processes.run('e2fsck', ['-f', '-p', image], {
      timeoutMs: limitMs,
    });
    if (code === undefined || code > 1) throw new Error(`e2fsck ${image}: ${stdout.trim()}`);
    await must('resize2fs', [image]);
    await mount(image, path);
    return 'grown';
  };
  const releaseBelow = async (directory: string): Promise<void> => {
    const isBelow = (path: string): boolean => path.startsWith(`${directory}/`);
    const mounted = (await mounts.list()).filter(({ path }) => isBelow(path));
    for (const { path } of mounted.toReversed()) await mounts.unmount(path);
    for (const [device, image] of await devices()) {
      if (isBelow(image))
        await processes.run('losetup', ['--detach', device], { timeoutMs: limitMs });
    }
  };
  const inTurn = turnstile();
  return {
    create: (...all) => inTurn(() => create(...all)),
    mount: (...all) => inTurn(() => mount(...all)),
    device: (image) => inTurn(() => attach(image)),
    grow: (...all) => inTurn(() => grow(...all)),
    releaseBelow: (directory) => inTurn(() => releaseBelow(directory)),
    remove: (directory) =>
      inTurn(async () => {
        await releaseBelow(directory);
        await files.remove(directory);
      }),
  };
}

/** One after the other, whatever becomes of each. */
function turnstile(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
