/** A tar archive of small files in memory (POSIX ustar, IEEE 1003.1), the same bytes every time. */
export interface TarFile {
  /** At most 100 bytes. */
  readonly name: string;
  readonly data: Uint8Array;
  readonly mode?: number;
  /** Makes it a symbolic link to that path; `data` is empty then. */
  readonly link?: string;
}

const blockBytes = 512;

export function tar(files: readonly TarFile[]): Uint8Array {
  const blocks = files.flatMap((file) => [header(file), padded(file.data)]);
  return concat([...blocks, new Uint8Array(2 * blockBytes)]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function padded(data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(data.length / blockBytes) * blockBytes);
  whole.set(data);
  return whole;
}

function header({ name, data, mode = 0o644, link }: TarFile): Uint8Array {
  const block = new Uint8Array(blockBytes);
  const put = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  put(0, name);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(data.length, 11));
  put(136, octal(0, 11));
  put(148, '        ');
  put(156, link === undefined ? '0' : '2');
  put(157, link ?? '');
  put(257, 'ustar');
  put(263, '00');
  put(
    148,
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
  );
  return block;
}
