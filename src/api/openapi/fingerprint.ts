/**
 * Sixteen hexadecimal digits that change when the text does. Two FNV-1a runs with different starts;
 * not for keeping secrets.
 */
export function fingerprint(text: string): string {
  return [0x811c9dc5, 0x9747b28c].map((start) => fnv(text, start)).join('');
}

function fnv(text: string, start: number): string {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).toUpperCase().padStart(8, '0');
}
