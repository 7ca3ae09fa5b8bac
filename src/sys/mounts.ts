/** Mounts of this process' mount namespace. */
import type { Files } from './files.ts';
import type { Processes } from './process.ts';

export interface MountPoint {
  readonly path: string;
  readonly type: string;
  readonly source: string;
  /** Propagates to peers (`shared:N`). */
  readonly shared: boolean;
  /** Options of the file system itself: controllers of a cgroup v1 hierarchy, a tmpfs' size. */
  readonly superOptions: readonly string[];
}

export interface Mounts {
  /** In mount order: a later one may cover an earlier one. */
  list(): Promise<readonly MountPoint[]>;
  tmpfs(path: string, options: readonly string[]): Promise<void>;
  /** A v1 hierarchy of one controller. */
  cgroup(path: string, controller: string): Promise<void>;
  bind(source: string, path: string): Promise<void>;
  /** With all mounts below it. */
  makeShared(path: string): Promise<void>;
  /** This mount alone. */
  makePrivate(path: string): Promise<void>;
  /** Lazily: the path is free at once, the file system goes when its last user goes. */
  unmount(path: string): Promise<void>;
}

export function systemMounts(files: Files, processes: Processes): Mounts {
  const must = async (program: string, args: readonly string[]): Promise<void> => {
    const { code, stderr } = await processes.run(program, args, { timeoutMs: 30_000 });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim()}`);
  };
  return {
    list: async () => parseMountInfo((await files.readText('/proc/self/mountinfo')) ?? ''),
    tmpfs: (path, options) =>
      must('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path]),
    cgroup: (path, controller) => must('mount', ['-t', 'cgroup', '-o', controller, 'cgroup', path]),
    bind: (source, path) => must('mount', ['--bind', source, path]),
    makeShared: (path) => must('mount', ['--make-rshared', path]),
    makePrivate: (path) => must('mount', ['--make-private', path]),
    unmount: (path) => must('umount', ['-l', path]),
  };
}

/** Source: proc_pid_mountinfo(5). Spaces and the like stand as octal escapes. */
export function parseMountInfo(text: string): MountPoint[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const fields = left.split(' ');
      const [type = '', source = '', superOptions = ''] = right.split(' ');
      return {
        path: unescapePath(fields[4] ?? ''),
        type,
        source: unescapePath(source),
        shared: fields.slice(6).some((field) => field.startsWith('shared:')),
        superOptions: superOptions.split(','),
      };
    });
}

function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
