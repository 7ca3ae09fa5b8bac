/**
 * `npm run bench [NAME...]`: the benchmarks, one after the other, each in a process of its own.
 * Prints one JSON object, NAME → figures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Those that print JSON; the quick ones first. */
const all = ['schedule', 'start', 'pods', 'store', 'gateway', 'rollout', 'heal', 'idle'];

async function run(name: string): Promise<unknown> {
  const file = join(import.meta.dirname, `${name}.ts`);
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the benchmark "${name}" ended with ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  process.exit(2);
}
const results: Record<string, unknown> = {};
for (const name of names.length > 0 ? names : all) {
  console.error(`${name} …`);
  results[name] = await run(name);
}
console.log(JSON.stringify(results, undefined, 2));
