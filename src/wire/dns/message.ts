/** DNS messages (RFC 1035, EDNS RFC 6891) as plain objects. */
import * as packet from 'dns-packet';
import { headerBytes, walk } from './walk.ts';
import { MessageWriter } from './writer.ts';

export interface Question {
  /** Lower case, without the dot at the end. */
  readonly name: string;
  readonly type: string;
}

export type Resource =
  | { readonly name: string; readonly type: 'A'; readonly ttl: number; readonly data: string }
  | {
      readonly name: string;
      readonly type: 'CNAME' | 'PTR' | 'NS';
      readonly ttl: number;
      readonly data: string;
    }
  | { readonly name: string; readonly type: 'TXT'; readonly ttl: number; readonly data: string }
  | {
      readonly name: string;
      readonly type: 'SRV';
      readonly ttl: number;
      readonly data: {
        readonly priority: number;
        readonly weight: number;
        readonly port: number;
        readonly target: string;
      };
    }
  | {
      readonly name: string;
      readonly type: 'SOA';
      readonly ttl: number;
      readonly data: {
        readonly mname: string;
        readonly rname: string;
        readonly serial: number;
        readonly refresh: number;
        readonly retry: number;
        readonly expire: number;
        /** Negative answers may be kept so long, seconds. */
        readonly minimum: number;
      };
    };

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export interface Answer {
  readonly code: ResponseCode;
  readonly authoritative: boolean;
  readonly answers: readonly Resource[];
  readonly authorities?: readonly Resource[];
  readonly additionals?: readonly Resource[];
}

export interface Query {
  readonly id: number;
  readonly question: Question;
  /** What the asker can take over UDP. */
  readonly udpBytes: number;
  readonly recursionDesired: boolean;
  /** It speaks EDNS, and an answer says so, too. */
  readonly edns: boolean;
  /** The question section as it came: its case is given back. */
  readonly asked: Uint8Array;
}

const codes: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

const flagBits = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
};
const typeNames: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  255: 'ANY',
};
const optType = 41;
const internet = 1;
const smallestUdpBytes = 512;
/** What fits into one packet on every usual path (DNS flag day 2020). */
const largestUdpBytes = 1232;

/** Undefined for what is no query of one question; the id is then all that is known. Never throws. */
export function decodeQuery(bytes: Uint8Array): Query | undefined {
  const message = walk(bytes);
  const question = message?.question;
  if (!question || (message.flags & (flagBits.response | flagBits.opcode)) !== 0) return undefined;
  const edns = message.records.find((each) => each.type === optType);
  // Its class is the size of the packets that the asker takes (RFC 6891 6.1.2).
  const offered = edns?.class ?? smallestUdpBytes;
  const type = typeNames[question.type] ?? `TYPE${question.type}`;
  const otherClass = question.class === internet ? '' : `/CLASS${question.class}`;
  return {
    id: readId(bytes),
    question: { name: question.name.toLowerCase(), type: type + otherClass },
    udpBytes: Math.min(Math.max(offered, smallestUdpBytes), largestUdpBytes),
    recursionDesired: (message.flags & flagBits.recursionDesired) !== 0,
    edns: edns !== undefined,
    asked: bytes.slice(headerBytes, question.end),
  };
}

function readId(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

/** Over `bytesMax` the records are left out and the asker is told to come by TCP. */
export function encodeAnswer(query: Query, answer: Answer, bytesMax: number): Uint8Array {
  const { answers, authorities = [], additionals = [] } = answer;
  const whole = write(query, answer, [answers, authorities, additionals]);
  if (whole.length <= bytesMax) return whole;
  // What nobody asked for goes first: it is no reason to come again (RFC 2181 9).
  const needed = write(query, answer, [answers, authorities, []]);
  return needed.length <= bytesMax ? needed : write(query, answer, [[], [], []], true);
}

function write(
  query: Query,
  { code, authoritative }: Answer,
  sections: readonly (readonly Resource[])[],
  truncated = false,
): Uint8Array {
  const writer = new MessageWriter();
  writer.uint16(query.id);
  writer.uint16(
    flagBits.response |
      flagBits.recursionAvailable |
      (query.recursionDesired ? flagBits.recursionDesired : 0) |
      (authoritative ? flagBits.authoritative : 0) |
      (truncated ? flagBits.truncated : 0) |
      codes[code],
  );
  writer.uint16(1);
  sections.forEach((section, index) =>
    writer.uint16(section.length + (index === 2 && query.edns ? 1 : 0)),
  );
  writer.raw(query.asked);
  writer.knowName(query.question.name, headerBytes);
  for (const section of sections) for (const resource of section) writer.resource(resource);
  if (query.edns) {
    writer.name('');
    writer.uint16(optType);
    writer.uint16(largestUdpBytes);
    writer.uint32(0);
    writer.uint16(0);
  }
  return writer.bytes;
}

/** A question of our own. */
export function encodeQuery(id: number, name: string, type: string): Uint8Array {
  return packet.encode({
    type: 'query',
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ name, type: type as packet.RecordType, class: 'IN' }],
  });
}

/** The aliases and addresses of another server's answer. Throws when they cannot be read. */
export function resourcesOf(bytes: Uint8Array): Resource[] {
  const message = packet.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return (message.answers ?? []).flatMap((each): Resource[] =>
    each.type === 'A' || each.type === 'CNAME'
      ? [{ name: each.name, type: each.type, ttl: each.ttl ?? 0, data: each.data }]
      : [],
  );
}

/**
 * The answer to a message that could not be read, as far as there is an id to answer to. An answer
 * gets none: two servers could go on answering each other for ever.
 */
export function formatError(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < headerBytes || (bytes[2] ?? 0) >= 0x80) return undefined;
  const answer = new Uint8Array(headerBytes);
  answer.set(bytes.subarray(0, 2));
  answer[2] = 0x80;
  answer[3] = codes.FORMERR;
  return answer;
}
