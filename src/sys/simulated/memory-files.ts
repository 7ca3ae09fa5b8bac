/** Files that exist in this process only: for the simulator and for tests without a disk. */
import type { FileEntry, FileInfo, Files, FileType } from '../files.ts';

interface Held {
  readonly type: FileType;
  data: Uint8Array;
  mode: number;
  uid: number;
  gid: number;
  readonly inode: number;
}

const linksMax = 40;

export class MemoryFiles {
  readonly #held = new Map<string, Held>();
  #inodes = 0;

  /** `initial`: path → text. */
  constructor(initial: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(initial)) this.#put(path, encode(text), 0o644);
  }

  get files(): Files {
    return {
      read: (path) => answer(() => this.#find(path)?.data),
      readText: (path) => answer(() => decode(this.#find(path)?.data)),
      open: (path) => answer(() => this.#open(path)),
      write: (path, data, mode) => answer(() => this.#put(path, encode(data), mode)),
      replace: (path, data, mode) => answer(() => this.#put(path, encode(data), mode)),
      makeDirectory: (path, mode) => answer(() => this.#makeDirectory(path, mode)),
      list: (path) => answer(() => this.#list(path)),
      info: (path, { followLinks = true } = {}) =>
        answer(() => infoOf(followLinks ? this.#find(path) : this.#held.get(path))),
      remove: (path) => answer(() => this.#remove(path)),
      removeEmptyDirectory: (path) => answer(() => this.#removeEmpty(path)),
      rename: (from, to) => answer(() => this.#rename(from, to)),
      link: (target, path) => answer(() => this.#add(path, 'symlink', encode(target), 0o777)),
      readLink: (path) => answer(() => this.#target(path)),
      realPath: (path) => answer(() => (this.#find(path) ? this.#real(path) : undefined)),
      setMode: (path, mode) => answer(() => change(this.#find(path), { mode })),
      setOwner: (path, uid, gid) => answer(() => change(this.#held.get(path), { uid, gid })),
      space: () =>
        answer(() => ({
          totalBytes: 2 ** 40,
          availableBytes: 2 ** 39,
          totalFiles: 2 ** 30,
          availableFiles: 2 ** 29,
        })),
      watch: () => ({ close: () => undefined }),
    };
  }

  #add(path: string, type: FileType, data: Uint8Array, mode: number): void {
    this.#held.set(path, { type, data, mode, uid: 0, gid: 0, inode: ++this.#inodes });
  }

  #put(path: string, data: Uint8Array, mode: number | undefined): void {
    const real = this.#real(path);
    const known = this.#held.get(real);
    if (known?.type === 'file') {
      known.data = data;
      known.mode = mode ?? known.mode;
      return;
    }
    this.#makeDirectory(parentOf(real));
    this.#add(real, 'file', data, mode ?? 0o644);
  }

  #makeDirectory(path: string, mode?: number): void {
    const parts = path.split('/').filter((part) => part !== '');
    for (const [index] of parts.entries()) {
      const one = `/${parts.slice(0, index + 1).join('/')}`;
      if (!this.#find(one)) this.#add(one, 'directory', new Uint8Array(), 0o755);
    }
    if (mode !== undefined) change(this.#find(path), { mode });
  }

  #list(path: string): FileEntry[] {
    const start = `${this.#real(path)}/`;
    return [...this.#held]
      .filter(([key]) => key.startsWith(start) && !key.slice(start.length).includes('/'))
      .map(([key, { type }]) => ({ name: key.slice(start.length), type }));
  }

  #remove(path: string): void {
    this.#held.delete(path);
    for (const key of this.#held.keys()) if (key.startsWith(`${path}/`)) this.#held.delete(key);
  }

  #removeEmpty(path: string): boolean {
    if (this.#list(path).length > 0) return false;
    this.#held.delete(path);
    return true;
  }

  #rename(from: string, to: string): void {
    this.#remove(to);
    for (const [key, held] of [...this.#held]) {
      if (key !== from && !key.startsWith(`${from}/`)) continue;
      this.#held.delete(key);
      this.#held.set(to + key.slice(from.length), held);
    }
  }

  #open(path: string) {
    const held = this.#find(path);
    if (!held) return undefined;
    return {
      read: (offset: number, length: number) =>
        Promise.resolve(held.data.subarray(offset, offset + length)),
      info: () => Promise.resolve(infoOf(held) as FileInfo),
      close: () => Promise.resolve(),
    };
  }

  #target(path: string): string | undefined {
    const held = this.#held.get(path);
    return held?.type === 'symlink' ? decode(held.data) : undefined;
  }

  #find(path: string): Held | undefined {
    return this.#held.get(this.#real(path));
  }

  /** Links resolved, part by part. */
  #real(path: string): string {
    let rest = path.split('/').filter((part) => part !== '');
    let at = '';
    for (let links = 0; rest.length > 0; ) {
      const [part = '', ...more] = rest;
      rest = more;
      if (part === '..') {
        at = parentOf(at);
        continue;
      }
      const target = this.#target(`${at}/${part}`);
      if (target === undefined || ++links > linksMax) {
        at = `${at}/${part}`;
        continue;
      }
      if (target.startsWith('/')) at = '';
      rest = [...target.split('/').filter((word) => word !== '' && word !== '.'), ...rest];
    }
    return at;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Settles in a microtask, as promptly as a file system never is. */
async function answer<T>(work: () => T): Promise<T> {
  return work();
}

const encode = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? new TextEncoder().encode(data) : data;

const decode = (data: Uint8Array | undefined): string | undefined =>
  data && new TextDecoder().decode(data);

function infoOf(held: Held | undefined): FileInfo | undefined {
  return (
    held && {
      type: held.type,
      sizeBytes: held.data.length,
      diskBytes: held.data.length,
      mode: held.mode,
      uid: held.uid,
      gid: held.gid,
      modifiedMs: 0,
      inode: held.inode,
      device: 0,
    }
  );
}

function change(
  held: Held | undefined,
  changes: Partial<Pick<Held, 'mode' | 'uid' | 'gid'>>,
): void {
  if (held) Object.assign(held, changes);
}
