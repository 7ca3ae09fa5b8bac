/** Small words of findings. */

/** Names that a person may have meant: nearest first, none that is nothing like it. */
export function nearest(word: string, candidates: readonly string[]): string[] {
  const allowed = Math.max(2, Math.ceil(word.length / 2));
  return candidates
    .map((candidate) => ({ candidate, steps: distance(word, candidate) }))
    .filter(({ candidate, steps }) => steps <= allowed || candidate.startsWith(word))
    .sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/** ` (there is "app-config")`, or nothing. */
export function closestWords(word: string, candidates: readonly string[]): string {
  const [first, second] = nearest(word, candidates);
  if (first === undefined) return '';
  return ` (there is "${first}"${second === undefined ? '' : ` and "${second}"`})`;
}

const listedMax = 6;

/** `80, 443 and 8080`; `none` when there are none. */
export function listOf(items: readonly (string | number)[]): string {
  const shown = items.slice(0, listedMax).map(String);
  const rest = items.length - shown.length;
  if (rest > 0) shown.push(`${rest} more`);
  const last = shown.pop();
  if (last === undefined) return 'none';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** Without a full stop at its end: sentences put their own. */
export function bare(message: string | undefined): string {
  return (message ?? '').trim().replace(/[.\s]+$/, '');
}

/** Levenshtein's: insertions, deletions and replacements of single characters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
