const wordsMax = 40;

/** Words of one line that HAProxy takes are 64: as many lines as it needs. */
export function chunked(words: readonly string[], line: (part: string) => string): string[] {
  const lines: string[] = [];
  for (let from = 0; from < words.length; from += wordsMax)
    lines.push(line(words.slice(from, from + wordsMax).join(' ')));
  return lines;
}
