/** Text out of what `data` of a Secret holds; undefined: it is no base64. */
export function textOfBase64(base64: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    return undefined;
  }
}
