/** Which taints of a node a pod puts up with (core/v1 Toleration). */
import type { Taint, Toleration } from './types.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  switch (operator) {
    case 'Exists':
      return true;
    case 'Equal':
    case '':
      return key !== '' && value === (taint.value ?? '');
    case 'Gt':
    case 'Lt':
      return comparesWith(operator, taint.value ?? '', value);
    default:
      return false;
  }
}

/** KEP-5471: the taint's whole number against the toleration's. */
function comparesWith(operator: 'Gt' | 'Lt', taintValue: string, value: string): boolean {
  const whole = /^(0|-?[1-9]\d*)$/;
  if (!whole.test(taintValue) || !whole.test(value)) return false;
  const [a, b] = [BigInt(taintValue), BigInt(value)];
  return operator === 'Gt' ? a > b : a < b;
}

/** The first of the taints with one of these effects that no toleration covers. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find(
    (taint) =>
      effects.includes(taint.effect) && !tolerations?.some((each) => tolerates(each, taint)),
  );
}
