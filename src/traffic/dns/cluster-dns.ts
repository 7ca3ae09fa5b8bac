/**
 * The cluster's DNS on this node: watches Services and EndpointSlices, answers their names, passes
 * other names on. Answers only pods and the node itself.
 */
import { endpointSlices, namespaces, services } from '#api/kinds/index.ts';
import { keyOf, splitKey } from '#api/object.ts';
import { serviceOfSlice } from '#api/service-of-slice.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Informers } from '#client/informers.ts';
import { fitting } from '#wire/dns/forward.ts';
import {
  type Answer,
  decodeQuery,
  encodeAnswer,
  encodeQuery,
  formatError,
  type Query,
  type Resource,
  resourcesOf,
} from '#wire/dns/message.ts';
import { type DnsRequest, listenDns } from '#wire/dns/server.ts';
import { inRange } from '../range.ts';
import { type Found, lookUp, serviceNames } from './decide/names.ts';
import { NameTable } from './name-table.ts';
import { Upstream } from './upstream.ts';

export interface ClusterDnsOptions {
  readonly informers: Informers;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Where it listens: an address of this node. */
  readonly address: string;
  /** Absent: 53. */
  readonly port?: number;
  /** `cluster.local` */
  readonly domain: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly upstreamServers: readonly string[];
  readonly upstreamPort?: number;
  /** Whose questions are answered, beside pods'. */
  readonly isOwnAddress: (address: string) => boolean;
}

/** As CoreDNS: short, since endpoints change. */
const ttlSeconds = 5;
const dnsPort = 53;
const byService = 'dns/service';
const tcpBytesMax = 65_535;

export class ClusterDns {
  readonly #options: ClusterDnsOptions;
  readonly #names: NameTable;
  readonly #upstream: Upstream;
  #listener: { close(): Promise<void> } | undefined;
  #serial = 1;
  #turn = 0;

  constructor(options: ClusterDnsOptions) {
    this.#options = options;
    const ours = [options.podRange, options.serviceRange];
    this.#names = new NameTable(options.domain, (address) =>
      ours.some((range) => inRange(address, range)),
    );
    this.#upstream = new Upstream({
      ...options,
      servers: options.upstreamServers,
      port: options.upstreamPort,
    });
  }

  get status(): { ready: boolean; message: string } {
    return this.#listener
      ? {
          ready: true,
          message: `answers on ${this.#options.address} for ${this.#names.size} Services`,
        }
      : { ready: false, message: 'does not listen yet' };
  }

  async start(): Promise<void> {
    const { informers, address, port = dnsPort } = this.#options;
    const serviceInformer = informers.of(services);
    const sliceInformer = informers.of(endpointSlices);
    const namespaceInformer = informers.of(namespaces);
    sliceInformer.cache.addIndex(byService, serviceOfSlice);
    await Promise.all(
      [serviceInformer, sliceInformer, namespaceInformer].map((each) => each.whenSynced()),
    );
    serviceInformer.listen((previous, next) => {
      const service = next ?? previous;
      if (service) this.#refresh(keyOf(service));
    });
    sliceInformer.listen((previous, next) => {
      const keys = [previous, next].flatMap((slice) => (slice ? serviceOfSlice(slice) : []));
      for (const key of new Set(keys)) this.#refresh(key);
    });
    namespaceInformer.listen((previous, next) => {
      if (next) this.#names.addNamespace(next.metadata.name ?? '');
      else this.#names.removeNamespace(previous?.metadata.name ?? '');
    });
    this.#listener = await listenDns(address, port, (request) => this.handle(request));
  }

  async stop(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
  }

  async handle({ bytes, over, from }: DnsRequest): Promise<Uint8Array | undefined> {
    const query = decodeQuery(bytes);
    if (!query) return formatError(bytes);
    const bytesMax = over === 'tcp' ? tcpBytesMax : query.udpBytes;
    const reply = (answer: Answer): Uint8Array => encodeAnswer(query, answer, bytesMax);
    if (!inRange(from, this.#options.podRange) && !this.#options.isOwnAddress(from)) {
      return reply({ code: 'REFUSED', authoritative: false, answers: [] });
    }
    const found = lookUp(this.#names, query.question.name, query.question.type);
    try {
      if (found.type === 'foreign')
        return fitting(query, await this.#upstream.ask(query, bytes), bytesMax);
      return reply(await this.#answer(query, found));
    } catch (error) {
      this.#options.logger.debug('no answer from upstream', {
        name: query.question.name,
        error: String(error),
      });
      return reply({ code: 'SERVFAIL', authoritative: false, answers: [] });
    }
  }

  #refresh(key: string): void {
    const { informers } = this.#options;
    const { namespace = '', name } = splitKey(key);
    const service = informers.of(services).cache.get(key);
    this.#serial = (this.#serial + 1) % 2 ** 31;
    if (!service) this.#names.delete(namespace, name);
    else
      this.#names.set(
        serviceNames(service, informers.of(endpointSlices).cache.byIndex(byService, key)),
      );
  }

  async #answer(query: Query, found: Exclude<Found, { type: 'foreign' }>): Promise<Answer> {
    const { name } = query.question;
    const positive = (answers: Resource[], additionals: Resource[] = []): Answer => ({
      code: 'NOERROR',
      authoritative: true,
      answers,
      additionals,
    });
    const address =
      (target: string) =>
      (data: string): Resource => ({ name: target, type: 'A', ttl: ttlSeconds, data });
    switch (found.type) {
      case 'addresses':
        return positive(this.#turned(found.addresses).map(address(name)));
      case 'services':
        return positive(
          this.#turned(found.services).map(({ target, port }) => ({
            name,
            type: 'SRV',
            ttl: ttlSeconds,
            data: {
              priority: 0,
              weight: Math.max(1, Math.floor(100 / found.services.length)),
              port,
              target,
            },
          })),
          found.services.flatMap(({ target, addresses }) => addresses.map(address(target))),
        );
      case 'pointers':
        return positive(found.names.map((data) => ({ name, type: 'PTR', ttl: ttlSeconds, data })));
      case 'text':
        return positive([{ name, type: 'TXT', ttl: ttlSeconds, data: found.text }]);
      case 'alias':
        return this.#followAlias(query, found.target);
      case 'empty':
        return this.#negative('NOERROR', name);
      case 'missing':
        return this.#negative('NXDOMAIN', name);
    }
  }

  /** Each answer begins with another one: many clients take the first. */
  #turned<T>(all: readonly T[]): readonly T[] {
    this.#turn = (this.#turn + 1) % 2 ** 31;
    const first = this.#turn % all.length;
    return [...all.slice(first), ...all.slice(0, first)];
  }

  /** The alias with the addresses that stand behind it: some resolvers ask only once. */
  async #followAlias(query: Query, target: string): Promise<Answer> {
    const { name, type } = query.question;
    const alias: Resource = { name, type: 'CNAME', ttl: ttlSeconds, data: target };
    return {
      code: 'NOERROR',
      authoritative: true,
      answers: [alias, ...(await this.#behind(query, target, type))],
    };
  }

  async #behind(query: Query, target: string, type: string): Promise<Resource[]> {
    const name = target.toLowerCase().replace(/\.$/, '');
    const behind = lookUp(this.#names, name, type);
    if (behind.type === 'addresses') {
      return behind.addresses.map((data) => ({ name: target, type: 'A', ttl: ttlSeconds, data }));
    }
    if (behind.type !== 'foreign' || type !== 'A') return [];
    const bytes = encodeQuery(query.id, name, type);
    const asked = decodeQuery(bytes);
    try {
      return asked ? resourcesOf(await this.#upstream.ask(asked, bytes)) : [];
    } catch {
      return [];
    }
  }

  #negative(code: 'NOERROR' | 'NXDOMAIN', name: string): Answer {
    const zone =
      name.endsWith('.arpa') || name.endsWith('consul')
        ? name.split('.').slice(-2).join('.')
        : this.#options.domain;
    return {
      code,
      authoritative: true,
      answers: [],
      authorities: [
        {
          name: zone,
          type: 'SOA',
          ttl: ttlSeconds,
          data: {
            mname: `ns.dns.${zone}`,
            rname: `hostmaster.${zone}`,
            serial: this.#serial,
            refresh: 7200,
            retry: 1800,
            expire: 86_400,
            minimum: ttlSeconds,
          },
        },
      ],
    };
  }
}
