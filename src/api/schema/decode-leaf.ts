/** Reads one value that has a form of its own in JSON, and brings it into Kubernetes' spelling. */
import { limits } from '#base/limits.ts';
import { canonicalQuantity, quantityError } from '../quantity.ts';
import { type DecodeContext, DecodeProblem, goType, isObject, mismatch } from './decode-context.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatMicroTime, formatTime, isCanonicalTime, parseInstant } from './time.ts';
import type { Leaf, TypeSchema } from './types.ts';
import { isDeeperThan } from './depth.ts';

type PlainLeaf = Exclude<Leaf, `schemaOr${string}`>;
type Fail = (expected?: string) => DecodeProblem;

export function decodeLeaf(
  value: unknown,
  leaf: PlainLeaf,
  context: DecodeContext,
  owner: TypeSchema,
): unknown {
  return isAsItIs(value, leaf) ? value : decodeFormed(value, leaf, context, owner);
}

/** By far most leaves. */
function isAsItIs(value: unknown, leaf: PlainLeaf): boolean {
  return leaf === 'string'
    ? typeof value === 'string'
    : leaf === 'bool' && typeof value === 'boolean';
}

function decodeFormed(
  value: unknown,
  leaf: PlainLeaf,
  context: DecodeContext,
  owner: TypeSchema,
): unknown {
  const fail: Fail = (expected = goType({ form: 'leaf', leaf })) =>
    mismatch(value, expected, context, owner);
  switch (leaf) {
    case 'string':
    case 'bool':
      throw fail();
    case 'int32':
    case 'int64':
      return decodeInteger(value, leaf, fail);
    case 'double':
      if (typeof value !== 'number') throw fail();
      return value;
    case 'raw':
    case 'fieldSet':
      if (!isObject(value)) throw fail();
      return decodeFree(value, context);
    case 'json':
    case 'any':
      return decodeFree(value, context);
    default:
      return decodeText(value, leaf, fail);
  }
}

function decodeText(
  value: unknown,
  leaf: Exclude<
    PlainLeaf,
    'string' | 'bool' | 'int32' | 'int64' | 'double' | 'raw' | 'fieldSet' | 'json' | 'any'
  >,
  fail: Fail,
): unknown {
  switch (leaf) {
    case 'bytes':
      return decodeBytes(value, fail);
    case 'time':
    case 'microTime':
      return decodeTime(value, leaf);
    case 'duration':
      return decodeDuration(value);
    case 'quantity':
      return decodeQuantity(value);
    case 'intOrString':
      return decodeIntOrString(value);
    case 'strings':
      return decodeStrings(value, fail);
  }
}

function decodeInteger(value: unknown, leaf: 'int32' | 'int64', fail: Fail): number {
  if (typeof value !== 'number') throw fail();
  const limit = leaf === 'int32' ? 2 ** 31 : 2 ** 63;
  if (Number.isInteger(value) && value >= -limit && value < limit) return value;
  throw Number.isInteger(value) ? outOfRange(value, leaf, fail) : fail();
}

function outOfRange(value: number, leaf: string, fail: Fail): DecodeProblem {
  const { message } = fail(leaf);
  return new DecodeProblem(
    message.replace('unmarshal number into', `unmarshal number ${value} into`),
  );
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBytes(value: unknown, fail: Fail): string {
  if (typeof value !== 'string') throw fail();
  const text = value.replace(/[\r\n]/g, '');
  if (base64.test(text)) return text;
  const position = /[^A-Za-z0-9+/]/.exec(value)?.index ?? value.length - (value.length % 4);
  throw new DecodeProblem(`illegal base64 data at input byte ${position}`);
}

function decodeTime(value: unknown, leaf: 'time' | 'microTime'): string | undefined {
  if (typeof value !== 'string') throw notGo(value, 'string');
  if (leaf === 'time' && isCanonicalTime(value)) return value;
  const instant = parseInstant(value);
  if (instant !== undefined) return (leaf === 'time' ? formatTime : formatMicroTime)(instant);
  const layout = `2006-01-02T15:04:05${leaf === 'time' ? '' : '.000000'}Z07:00`;
  const shown = JSON.stringify(value);
  throw new DecodeProblem(
    `parsing time ${shown} as "${layout}": cannot parse ${shown} as "${layout.slice(0, 4)}"`,
  );
}

function decodeDuration(value: unknown): string {
  if (typeof value !== 'string') throw notGo(value, 'string');
  const nanos = parseDuration(value);
  if (nanos === undefined)
    throw new DecodeProblem(`time: invalid duration ${JSON.stringify(value)}`);
  return formatDuration(nanos);
}

function decodeQuantity(value: unknown): string {
  if (value === '') return '0';
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
  const canonical = canonicalQuantity(text);
  if (canonical === undefined) throw new DecodeProblem(quantityError(text) ?? 'not a quantity');
  return canonical;
}

function decodeIntOrString(value: unknown): number | string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') throw notGo(value, 'int32');
  return decodeInteger(value, 'int32', () => notGo(value, 'int32'));
}

function decodeStrings(value: unknown, fail: Fail): string[] {
  if (!Array.isArray(value)) throw fail();
  return value.map((item: unknown) => {
    if (item === null) return '';
    if (typeof item !== 'string') throw fail('string');
    return item;
  });
}

/** A free-form value is kept as it is; only its depth is bounded, since everything else walks it. */
function decodeFree(value: unknown, context: DecodeContext): unknown {
  if (isDeeperThan(value, limits.bodyDepthLevels - context.path.length)) {
    throw new DecodeProblem('exceeded max depth');
  }
  return value;
}

/** A type that reads itself does not know its field. */
function notGo(value: unknown, expected: string): DecodeProblem {
  return mismatch(value, expected, { path: [] }, undefined);
}
