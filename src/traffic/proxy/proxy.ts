/**
 * Makes Services true in the kernel: watches Services and EndpointSlices, and applies what changed as
 * one nftables transaction. After a refusal it starts over from the whole table.
 */
import { endpointSlices, nodes, services } from '#api/kinds/index.ts';
import { zoneOf } from '#api/node-labels.ts';
import { keyOf, splitKey } from '#api/object.ts';
import { serviceOfSlice } from '#api/service-of-slice.ts';
import type { Service } from '#api/types.ts';
import { applyRules } from '#sys/nftables.ts';
import { Part, type PartOptions, type PartStatus } from '../part.ts';
import { type Frontend, frontendsOf } from './decide/frontend.ts';
import {
  baseScript,
  keyed,
  ServiceTable,
  type StaleFlow,
  type TableOptions,
} from './decide/table.ts';

export interface ProxyOptions extends TableOptions, PartOptions {
  /** As endpoints name this node. */
  readonly nodeName: string;
}

const conntrackTimeoutMs = 60_000;
const byService = 'proxy/service';

export class ServiceProxy {
  readonly #options: ProxyOptions;
  readonly #part: Part;
  /** Place → Service → what it wants there, in the order in which they came. */
  readonly #claims = new Map<string, Map<string, Frontend>>();
  readonly #placesOf = new Map<string, readonly string[]>();
  #table: ServiceTable;
  /** The kernel's table is as `#table` says; else it is made anew from the whole state. */
  #applied = false;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#table = new ServiceTable(options.table);
    this.#part = new Part(options, {
      name: 'services',
      failure: 'Services could not be applied',
      apply: (keys) => this.#apply(keys),
    });
  }

  get status(): PartStatus {
    return this.#part.status(`${this.#table.size} addresses and ports lead to pods`);
  }

  /** Ends when the table is in the kernel for the first time. */
  async start(): Promise<void> {
    const { informers } = this.#options;
    const serviceInformer = informers.of(services);
    const sliceInformer = informers.of(endpointSlices);
    sliceInformer.cache.addIndex(byService, serviceOfSlice);
    const nodeInformer = informers.of(nodes);
    const all = [serviceInformer, sliceInformer, nodeInformer];
    await Promise.all(all.map((each) => each.whenSynced()));
    this.#part.batch.add('');
    serviceInformer.listen((previous, next) => {
      const service = next ?? previous;
      if (service) this.#part.batch.add(keyOf(service), next);
    });
    sliceInformer.listen((previous, next) => {
      for (const slice of [previous, next]) {
        for (const key of slice ? serviceOfSlice(slice) : []) this.#part.batch.add(key, next);
      }
    });
    nodeInformer.listen((previous, next) => {
      if ((next ?? previous)?.metadata.name !== this.#options.nodeName) return;
      if (zoneOf(previous) !== zoneOf(next)) this.again();
    });
    await this.#part.batch.settled();
  }

  /** Ends when every change that the caches show by now is in the kernel. */
  settled(): Promise<void> {
    return this.#part.batch.settled();
  }

  /** The kernel's table is not what it was: it is made anew. */
  again(): void {
    this.#applied = false;
    this.#part.batch.add('');
  }

  /** The table stays: Services go on while gantry restarts. */
  async stop(): Promise<void> {
    await this.#part.batch.stop();
  }

  async #apply(keys: ReadonlySet<string>): Promise<void> {
    const fresh = !this.#applied;
    if (fresh) {
      this.#table = new ServiceTable(this.#options.table);
      this.#claims.clear();
      this.#placesOf.clear();
    }
    const all = fresh ? this.#options.informers.of(services).cache.list().map(keyOf) : keys;
    const wanted = new Map<string, Frontend | undefined>();
    for (const key of all) this.#collect(key, wanted);
    this.#applied = false;
    const { script, stale } = this.#table.change(wanted);
    const whole = fresh ? baseScript(this.#options) + script : script;
    if (whole !== '') await applyRules(this.#options.processes, whole, 'the table of Services');
    this.#applied = true;
    // All is new to a new process: flows that an earlier one led go on.
    if (!fresh) await this.#forgetFlows(stale);
  }

  /** Of several Services that claim a place the first one has it; when it gives it up, the next. */
  #collect(key: string, wanted: Map<string, Frontend | undefined>): void {
    const after = keyed(this.#frontends(key));
    for (const place of this.#placesOf.get(key) ?? []) {
      if (after.has(place)) continue;
      this.#claims.get(place)?.delete(key);
      wanted.set(place, this.#ownerOf(place));
    }
    for (const [place, frontend] of after) {
      const claims = this.#claims.get(place) ?? new Map<string, Frontend>();
      this.#claims.set(place, claims.set(key, frontend));
      wanted.set(place, this.#ownerOf(place));
    }
    if (after.size > 0) this.#placesOf.set(key, [...after.keys()]);
    else this.#placesOf.delete(key);
  }

  #ownerOf(place: string): Frontend | undefined {
    const [first] = this.#claims.get(place)?.values() ?? [];
    if (first === undefined) this.#claims.delete(place);
    return first;
  }

  #frontends(key: string): Frontend[] {
    const { informers, ownAddresses, nodeName } = this.#options;
    const { namespace, name } = splitKey(key);
    const service: Service | undefined = informers.of(services).cache.get(`${namespace}/${name}`);
    if (!service) return [];
    const slices = informers.of(endpointSlices).cache.byIndex(byService, key);
    const zone = zoneOf(informers.of(nodes).cache.get(nodeName));
    return frontendsOf(service, slices, { nodeName, zone }).filter(
      ({ address }) => !ownAddresses.includes(address),
    );
  }

  async #forgetFlows(stale: readonly StaleFlow[]): Promise<void> {
    for (const { frontend, backend } of stale) {
      const { protocol } = frontend;
      const to = frontend.address === '*' ? [] : ['--orig-dst', frontend.address];
      const args = [
        '-D',
        '-p',
        protocol,
        ...to,
        '--orig-port-dst',
        String(frontend.port),
        ...(backend === undefined ? [] : ['--reply-src', backend]),
      ];
      // Exit code 1: there was no such flow.
      await this.#options.processes
        .run('conntrack', args, { timeoutMs: conntrackTimeoutMs })
        .catch((error: unknown) => {
          this.#options.logger.warn('old flows could not be forgotten', {
            error: String(error),
          });
        });
    }
  }
}
