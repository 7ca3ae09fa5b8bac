/** Finds the beginning of the last lines of a file, and reads them, without reading all of it. */
import type { Files, OpenFile } from '#sys/files.ts';
import { parseLogLine } from './cri-line.ts';

const blockBytes = 64 * 1024;
const newline = 0x0a;

/** Offset at which the last `lines` whole lines begin; 0 when there are fewer. */
export async function offsetOfLast(
  file: OpenFile,
  sizeBytes: number,
  lines: number,
): Promise<number> {
  if (lines === 0) return sizeBytes;
  let missing = lines + 1;
  for (let end = sizeBytes; end > 0; end -= blockBytes) {
    const from = Math.max(0, end - blockBytes);
    const block = await file.read(from, end - from);
    for (
      let at = block.lastIndexOf(newline);
      at >= 0;
      at = at === 0 ? -1 : block.lastIndexOf(newline, at - 1)
    ) {
      missing -= 1;
      if (missing === 0) return from + at + 1;
    }
  }
  return 0;
}

/** The texts of the last lines, each with its newline. */
export async function tailOf(path: string, lines: number, files: Files): Promise<string[]> {
  const file = await files.open(path).catch(() => undefined);
  if (!file) return [];
  try {
    const { sizeBytes } = await file.info();
    const from = await offsetOfLast(file, sizeBytes, lines);
    const bytes = await file.read(from, sizeBytes - from);
    const texts: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(newline, at);
      const line = parseLogLine(bytes.subarray(at, end < 0 ? bytes.length : end));
      if (line) texts.push(new TextDecoder().decode(line.text) + (line.partial ? '' : '\n'));
      at = end < 0 ? bytes.length : end + 1;
    }
    return texts;
  } finally {
    await file.close();
  }
}
