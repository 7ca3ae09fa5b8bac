/** Parts of a byte, which a wrong unit (`100m` of memory) makes. Source: pkg/api/pod, GetWarningsForPod. */
import { parseQuantity } from '../../quantity.ts';

const whole = 1_000_000_000n;

export function fractionalBytes(
  amounts: Readonly<Record<string, string>> | undefined,
  path: string,
  resources: readonly string[] = ['memory', 'ephemeral-storage'],
): string[] {
  const found: string[] = [];
  for (const resource of resources) {
    const text = amounts?.[resource];
    if (text === undefined || (parseQuantity(text) ?? 0n) % whole === 0n) continue;
    found.push(
      `${path}[${resource}]: fractional byte value "${text}" is invalid, must be an integer`,
    );
  }
  return found;
}
