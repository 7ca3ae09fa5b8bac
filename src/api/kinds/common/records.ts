/**
 * Reads a map whose keys come from outside. `map[key]` would also find what every object inherits: a
 * resource may well be named `constructor`.
 */
export function ownValue<V>(
  map: Readonly<Record<string, V>> | undefined,
  key: string,
): V | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
