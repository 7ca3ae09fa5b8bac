/** What CRI cannot do with images: bring them in from an archive, and name them. */
import { wordsOf } from '#base/words.ts';
import type { Processes } from '#sys/process.ts';

export interface ImageTool {
  /**
   * An OCI or docker archive by path. Answers the names that it brought; one that the archive
   * leaves unnamed is filed under `name`, when given.
   */
  import(path: string, name?: string): Promise<readonly string[]>;
  importBytes(archive: Uint8Array): Promise<void>;
  /** Gives an image a second name, taken from another image where need be. */
  tag(from: string, to: string): Promise<void>;
}

/** What ctr says of a file that is something else, or the beginning of an archive. */
const noArchive = /archive\/tar|unrecognized image format|unexpected EOF/;

export function ctrImageTool(processes: Processes, socket: string, program = 'ctr'): ImageTool {
  const run = async (args: readonly string[], input?: Uint8Array): Promise<string> => {
    const words = ['--address', socket, '--namespace', 'k8s.io', 'images', ...args];
    const { code, stdout, stderr } = await processes.run(program, words, input ? { input } : {});
    if (code !== 0) throw new Error(`images ${args[0]}: ${stderr.trim() || stdout.trim()}`);
    return stdout;
  };
  return {
    import: async (path, name) => {
      const base = name ? ['--index-name', name] : [];
      const output = await run(['import', ...base, path]).catch((error: unknown) => {
        const words = wordsOf(error);
        if (!noArchive.test(words)) throw error;
        throw new Error(`${path} is no whole OCI or docker archive (${words}).`, { cause: error });
      });
      return output
        .split('\n')
        .map((line) => /^unpacking (\S+) \(/.exec(line)?.[1])
        .filter((found) => found !== undefined);
    },
    importBytes: async (archive) => {
      await run(['import', '-'], archive);
    },
    tag: async (from, to) => {
      await run(['tag', '--force', from, to]);
    },
  };
}
