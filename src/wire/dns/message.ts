/** DNS messages (RFC 1035, EDNS RFC 6891) as plain objects. */
import * as packet from 'dns-packet';

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
  /** The question as it came (its case is given back). */
  readonly asked: { readonly name: string; readonly type: string; readonly class: string };
}

const codes: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

const smallestUdpBytes = 512;
/** What fits into one packet on every usual path (DNS flag day 2020). */
const largestUdpBytes = 1232;

/** Undefined for what is no query of one question; the id is then all that is known. */
export function decodeQuery(bytes: Uint8Array): Query | undefined {
  let message: packet.DecodedPacket;
  try {
    message = packet.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return undefined;
  }
  const [asked] = message.questions ?? [];
  if (message.type !== 'query' || asked === undefined || message.questions?.length !== 1)
    return undefined;
  const edns = message.additionals?.find((each) => each.type === 'OPT');
  const offered = edns && 'udpPayloadSize' in edns ? Number(edns.udpPayloadSize) : smallestUdpBytes;
  return {
    id: message.id ?? 0,
    question: { name: asked.name.toLowerCase().replace(/\.$/, ''), type: asked.type },
    udpBytes: Math.min(Math.max(offered, smallestUdpBytes), largestUdpBytes),
    recursionDesired: ((message.flags ?? 0) & packet.RECURSION_DESIRED) !== 0,
    asked: { name: asked.name, type: asked.type, class: asked.class ?? 'IN' },
  };
}

/** Over `bytesMax` the records are left out and the asker is told to come by TCP. */
export function encodeAnswer(query: Query, answer: Answer, bytesMax: number): Uint8Array {
  const encode = (records: boolean): Uint8Array =>
    packet.encode({
      type: 'response',
      id: query.id,
      flags:
        codes[answer.code] |
        packet.RECURSION_AVAILABLE |
        (query.recursionDesired ? packet.RECURSION_DESIRED : 0) |
        (answer.authoritative ? packet.AUTHORITATIVE_ANSWER : 0) |
        (records ? 0 : packet.TRUNCATED_RESPONSE),
      questions: [query.asked as packet.Question],
      answers: records ? ([...answer.answers] as packet.Answer[]) : [],
      authorities: records ? ([...(answer.authorities ?? [])] as packet.Answer[]) : [],
      additionals: records ? ([...(answer.additionals ?? [])] as packet.Answer[]) : [],
    });
  const whole = encode(true);
  return whole.length <= bytesMax ? whole : encode(false);
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

/** The aliases and addresses of another server's answer. */
export function resourcesOf(bytes: Uint8Array): Resource[] {
  const message = packet.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return (message.answers ?? []).flatMap((each): Resource[] =>
    each.type === 'A' || each.type === 'CNAME'
      ? [{ name: each.name, type: each.type, ttl: each.ttl ?? 0, data: each.data }]
      : [],
  );
}

/** The answer to a message that could not be read, as far as there is an id to answer to. */
export function formatError(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 12) return undefined;
  const answer = new Uint8Array(12);
  answer.set(bytes.subarray(0, 2));
  answer[2] = 0x80;
  answer[3] = codes.FORMERR;
  return answer;
}

export interface Forwarded {
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
  /** Seconds for which it may be kept; 0: not at all. */
  readonly keepSeconds: number;
}

/** What a cache must know of another server's answer. The bytes are passed on as they are. */
export function inspectAnswer(bytes: Uint8Array): Forwarded | undefined {
  try {
    const message = packet.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const code = (message.flags ?? 0) & 0xf;
    const ttls = (message.answers ?? []).flatMap((each) =>
      'ttl' in each && typeof each.ttl === 'number' ? [each.ttl] : [],
    );
    const soa = (message.authorities ?? []).find((each) => each.type === 'SOA');
    const negative = soa && 'ttl' in soa ? Math.min(Number(soa.ttl), soa.data.minimum ?? 0) : 0;
    const kept = ttls.length > 0 ? Math.min(...ttls) : negative;
    const usable = code === codes.NOERROR || code === codes.NXDOMAIN;
    const truncated = ((message.flags ?? 0) & packet.TRUNCATED_RESPONSE) !== 0;
    return { bytes, truncated, keepSeconds: usable && !truncated ? kept : 0 };
  } catch {
    return undefined;
  }
}

/** The same answer for another asker, its records older by so many seconds. */
export function aged(bytes: Uint8Array, id: number, seconds: number): Uint8Array {
  const message = packet.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const age = <T>(record: T): T => {
    const { ttl } = record as { ttl?: unknown };
    return typeof ttl === 'number' ? { ...record, ttl: Math.max(0, ttl - seconds) } : record;
  };
  return packet.encode({
    ...message,
    id,
    answers: (message.answers ?? []).map(age),
    authorities: (message.authorities ?? []).map(age),
  });
}
