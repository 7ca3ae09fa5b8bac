/** How the checks name who did what. */

export const quoted = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name)).join(', ');

/** Each once. */
export const sorted = (words: readonly string[]): string[] => [...new Set(words)].toSorted();

/** `container "a"`, `containers "a", "b"`. */
export function withContainers(names: readonly string[]): string {
  return `${names.length === 1 ? 'container' : 'containers'} ${quoted(names)}`;
}

/** `pod and container "a"`; empty: nobody. */
export function bySetting(pod: boolean, containers: readonly string[]): string {
  const words = containers.length > 0 ? [withContainers(containers)] : [];
  return [...(pod ? ['pod'] : []), ...words].join(' and ');
}
