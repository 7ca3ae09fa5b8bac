/** The gateway of the node: Ingress through HAProxy, changed by as little as a change asks for. */
import { endpointSlices, ingressClasses, ingresses, services } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { EndpointSlice, Ingress, Secret, Service } from '#api/types.ts';
import type { Timer } from '#base/clock.ts';
import type { EventRecorder } from '#client/events.ts';
import type { Informer } from '#client/informer.ts';
import type { Files } from '#sys/files.ts';
import { Part, type PartOptions, type PartStatus } from '../part.ts';
import type { Backend } from '../proxy/decide/frontend.ts';
import { pemOf } from './certificates.ts';
import { type Complaint, Complaints } from './decide/complaints.ts';
import { arrangeSlots, haproxyFiles, slotCommands } from './decide/haproxy-config.ts';
import { type GatewayTable, gatewayTable, type HealthCheck } from './decide/routes.ts';
import { withoutHeld } from './decide/health-checks.ts';
import { Haproxy } from './haproxy.ts';

export interface GatewayOptions extends PartOptions {
  readonly secrets: Informer<Secret>;
  readonly files: Files;
  readonly nodeName: string;
  readonly folder: string;
  readonly program: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Numbers of the processors that HAProxy may run on. */
  readonly processors: readonly number[];
  /** For names that no Secret covers: certificate and key, PEM. */
  readonly defaultCertificate: string;
  /** Tells people by events on their Ingresses. */
  readonly recorder: Pick<EventRecorder, 'record'>;
  /** TCP ports that programs of the machine listen on, HAProxy among them. */
  readonly listeningPorts: () => ReadonlySet<number>;
}

type Slots = ReadonlyMap<string, readonly (Backend | undefined)[]>;

interface Trouble extends Complaint {
  readonly regarding: Ingress | Service;
  readonly reason: string;
  readonly message: string;
}

/** Programs that listen come and go without a word. */
const lookAgainMs = 30_000;
const byService = 'gateway/service';
const everything = '';

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #part: Part;
  readonly #haproxy: Haproxy;
  /** What HAProxy does now; absent: unknown, so that it is told everything. */
  #applied: { structure: string; slots: Slots } | undefined;
  #counts: ReadonlyMap<string, number> = new Map();
  #defaultCertificate: string;
  #routes = 0;
  readonly #complaints = new Complaints();
  #tellAgain: Timer | undefined;
  #lookAgain: Timer | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#defaultCertificate = options.defaultCertificate;
    this.#part = new Part(options, {
      name: 'gateway',
      failure: 'the gateway could not be changed',
      apply: () => this.#apply(),
    });
    this.#haproxy = new Haproxy({ ...options, lost: () => this.#lost() });
  }

  get status(): PartStatus {
    return this.#part.status(`HAProxy serves ${this.#routes} Ingress paths`);
  }

  async start(): Promise<void> {
    const { informers, secrets } = this.#options;
    const slices = informers.of(endpointSlices);
    slices.cache.addIndex(byService, serviceKeysOf);
    const all = [
      informers.of(ingresses),
      informers.of(ingressClasses),
      informers.of(services),
      slices,
      secrets,
    ];
    await Promise.all(all.map((each) => each.whenSynced()));
    // First, so that what was there before does not count as waiting since it was made.
    this.#part.batch.add(everything);
    for (const informer of all)
      informer.listen((_, next: KubeObject | undefined) => this.#part.batch.add(everything, next));
    await this.#part.batch.settled();
  }

  /** For new connections, by a reload; those that stand go on. Certificate and key, PEM. */
  replaceDefaultCertificate(pem: string): void {
    this.#defaultCertificate = pem;
    this.#applied = undefined;
    this.#part.batch.add(everything);
  }

  settled(): Promise<void> {
    return this.#part.batch.settled();
  }

  /** HAProxy stays, and traffic with it. */
  async stop(): Promise<void> {
    this.#lookAgain?.cancel();
    await this.#part.batch.stop();
    this.#tellAgain?.cancel();
    this.#haproxy.stop();
  }

  async #apply(): Promise<void> {
    const { table, held } = await this.#withFreePorts(this.#table());
    const slots = this.#arrange(table);
    const made = haproxyFiles(table, this.#options, this.#counts, slots);
    const { structure } = made;
    const applied = this.#applied;
    this.#applied = undefined;
    if (applied?.structure === structure && this.#haproxy.running) {
      const commands = [...slots].flatMap(([name, now]) =>
        slotCommands(name, applied.slots.get(name) ?? [], now),
      );
      await this.#haproxy.command(commands, made.config);
    } else {
      await this.#haproxy.configure(
        made.config,
        new Map([...made.files, ['default.pem', this.#defaultCertificate]]),
      );
      this.#counts = made.slots;
    }
    this.#applied = { structure, slots };
    this.#routes = table.routes.length;
    this.#tell([
      ...table.problems.map(({ ingress, reason, message }) => trouble(ingress, reason, message)),
      ...held.flatMap((each) => this.#heldProblem(each)),
    ]);
  }

  async #withFreePorts(table: GatewayTable) {
    this.#lookAgain?.cancel();
    this.#lookAgain = undefined;
    if (table.healthChecks.length === 0) return { table, held: [] };
    const ours = await this.#haproxy.ports();
    const found = withoutHeld(table, { listening: this.#options.listeningPorts(), ours });
    if (found.held.length > 0)
      this.#lookAgain = this.#options.timers.after(lookAgainMs, () =>
        this.#part.batch.add(everything),
      );
    return found;
  }

  #heldProblem({ namespace, service, port }: HealthCheck): Trouble[] {
    const regarding = this.#options.informers.of(services).cache.get(`${namespace}/${service}`);
    const message = `nobody is told the health of this Service at healthCheckNodePort ${port}: another program of this machine listens there; free the port, or make the Service anew with another one`;
    return regarding ? [trouble(regarding, 'FailedToStartServiceHealthcheck', message)] : [];
  }

  #tell(all: readonly Trouble[]): void {
    const { clock, timers, recorder } = this.#options;
    const { tell, againMs } = this.#complaints.due(all, clock.monotonic());
    for (const { regarding, reason, message } of tell)
      recorder.record({ regarding, level: 'Warning', reason, message });
    this.#tellAgain?.cancel();
    this.#tellAgain =
      againMs === undefined ? undefined : timers.after(againMs, () => this.#tell(all));
  }

  #table(): GatewayTable {
    const { informers, secrets, nodeName } = this.#options;
    const slices = informers.of(endpointSlices).cache;
    return gatewayTable({
      ingresses: informers.of(ingresses).cache.list(),
      classes: informers.of(ingressClasses).cache.list(),
      services: informers.of(services).cache.list(),
      nodeName,
      service: (namespace, name) => informers.of(services).cache.get(`${namespace}/${name}`),
      slices: (namespace, name) => slices.byIndex(byService, `${namespace}/${name}`),
      secret: (namespace, name) => secrets.cache.get(`${namespace}/${name}`),
      pemOf,
    });
  }

  #arrange({ backends }: GatewayTable): Slots {
    return new Map(
      [...backends].map(([name, { servers }]) => [
        name,
        arrangeSlots(this.#applied?.slots.get(name) ?? [], servers),
      ]),
    );
  }

  #lost(): void {
    this.#applied = undefined;
    const problem = 'HAProxy ended; starting it again';
    this.#part.lost(problem);
    this.#options.logger.warn(problem);
    this.#part.batch.add(everything);
  }
}

function trouble(regarding: Ingress | Service, reason: string, message: string): Trouble {
  return { key: `${regarding.metadata.uid} ${message}`, regarding, reason, message };
}

function serviceKeysOf({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.['kubernetes.io/service-name'];
  return name === undefined ? [] : [`${metadata.namespace}/${name}`];
}
