/** Assigns any key, also the one that plain assignment would take for something else. */
export function setKey(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') {
    map[key] = value;
    return;
  }
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}
