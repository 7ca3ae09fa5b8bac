/** Another server's answer, passed on byte for byte: for whom it is and how old it is are all that changes. */
import type { Query } from './message.ts';
import { headerBytes, walk } from './walk.ts';

export interface Forwarded {
  readonly truncated: boolean;
  /** Seconds for which it may be kept; 0: not at all. */
  readonly keepSeconds: number;
}

const truncatedBit = 0x02;
const noError = 0;
const nameError = 3;
const soaType = 6;
const optType = 41;

/** What a cache must know of an answer; undefined for what is none. Never throws. */
export function inspectAnswer(bytes: Uint8Array): Forwarded | undefined {
  const message = walk(bytes);
  if (!message?.question) return undefined;
  const code = message.flags & 0xf;
  const truncated = ((message.flags >> 8) & truncatedBit) !== 0;
  const answers = message.records.filter(({ section }) => section === 'answer');
  const ttls = answers.map(({ ttl }) => ttl);
  const soa = message.records.find((each) => each.section === 'authority' && each.type === soaType);
  const kept = ttls.length > 0 ? Math.min(...ttls) : soa ? negativeSeconds(bytes, soa) : 0;
  const usable = (code === noError || code === nameError) && !truncated;
  return { truncated, keepSeconds: usable ? kept : 0 };
}

/** RFC 2308 5: the lesser of the SOA's own age and its last field. */
function negativeSeconds(
  bytes: Uint8Array,
  { ttl, dataEnd }: { readonly ttl: number; readonly dataEnd: number },
): number {
  return Math.min(ttl, new DataView(bytes.buffer, bytes.byteOffset + dataEnd - 4).getUint32(0));
}

/** The same answer for this asker (its id and the case of its name), older by so many seconds. */
export function answerFor(query: Query, answer: Uint8Array, ageSeconds = 0): Uint8Array {
  const message = walk(answer);
  const bytes = new Uint8Array(answer);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, query.id);
  if (message?.question?.end === headerBytes + query.asked.length)
    bytes.set(query.asked, headerBytes);
  for (const { type, ttl, ttlAt } of message?.records ?? [])
    if (type !== optType) view.setUint32(ttlAt, Math.max(0, ttl - ageSeconds));
  return bytes;
}

/** What fits: the answer itself, or its head alone, which says that there is more over TCP. */
export function fitting(query: Query, answer: Uint8Array, bytesMax: number): Uint8Array {
  if (answer.length <= bytesMax) return answer;
  const head = new Uint8Array(headerBytes + query.asked.length);
  head.set(answer.subarray(0, 4));
  head[2] = (head[2] ?? 0) | truncatedBit;
  head[5] = 1;
  head.set(query.asked, headerBytes);
  return head;
}
