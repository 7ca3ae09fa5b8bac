/**
 * Where things stand in a DNS message (RFC 1035 4.1), without taking them apart: enough to answer it,
 * and to pass on what others answered byte for byte, whatever types of records it holds.
 */

export interface QuestionPlace {
  /** Labels as they came. A dot inside a label stands as `\046`, which is no name of ours. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly end: number;
}

export interface RecordPlace {
  readonly section: 'answer' | 'authority' | 'additional';
  readonly type: number;
  readonly class: number;
  readonly ttlAt: number;
  readonly ttl: number;
  readonly dataEnd: number;
}

export interface MessagePlaces {
  readonly flags: number;
  readonly question: QuestionPlace | undefined;
  readonly records: readonly RecordPlace[];
}

export const headerBytes = 12;
const nameBytesMax = 255;
const pointerBits = 0xc0;
const latin1 = new TextDecoder('latin1');

/** Undefined for what is no DNS message of at most one question. Never throws. */
export function walk(bytes: Uint8Array): MessagePlaces | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [questions = 0, ...counts] = [4, 6, 8, 10].map((at) => view.getUint16(at));
  if (questions > 1) return undefined;
  const question = questions === 1 ? readQuestion(bytes, view) : undefined;
  if (questions === 1 && !question) return undefined;
  const records: RecordPlace[] = [];
  let at = question?.end ?? headerBytes;
  for (const [index, section] of (['answer', 'authority', 'additional'] as const).entries()) {
    for (let left = counts[index] ?? 0; left > 0; left -= 1) {
      const record = readRecord(bytes, view, at, section);
      if (!record) return undefined;
      records.push(record);
      at = record.dataEnd;
    }
  }
  return { flags: view.getUint16(2), question, records };
}

/** The question is the first name of the message: it has nothing to point to. */
function readQuestion(bytes: Uint8Array, view: DataView): QuestionPlace | undefined {
  const labels: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length >= 64) return undefined;
    at += 1;
    if (length === 0) break;
    if (at + length > bytes.length || at + length - headerBytes > nameBytesMax) return undefined;
    labels.push(latin1.decode(bytes.subarray(at, at + length)).replaceAll('.', '\\046'));
    at += length;
  }
  if (at + 4 > bytes.length) return undefined;
  const name = labels.join('.');
  return { name, type: view.getUint16(at), class: view.getUint16(at + 2), end: at + 4 };
}

function readRecord(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  section: RecordPlace['section'],
): RecordPlace | undefined {
  const at = skipName(bytes, start);
  if (at === undefined || at + 10 > bytes.length) return undefined;
  const dataEnd = at + 10 + view.getUint16(at + 8);
  if (dataEnd > bytes.length) return undefined;
  const [type, kind] = [view.getUint16(at), view.getUint16(at + 2)];
  return { section, type, class: kind, ttlAt: at + 4, ttl: view.getUint32(at + 4), dataEnd };
}

function skipName(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start; ; ) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length === 0) return at + 1;
    if ((length & pointerBits) === pointerBits) return at + 2;
    if ((length & pointerBits) !== 0) return undefined;
    at += length + 1;
  }
}
