/**
 * Amounts of resources (apimachinery `resource.Quantity`): `100m`, `1.5Gi`, `12e6`. Exact, in
 * billionths as a bigint; what is finer is rounded away from zero, what is larger than 2^63-1 is cut
 * to that, both as Kubernetes does.
 */
import { assert } from '#base/assert.ts';
import { rememberedWord } from '#base/remembered.ts';

/** How an amount is written; arithmetic keeps the form of the left side. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Amount {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

export type QuantityProblem = 'format' | 'suffix';

export const nanosPerUnit = 1_000_000_000n;
const nanosPerMilli = 1_000_000n;
const largest = ((1n << 63n) - 1n) * nanosPerUnit;

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Beyond these the result is the largest or smallest amount anyway. */
const exponentMax = 60;

const messages: Readonly<Record<QuantityProblem, string>> = {
  format:
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  suffix: "unable to parse quantity's suffix",
};

const shape = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

interface Scale {
  readonly factor: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const scales: ReadonlyMap<string, Scale> = new Map([
  ...decimalSuffixes.map((suffix, index): [string, Scale] => [
    suffix,
    { factor: 1n, exponent: index * 3, format: 'DecimalSI' },
  ]),
  ...binarySuffixes
    .slice(1)
    .map((suffix, index): [string, Scale] => [
      suffix,
      { factor: 1024n ** BigInt(index + 1), exponent: 9, format: 'BinarySI' },
    ]),
]);

/** Parses, or names the problem. Pods of a template all ask for the same. */
export const readQuantity = rememberedWord((text): Amount | QuantityProblem => {
  const found = shape.exec(text);
  if (!found) return 'format';
  const [, sign = '', whole = '', fraction = '', suffix = ''] = found;
  if (whole === '' && fraction === '') return 'format';
  const scale = scales.get(suffix) ?? exponentScale(suffix);
  if (!scale) return 'suffix';
  const digits = BigInt(whole + fraction) * scale.factor;
  const size = scaled(digits, scale.exponent - fraction.length);
  const bounded = size > largest ? largest : size;
  // Less than one cannot be shown with a binary suffix.
  const small = scale.format === 'BinarySI' && bounded > 0n && bounded < nanosPerUnit;
  return {
    nanos: sign === '-' ? -bounded : bounded,
    format: small ? 'DecimalSI' : scale.format,
  };
});

function exponentScale(suffix: string): Scale | undefined {
  const exponent = /^[eE]([-+]?\d+)$/.exec(suffix)?.[1];
  if (exponent === undefined) return undefined;
  return { factor: 1n, exponent: Number(exponent) + 9, format: 'DecimalExponent' };
}

/** `value × 10^exponent`, rounded up. */
function scaled(value: bigint, exponent: number): bigint {
  if (value === 0n) return 0n;
  if (exponent >= 0) return value * 10n ** BigInt(Math.min(exponent, exponentMax));
  if (-exponent > value.toString().length) return 1n;
  return dividedUp(value, 10n ** BigInt(-exponent));
}

/** Away from zero. */
function dividedUp(value: bigint, by: bigint): bigint {
  const rest = value % by;
  if (rest === 0n) return value / by;
  return value / by + (value > 0n ? 1n : -1n);
}

/** In billionths; undefined when the text is not a quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const amount = readQuantity(text);
  return typeof amount === 'string' ? undefined : amount.nanos;
}

/** Kubernetes' sentence for a text that is not a quantity; undefined when it is one. */
export function quantityError(text: string): string | undefined {
  const amount = readQuantity(text);
  return typeof amount === 'string' ? messages[amount] : undefined;
}

/**
 * Kubernetes' canonical form: no fraction, the largest suffix that leaves a whole number. Binary
 * suffixes only for whole amounts from 1024 on.
 */
export function formatQuantity(nanos: bigint, format: QuantityFormat = 'DecimalSI'): string {
  if (nanos === 0n) return '0';
  const size = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  const binary =
    format === 'BinarySI' && size % nanosPerUnit === 0n && size >= 1024n * nanosPerUnit;
  if (binary) {
    const [value, steps] = shortened(size / nanosPerUnit, 1024n, binarySuffixes.length - 1);
    return `${sign}${value}${binarySuffixes[steps]}`;
  }
  if (format === 'DecimalExponent') {
    const [value, steps] = shortened(size, 1000n, exponentMax);
    return `${sign}${value}${steps === 3 ? '' : `e${steps * 3 - 9}`}`;
  }
  const [value, steps] = shortened(size, 1000n, decimalSuffixes.length - 1);
  return `${sign}${value}${decimalSuffixes[steps]}`;
}

function shortened(value: bigint, by: bigint, stepsMax: number): [bigint, number] {
  let rest = value;
  let steps = 0;
  while (steps < stepsMax && rest % by === 0n) {
    rest /= by;
    steps++;
  }
  return [rest, steps];
}

/** `0.5` → `500m`, `2048Mi` → `2Gi`; undefined when the text is not a quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const amount = readQuantity(text);
  return typeof amount === 'string' ? undefined : formatQuantity(amount.nanos, amount.format);
}

/** Of a quantity that has been validated. */
export function amountOf(text: string): Amount {
  const amount = readQuantity(text);
  assert(typeof amount !== 'string', `not a quantity: ${text}`);
  return amount;
}

/** Negative, 0 or positive, as a comparison for `sort`. */
export function compareQuantities(left: string, right: string): -1 | 0 | 1 {
  const difference = amountOf(left).nanos - amountOf(right).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function addQuantities(left: string, right: string): string {
  const one = amountOf(left);
  const other = amountOf(right);
  return formatQuantity(one.nanos + other.nanos, formatOf(one, other));
}

export function subtractQuantities(left: string, right: string): string {
  const one = amountOf(left);
  const other = amountOf(right);
  return formatQuantity(one.nanos - other.nanos, formatOf(one, other));
}

/** Zero has no form of its own. */
function formatOf(left: Amount, right: Amount): QuantityFormat {
  return left.nanos === 0n ? right.format : left.format;
}

/** Whole units, rounded away from zero: bytes, pods. Exact up to 2^53. */
export function unitsOf(text: string): number {
  return Number(dividedUp(amountOf(text).nanos, nanosPerUnit));
}

/** Thousandths, rounded away from zero: millicores. Exact up to 2^53. */
export function millisOf(text: string): number {
  return Number(dividedUp(amountOf(text).nanos, nanosPerMilli));
}
