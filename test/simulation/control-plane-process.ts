/** The control plane as a program that can be killed and started again over the same store. */
import { generateKeyPairSync } from 'node:crypto';
import { pods } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Random } from '#base/random.ts';
import { ControlPlane } from '#main/control-plane.ts';
import type { UserInfo } from '#server/core/core.ts';
import { prefixOf } from '#server/core/keys.ts';
import type { NodeConnector } from '#server/node-connector.ts';
import type { Backend, Operation } from '#store/backend.ts';
import { Connection } from './connection.ts';
import type { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { WallClock } from './wall-clock.ts';
import type { Faults, Weather } from './weather.ts';

export interface ControlPlaneProcessOptions {
  readonly time: VirtualTime;
  readonly clock: WallClock;
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly backend: Backend;
  readonly ledger: Ledger;
  readonly connector: NodeConnector;
  /** A create was carried out and its caller does not know. */
  readonly lost: (resource: string) => void;
}

export class ControlPlaneProcess {
  readonly #options: ControlPlaneProcessOptions;
  readonly #signingKey = newSigningKey();
  #life = new Life();
  #plane: ControlPlane | undefined;
  #started = false;

  constructor(options: ControlPlaneProcessOptions) {
    this.#options = options;
  }

  /** Ends when it exists; it starts as time goes on. */
  async start(): Promise<void> {
    const { time, clock, random, trace, backend, connector } = this.#options;
    const life = new Life();
    this.#life = life;
    trace.add('the control plane starts');
    const plane = await ControlPlane.create({
      backend: life.backend(backend, (operations) => this.#orphaned(operations)),
      clock,
      timers: life.timers(time),
      random,
      log: trace.logger('control plane', () => !life.over),
      serviceRanges: ['10.96.0.0/16'],
      connector,
      signingKeys: [this.#signingKey],
      rootCertificates: () => 'simulated',
      connect: (verbs) => this.#connect(life, verbs),
    });
    this.#plane = plane;
    void plane.start().then(() => {
      this.#started = !life.over;
    });
  }

  kill(): void {
    this.#options.trace.add('the control plane is killed');
    this.#life.kill();
    this.#plane = undefined;
    this.#started = false;
    // The next process finds bytes only, as on a disk.
    for (const { value } of this.#options.backend.snapshot().range('/', '0')) {
      value.decoded = undefined;
    }
  }

  get plane(): ControlPlane | undefined {
    return this.#plane;
  }

  /** Its loops work on the whole state. */
  get started(): boolean {
    return this.#started;
  }

  /** The door, for whoever is outside of the process. */
  verbsFor(user: UserInfo): Verbs | undefined {
    const verbs = this.#plane?.server.verbsFor(user);
    return verbs && witnessed(verbs, this.#options.ledger);
  }

  /** Whoever comes next sees these pods late, as it does those whose answer was lost. */
  #orphaned(operations: readonly Operation[]): void {
    for (const operation of operations) {
      const creates = operation.type === 'put' && operation.expect === 0;
      if (creates && operation.key.startsWith(prefixOf(pods as Kind))) this.#options.lost('pods');
    }
  }

  /** The loops of the process have a connection each, as bad as everybody's. */
  #connect(life: Life, verbs: Verbs): Verbs {
    const server = witnessed(verbs, this.#options.ledger);
    const connection = new Connection({ ...this.#options, server: () => server });
    return life.verbs(connection.verbs);
  }
}

/** Every acknowledgement is remembered, for the check that what it tells is true. */
function witnessed(verbs: Verbs, ledger: Ledger): Verbs {
  const seen = async <T extends Parameters<Ledger['acknowledged']>[1]>(
    verb: string,
    pending: Promise<T>,
  ): Promise<T> => {
    const answer = await pending;
    ledger.acknowledged(verb, answer);
    return answer;
  };
  return {
    ...verbs,
    create: (...given) => seen('create', verbs.create(...given)),
    update: (...given) => seen('update', verbs.update(...given)),
    patch: (...given) => seen('patch', verbs.patch(...given)),
    delete: (...given) => seen('delete', verbs.delete(...given)),
  };
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}
