/**
 * The canonical text of a quantity (apimachinery `resource.Quantity`): Kubernetes rewrites every
 * quantity that it reads, `0.5` to `500m` and `2048Mi` to `2Gi`, so what is stored is always this.
 */

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const largest = (1n << 63n) - 1n;

export type QuantityProblem = 'format' | 'suffix';

interface Parsed {
  /** In billionths: finer parts are rounded away from zero. */
  readonly nanos: bigint;
  readonly style: 'decimal' | 'binary' | 'exponent';
}

/** The canonical form, or what is wrong with the text. */
export function canonicalQuantity(text: string): { text: string } | { problem: QuantityProblem } {
  const parsed = parse(text);
  return typeof parsed === 'string' ? { problem: parsed } : { text: format(parsed) };
}

function parse(text: string): Parsed | QuantityProblem {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*[-+]?\d*)$/.exec(text);
  if (found === null) return 'format';
  const [, sign = '', whole = '', fraction = '', suffix = ''] = found;
  if (whole === '' && fraction === '') return 'format';
  const scale = scaleOf(suffix);
  if (scale === undefined) return 'suffix';
  const mantissa = BigInt(whole + fraction) * scale.binary;
  const size = scaled(mantissa, scale.exponent + 9 - fraction.length);
  const bounded = size > largest * 1_000_000_000n ? largest * 1_000_000_000n : size;
  return { nanos: sign === '-' ? -bounded : bounded, style: scale.style };
}

/** `value × 10^exponent`, rounded up. */
function scaled(value: bigint, exponent: number): bigint {
  if (value === 0n) return 0n;
  if (exponent >= 0) return value * 10n ** BigInt(Math.min(exponent, 60));
  if (-exponent > value.toString().length) return 1n;
  const unit = 10n ** BigInt(-exponent);
  return (value + unit - 1n) / unit;
}

function scaleOf(
  suffix: string,
): { binary: bigint; exponent: number; style: Parsed['style'] } | undefined {
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { binary: 1024n ** BigInt(binary), exponent: 0, style: 'binary' };
  const decimal = decimalSuffixes.indexOf(suffix);
  if (decimal >= 0) return { binary: 1n, exponent: decimal * 3 - 9, style: 'decimal' };
  const exponent = /^[eE]([+-]?\d{1,9})$/.exec(suffix)?.[1];
  return exponent === undefined
    ? undefined
    : { binary: 1n, exponent: Number(exponent), style: 'exponent' };
}

function format({ nanos, style }: Parsed): string {
  const size = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  const isWhole = size % 1_000_000_000n === 0n;
  if (style === 'binary' && isWhole && size >= 1024n * 1_000_000_000n) {
    return sign + formatBinary(size / 1_000_000_000n);
  }
  return sign + formatDecimal(size, style === 'exponent');
}

function formatBinary(size: bigint): string {
  let value = size;
  let step = 0;
  while (value % 1024n === 0n && step < binarySuffixes.length - 1) {
    value /= 1024n;
    step += 1;
  }
  return `${value}${binarySuffixes[step] ?? ''}`;
}

function formatDecimal(nanos: bigint, withExponent: boolean): string {
  if (nanos === 0n) return '0';
  let value = nanos;
  let step = 0;
  while (value % 1000n === 0n && (withExponent || step < decimalSuffixes.length - 1)) {
    value /= 1000n;
    step += 1;
  }
  const exponent = step * 3 - 9;
  if (withExponent) return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${decimalSuffixes[step] ?? ''}`;
}
