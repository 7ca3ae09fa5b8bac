/**
 * Files of this machine. What is not there is `undefined` (or an empty list), never an error:
 * other failures reject with Node's own error, whose `code` says which.
 */
import { type Dirent, readFileSync, type Stats, watch as watchPath } from 'node:fs';
import * as fs from 'node:fs/promises';

export type FileType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'socket'
  | 'fifo'
  | 'characterDevice'
  | 'blockDevice';

export interface FileInfo {
  readonly type: FileType;
  readonly sizeBytes: number;
  /** What it takes of the disk: whole blocks, without holes. */
  readonly diskBytes: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
  readonly inode: number;
  readonly device: number;
}

export interface FileEntry {
  readonly name: string;
  readonly type: FileType;
}

export interface FileSpace {
  readonly totalBytes: number;
  /** For unprivileged users. */
  readonly availableBytes: number;
  readonly totalFiles: number;
  readonly availableFiles: number;
}

/** An open file for reading at any place; it stays readable when its name goes to another file. */
export interface OpenFile {
  /** Fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  info(): Promise<FileInfo>;
  close(): Promise<void>;
}

export interface Files {
  read(path: string): Promise<Uint8Array | undefined>;
  readText(path: string): Promise<string | undefined>;
  open(path: string): Promise<OpenFile | undefined>;
  /** Replaces the content; `mode` is set as given, whatever the umask says. */
  write(path: string, data: string | Uint8Array, mode?: number): Promise<void>;
  /** A reader sees the old or the new content whole, also after a crash of this process. */
  replace(path: string, data: string | Uint8Array, mode?: number): Promise<void>;
  /** With its parents; an existing one is kept. `mode` is for the last directory. */
  makeDirectory(path: string, mode?: number): Promise<void>;
  list(path: string): Promise<readonly FileEntry[]>;
  info(path: string, options?: { followLinks?: boolean }): Promise<FileInfo | undefined>;
  /** With everything below it. */
  remove(path: string): Promise<void>;
  /** Only when empty; answers whether it is gone. */
  removeEmptyDirectory(path: string): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  link(target: string, path: string): Promise<void>;
  readLink(path: string): Promise<string | undefined>;
  /** The path without links and dots. */
  realPath(path: string): Promise<string | undefined>;
  setMode(path: string, mode: number): Promise<void>;
  setOwner(path: string, uid: number, gid: number): Promise<void>;
  space(path: string): Promise<FileSpace>;
  /** Calls back after changes of the file, or of names in the directory; may call without one. */
  watch(path: string, changed: () => void): { close(): void };
}

/**
 * What a new directory gets by itself: 0777 without what the umask takes away. Read from the kernel,
 * since asking the process sets it for a moment; unknown where there is no /proc.
 */
const usualMode = readUsualMode();

/** Whether a new file gets this mode by itself. */
const isGiven = (mode: number): boolean => usualMode !== undefined && (mode & ~usualMode) === 0;

function readUsualMode(): number | undefined {
  try {
    const mask = /^Umask:\s*([0-7]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined ? undefined : 0o777 & ~Number.parseInt(mask, 8);
  } catch {
    return undefined;
  }
}

export const systemFiles: Files = {
  read: (path) => orAbsent(fs.readFile(path)),
  readText: (path) => orAbsent(fs.readFile(path, 'utf8')),
  open,
  write,
  replace: async (path, data, mode) => {
    const temporary = `${path}.new`;
    await write(temporary, data, mode);
    await fs.rename(temporary, path);
  },
  makeDirectory: async (path, mode) => {
    await fs.mkdir(path, { recursive: true });
    if (mode !== undefined && mode !== usualMode) await fs.chmod(path, mode);
  },
  list: async (path) =>
    ((await orAbsent(fs.readdir(path, { withFileTypes: true }))) ?? []).map((entry) => ({
      name: entry.name,
      type: typeOf(entry),
    })),
  info: async (path, { followLinks = true } = {}) => {
    const stats = await orAbsent(followLinks ? fs.stat(path) : fs.lstat(path));
    return stats && infoOf(stats);
  },
  remove: (path) => fs.rm(path, { recursive: true, force: true, maxRetries: 3 }),
  removeEmptyDirectory: async (path) => {
    try {
      await fs.rmdir(path);
      return true;
    } catch (error) {
      return isMissing(error);
    }
  },
  rename: (from, to) => fs.rename(from, to),
  link: (target, path) => fs.symlink(target, path),
  readLink: (path) => orAbsent(fs.readlink(path)),
  realPath: (path) => orAbsent(fs.realpath(path)),
  setMode: (path, mode) => fs.chmod(path, mode),
  setOwner: (path, uid, gid) => fs.lchown(path, uid, gid),
  space: async (path) => {
    const stats = await fs.statfs(path);
    return {
      totalBytes: stats.blocks * stats.bsize,
      availableBytes: stats.bavail * stats.bsize,
      totalFiles: stats.files,
      availableFiles: stats.ffree,
    };
  },
  watch: (path, changed) => {
    const watcher = watchPath(path, { persistent: false }, () => changed());
    // A watched file that goes away is a change like any other; the caller looks and sees it.
    watcher.on('error', () => changed());
    return watcher;
  },
};

async function write(path: string, data: string | Uint8Array, mode?: number): Promise<void> {
  if (mode !== undefined && isGiven(mode) && (await writeNew(path, data, mode))) return;
  await fs.writeFile(path, data, mode === undefined ? {} : { mode });
  if (mode !== undefined) await fs.chmod(path, mode);
}

/** Answers false when there is something of that name. */
async function writeNew(path: string, data: string | Uint8Array, mode: number): Promise<boolean> {
  try {
    await fs.writeFile(path, data, { mode, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function open(path: string): Promise<OpenFile | undefined> {
  const handle = await orAbsent(fs.open(path, 'r'));
  if (!handle) return undefined;
  return {
    read: async (offset, length) => {
      const buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    info: async () => infoOf(await handle.stat()),
    close: () => handle.close(),
  };
}

function typeOf(of: Dirent | Stats): FileType {
  if (of.isFile()) return 'file';
  if (of.isDirectory()) return 'directory';
  if (of.isSymbolicLink()) return 'symlink';
  if (of.isSocket()) return 'socket';
  if (of.isFIFO()) return 'fifo';
  return of.isCharacterDevice() ? 'characterDevice' : 'blockDevice';
}

function infoOf(stats: Stats): FileInfo {
  return {
    type: typeOf(stats),
    sizeBytes: stats.size,
    diskBytes: stats.blocks * 512,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    modifiedMs: stats.mtimeMs,
    inode: stats.ino,
    device: stats.dev,
  };
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function orAbsent<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
