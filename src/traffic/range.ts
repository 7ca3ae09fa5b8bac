/** IPv4 ranges in CIDR form. */

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** False for what is no IPv4 address. `::ffff:a.b.c.d` is taken for the address that it carries. */
export function inRange(address: string, range: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const number = numberOf(address.replace(/^::ffff:/, ''));
  const start = numberOf(base);
  if (number === undefined || start === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number / size) === Math.floor(start / size);
}
