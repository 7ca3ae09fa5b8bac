/** Versions like `1.4.12`, number by number; what is missing counts as 0, what follows a number is left out. */
export function compareVersions(left: string, right: string): number {
  const [a = [], b = []] = [left, right].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
