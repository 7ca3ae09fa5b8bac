// Makes docs/limits.md from the names and comments of src/base/limits.ts. Run it after a change there:
//   node tools/generated.ts
import { readFileSync } from 'node:fs';
import { limits } from '#base/limits.ts';

export const limitsDoc = new URL('../docs/limits.md', import.meta.url);
const source = new URL('../src/base/limits.ts', import.meta.url);

/** Name → the comment above it, in one line; what stands below another without one shares its comment. */
export function commentsOf(text: string): Map<string, string> {
  const found = text.matchAll(/(?:\/\*\*((?:(?!\*\/).)*)\*\/\s*)?\n {2}(\w+):/gs);
  const comments = new Map<string, string>();
  let last = '';
  for (const [, comment, name = ''] of found) {
    if (comment !== undefined) last = comment.replace(/\s*\n\s*\* ?/g, ' ').trim();
    comments.set(name, last);
  }
  return comments;
}

function valueOf(name: string, value: number): string {
  if (name.endsWith('Bytes')) {
    return value % (1024 * 1024) === 0 ? `${value / 1024 / 1024} MiB` : `${value / 1024} KiB`;
  }
  if (!/(Ms|Seconds)$/.test(name)) return value.toLocaleString('en');
  const seconds = name.endsWith('Ms') ? value / 1000 : value;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

export function limitsText(): string {
  const comments = commentsOf(readFileSync(source, 'utf8'));
  const rows = Object.entries(limits).map(
    ([name, value]) => `| \`${name}\` | ${valueOf(name, value)} | ${comments.get(name) ?? ''} |`,
  );
  return `# What is bounded

Everything that could grow without end has a bound: buffers, caches, bodies, logs, ages, tries. They stand in one file,
\`src/base/limits.ts\`, from which this table is made (\`node tools/generated.ts\`). The store grows with the objects
in it; what the informers hold in memory is those objects, once.

| name | value | what it bounds |
| --- | --- | --- |
${rows.join('\n')}
`;
}
