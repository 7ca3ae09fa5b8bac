/**
 * Images that people brought in from archives: no registry may have them, so that nothing but people
 * removes them. The list is a file of names, one a line.
 */
import type { Files } from '#sys/files.ts';

const fileOf = (directory: string): string => `${directory}/kept-images`;

export async function keptImages(directory: string, files: Files): Promise<readonly string[]> {
  const text = (await files.readText(fileOf(directory))) ?? '';
  return text.split('\n').filter((name) => name !== '');
}

export async function keepImages(
  names: readonly string[],
  directory: string,
  files: Files,
): Promise<void> {
  const all = new Set([...(await keptImages(directory, files)), ...names]);
  await files.replace(fileOf(directory), `${[...all].join('\n')}\n`, 0o644);
}

export async function forgetImages(
  names: readonly string[],
  directory: string,
  files: Files,
): Promise<void> {
  const gone = new Set(names);
  const left = (await keptImages(directory, files)).filter((name) => !gone.has(name));
  await files.replace(fileOf(directory), left.map((name) => `${name}\n`).join(''), 0o644);
}
