/**
 * Transcripts: a file of commands (`$ kubectl get pods`) with what each printed. Running one gives
 * the same file anew; what differs from run to run (ages, identifiers, times, tokens) is replaced by
 * a word. `REWRITE=1` writes what happened into the file, to be read in review.
 */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

export interface TranscriptOptions {
  readonly file: string;
  /** Stands for the word `kubectl` in commands. */
  readonly kubectl: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

export interface Played {
  readonly expected: string;
  readonly actual: string;
}

const commandMs = 30_000;

export async function playTranscript(options: TranscriptOptions): Promise<Played> {
  const expected = await readFile(options.file, 'utf8');
  const lines: string[] = [];
  for (const line of expected.split('\n')) {
    if (line.startsWith('# ')) lines.push(line);
    else if (line === '' && lines.at(-1) !== '') lines.push('');
    else if (line.startsWith('$ ')) lines.push(line, ...(await run(line.slice(2), options)));
  }
  const actual = `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
  if (process.env['REWRITE'] === '1') await writeFile(options.file, actual);
  return { expected, actual };
}

async function run(command: string, options: TranscriptOptions): Promise<string[]> {
  const { output, code } = await shell(command, options);
  const shown = stable(output.trimEnd())
    .split('\n')
    .filter((line) => line !== '');
  return code === 0 ? shown : [...shown, `(exit ${code})`];
}

function shell(
  command: string,
  options: TranscriptOptions,
): Promise<{ output: string; code: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ output: string; code: number }>();
  const script = `kubectl() { ${options.kubectl} "$@"; }\n${command}`;
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: options.folder,
    env: { PATH: process.env['PATH'] ?? '', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: commandMs,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  child.on('error', reject);
  child.on('close', (code) => resolve({ output, code: code ?? -1 }));
  return promise;
}

function stable(output: string): string {
  return output
    .replace(/https:\/\/127\.0\.0\.1:\d+/g, 'https://SERVER')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( \+0000|Z)?/g, 'TIME')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'TOKEN')
    .replace(/X509SN=\w+/g, 'X509SN=SERIAL')
    .replace(/\b\d+s$/gm, 'AGE')
    .replace(/\b\d+s\b(?= {2,})/g, 'AGE')
    .replace(/(resourceVersion: )"\d+"/g, '$1"N"')
    .replace(/(LIVE|MERGED)-\d+/g, '$1-N')
    .replace(/ {2,}(?=\S)/g, '  ')
    .replace(/ +$/gm, '');
}
