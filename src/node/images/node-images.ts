/** Images of a node for people: brought in from archives, listed, removed. */
import type { Files } from '#sys/files.ts';
import type { ImageTool } from '../containerd/image-tool.ts';
import type { Images, RuntimeImage } from '../runtime/runtime.ts';
import { normalImageName } from '#api/image-name.ts';
import { forgetImages, keepImages } from './kept-images.ts';

export class NodeImages {
  readonly #images: Images;
  readonly #tool: ImageTool;
  readonly #files: Files;
  readonly #directory: string;

  constructor(images: Images, tool: ImageTool, files: Files, directory: string) {
    this.#directory = directory;
    this.#images = images;
    this.#tool = tool;
    this.#files = files;
  }

  /**
   * Brings in an OCI or docker archive. Answers the names under which pods can use what it holds, at
   * once and with IfNotPresent; `name` is for an archive that names nothing.
   */
  async import(path: string, name?: string): Promise<readonly string[]> {
    if (!(await this.#files.info(path))) throw new Error(`There is no file ${path}.`);
    const wanted = name === undefined ? undefined : normalImageName(name);
    if (name !== undefined && !wanted) throw new Error(`${name} is not an image name.`);
    const found = await this.#tool.import(path, wanted);
    const names = new Set<string>();
    for (const one of found) {
      const normal = normalImageName(one);
      if (!normal) continue;
      // The name that a Pod's `nginx` becomes, whatever the archive called it.
      if (normal !== one) await this.#tool.tag(one, normal);
      names.add(normal);
    }
    if (wanted && found[0] && !names.has(wanted)) {
      await this.#tool.tag(found[0], wanted);
      names.add(wanted);
    }
    await keepImages([...names], this.#directory, this.#files);
    return [...names];
  }

  list(): Promise<readonly RuntimeImage[]> {
    return this.#images.list();
  }

  /** With all its names. */
  async remove(name: string): Promise<void> {
    const { tags = [] } = (await this.#images.status(name)) ?? {};
    await this.#images.remove(name);
    await forgetImages(tags, this.#directory, this.#files);
  }
}
