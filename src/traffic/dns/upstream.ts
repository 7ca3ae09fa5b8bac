/**
 * Names that are not the cluster's: asked of the node's own resolvers, kept as long as they allow.
 * One question is under way once, however many ask it.
 */
import type { Clock, Timers } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import { askTcp, askUdp } from '#wire/dns/client.ts';
import { answerFor, inspectAnswer } from '#wire/dns/forward.ts';
import type { Query } from '#wire/dns/message.ts';

export interface UpstreamOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** In the order in which they are asked. */
  readonly servers: readonly string[];
  /** Where they listen; absent: 53. */
  readonly port?: number | undefined;
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly since: number;
  readonly until: number;
}

const timeoutMs = 2000;
const roundsMax = 2;

export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Uint8Array>>();

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** The other server's answer as bytes for this asker. Rejects when no server answers. */
  async ask(query: Query, bytes: Uint8Array): Promise<Uint8Array> {
    const { name, type } = query.question;
    const key = `${name} ${type} ${query.recursionDesired} ${query.edns}`;
    const now = this.#options.clock.monotonic();
    const kept = this.#kept.get(key);
    if (kept && kept.until > now)
      return answerFor(query, kept.bytes, Math.floor((now - kept.since) / 1000));
    let pending = this.#underWay.get(key);
    if (!pending) {
      pending = this.#fetch(key, bytes).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, pending);
    }
    return answerFor(query, await pending);
  }

  async #fetch(key: string, bytes: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#askServers(bytes);
    const seen = inspectAnswer(answer);
    if (seen && seen.keepSeconds > 0) this.#keep(key, answer, seen.keepSeconds);
    return answer;
  }

  async #askServers(bytes: Uint8Array): Promise<Uint8Array> {
    const { servers, timers, port } = this.#options;
    if (servers.length === 0)
      throw new Error('this node has no DNS server of its own in /etc/resolv.conf');
    let last: unknown;
    for (let round = 0; round < roundsMax; round += 1) {
      for (const server of servers) {
        try {
          const answer = await askUdp(server, bytes, timeoutMs, timers, port);
          const seen = inspectAnswer(answer);
          if (!seen) throw new Error(`${server} answered with what is no answer`);
          return seen.truncated ? await askTcp(server, bytes, timeoutMs, port) : answer;
        } catch (error) {
          last = error;
        }
      }
    }
    throw last;
  }

  #keep(key: string, bytes: Uint8Array, seconds: number): void {
    const since = this.#options.clock.monotonic();
    const kept = Math.min(seconds, limits.dnsCacheSeconds);
    this.#kept.delete(key);
    this.#kept.set(key, { bytes, since, until: since + kept * 1000 });
    if (this.#kept.size <= limits.dnsCacheAnswers) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** Servers of a resolv.conf(5), without those that would lead back to us. */
export function serversOf(resolvConf: string, own: readonly string[]): string[] {
  return resolvConf
    .split('\n')
    .flatMap((line) => /^\s*nameserver\s+([0-9a-fA-F.:]+)/.exec(line)?.[1] ?? [])
    .filter((server) => !own.includes(server));
}
