/** Files that a simulated machine has: as much of `Files` as a node agent uses, in memory. */
import type { FileEntry, FileInfo, Files, FileType, OpenFile } from '#sys/files.ts';

interface Node {
  readonly type: FileType;
  bytes: Uint8Array;
  readonly target: string;
  mode: number;
  readonly inode: number;
}

const gigabyte = 1024 ** 3;

/**
 * While `disk` is full, whatever would take room is refused. What `live` has is made anew for each who
 * reads it, as the kernel's files are.
 */
export function memoryFiles(
  given: Readonly<Record<string, string>>,
  live: Readonly<Record<string, () => string>>,
  disk: { readonly full: boolean },
): Files {
  const tree = new MemoryTree(disk);
  for (const [path, text] of Object.entries(given)) tree.write(path, text);
  const bytesOf = (path: string): Uint8Array | undefined => tree.follow(path)?.bytes;
  return {
    read: async (path) => bytesOf(path),
    readText: async (path) => {
      const made = live[path]?.();
      if (made !== undefined) return made;
      const bytes = bytesOf(path);
      return bytes && new TextDecoder().decode(bytes);
    },
    open: async (path) => tree.open(path),
    write: async (path, data, mode) => tree.write(path, data, mode),
    replace: async (path, data, mode) => tree.write(path, data, mode),
    makeDirectory: async (path) => tree.makeDirectory(path),
    list: async (path) => tree.list(path),
    info: async (path, { followLinks = true } = {}) => {
      const node = followLinks ? tree.follow(path) : tree.get(path);
      return node && infoOf(node);
    },
    remove: async (path) => void tree.remove(path),
    removeEmptyDirectory: async (path) => tree.list(path).length === 0 && tree.remove(path),
    rename: async (from, to) => tree.rename(from, to),
    link: async (target, path) => tree.link(target, path),
    readLink: async (path) => tree.get(path)?.target || undefined,
    realPath: async (path) => (tree.follow(path) ? path : undefined),
    setMode: async (path, mode) => tree.setMode(path, mode),
    setOwner: async () => undefined,
    space: async () => ({
      totalBytes: 100 * gigabyte,
      availableBytes: 80 * gigabyte,
      totalFiles: 1e6,
      availableFiles: 9e5,
    }),
    watch: () => ({ close: () => undefined }),
  };
}

class MemoryTree {
  readonly #nodes = new Map<string, Node>();
  readonly #disk: { readonly full: boolean };
  #inodes = 1;

  constructor(disk: { readonly full: boolean }) {
    this.#disk = disk;
  }

  get(path: string): Node | undefined {
    return this.#nodes.get(path);
  }

  follow(path: string): Node | undefined {
    const node = this.#nodes.get(path);
    if (node?.type !== 'symlink') return node;
    const { target } = node;
    return this.follow(target.startsWith('/') ? target : `${parentOf(path)}/${target}`);
  }

  write(path: string, data: string | Uint8Array, mode = 0o644): void {
    this.makeDirectory(parentOf(path));
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    this.#set(path, { type: 'file', bytes, mode });
  }

  makeDirectory(path: string): void {
    if (path === '' || this.#nodes.has(path)) return;
    this.makeDirectory(parentOf(path));
    this.#set(path, { type: 'directory', mode: 0o755 });
  }

  link(target: string, path: string): void {
    this.#set(path, { type: 'symlink', target, mode: 0o777 });
  }

  setMode(path: string, mode: number): void {
    const node = this.follow(path);
    if (node) node.mode = mode;
  }

  list(path: string): FileEntry[] {
    return [...this.#nodes]
      .filter(([each]) => parentOf(each) === path)
      .map(([each, { type }]) => ({ name: each.slice(path.length + 1), type }));
  }

  remove(path: string): true {
    for (const each of this.#within(path)) this.#nodes.delete(each);
    return true;
  }

  rename(from: string, to: string): void {
    this.remove(to);
    for (const path of this.#within(from)) {
      const node = this.#nodes.get(path);
      this.#nodes.delete(path);
      if (node) this.#nodes.set(to + path.slice(from.length), node);
    }
  }

  open(path: string): OpenFile | undefined {
    const node = this.follow(path);
    if (node?.type !== 'file') return undefined;
    return {
      read: async (offset, length) => node.bytes.slice(offset, offset + length),
      info: async () => infoOf(node),
      close: async () => undefined,
    };
  }

  #within(path: string): string[] {
    return [...this.#nodes.keys()].filter((each) => each === path || each.startsWith(`${path}/`));
  }

  #set(path: string, node: Pick<Node, 'type' | 'mode'> & Partial<Node>): void {
    if (this.#disk.full) {
      const words = `ENOSPC: no space left on device, '${path}'`;
      throw Object.assign(new Error(words), { code: 'ENOSPC' });
    }
    const inode = this.#inodes++;
    this.#nodes.set(path, { bytes: new Uint8Array(), target: '', ...node, inode });
  }
}

function infoOf({ type, bytes, mode, inode }: Node): FileInfo {
  return {
    type,
    sizeBytes: bytes.length,
    diskBytes: bytes.length,
    mode,
    uid: 0,
    gid: 0,
    modifiedMs: 0,
    inode,
    device: 1,
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
