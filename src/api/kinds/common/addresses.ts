import { invalid } from '../../field-error.ts';
import { isCIDR, isIP, parseIP } from '../../ip.ts';
import { isDNS1123Subdomain } from '../../names.ts';
import { checkFormat, type Errors } from './checks.ts';

export function checkIp(errors: Errors, path: string, text: string): boolean {
  const messages = isIP(text);
  checkFormat(errors, path, text, messages);
  return messages.length === 0;
}

export function checkCidr(errors: Errors, path: string, text: string): void {
  checkFormat(errors, path, text, isCIDR(text));
}

/** Where a load balancer is reached by name. */
export function checkHostname(errors: Errors, path: string, text: string): void {
  checkFormat(errors, path, text, isDNS1123Subdomain(text));
  if (parseIP(text)) errors.push(invalid(path, text, 'must be a DNS name, not an IP address'));
}

interface Range {
  readonly family: 4 | 6;
  /** All addresses whose bits from `shift` up are these. */
  readonly prefix: bigint;
  readonly shift: bigint;
}

const loopback: readonly Range[] = [
  { family: 4, prefix: 127n, shift: 24n },
  { family: 6, prefix: 1n, shift: 0n },
];
const linkLocal: readonly Range[] = [
  { family: 4, prefix: 0xa9fen, shift: 16n },
  { family: 6, prefix: 0xfe80n >> 6n, shift: 118n },
];
const linkLocalMulticast: readonly Range[] = [
  { family: 4, prefix: 0xe00000n, shift: 8n },
  { family: 6, prefix: 0xff02n, shift: 112n },
];

/** Endpoints and external addresses must not lead back into a node, or to its link-local services. */
export function checkPublicIp(errors: Errors, path: string, text: string): void {
  const ip = parseIP(text);
  if (!ip) return void errors.push(invalid(path, text, 'must be a valid IP address'));
  const isIn = (ranges: readonly Range[]): boolean =>
    ranges.some(
      ({ family, prefix, shift }) => family === ip.family && ip.value >> shift === prefix,
    );
  const refuse = (detail: string): void => void errors.push(invalid(path, text, detail));
  if (ip.value === 0n) refuse(`may not be unspecified (${text})`);
  if (isIn(loopback)) refuse('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (isIn(linkLocal)) refuse('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (isIn(linkLocalMulticast)) {
    refuse('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
}

/** Both families, in a list of addresses that may hold one of each. */
export function isDualStack(families: readonly (4 | 6 | undefined)[]): boolean {
  return families.includes(4) && families.includes(6);
}
