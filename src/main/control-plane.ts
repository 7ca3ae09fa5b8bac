/**
 * The control plane in one process: the API server, all controllers and the scheduler over one
 * store. Nothing here opens a socket or a file, so the simulator builds the very same.
 */
import type { Kind } from '#api/kind.ts';
import { allKinds } from '#api/kinds/index.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import type { Certify } from '#client/carry-out.ts';
import { LoopRuntime } from '#client/runtime.ts';
import { allControllers } from '#controllers/all.ts';
import { Scheduler } from '#scheduler/scheduler.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '#server/api-server.ts';

export interface ControlPlaneOptions extends Omit<ApiServerOptions, 'kinds'> {
  readonly kinds?: readonly Kind[];
  /** PEM: what pods trust when they talk to the API server. */
  readonly rootCertificates: () => string;
  /** Has itself called when they have been renewed. */
  readonly onRootRenewal?: (renewed: () => void) => void;
  /** Signs certificate requests; absent: they wait. */
  readonly certify?: Certify | undefined;
  /** The way from each part to the server, by its user name; the simulator's is a bad one. Default: none. */
  readonly connect?: (verbs: Verbs, user: string) => Verbs;
}

/** Each part asks under its own name, with the rights that the bootstrap policy gives it. */
const identities = {
  caches: 'system:kube-controller-manager',
  scheduler: 'system:kube-scheduler',
  controller: (name: string) => `system:controller:${name}`,
} as const;

export class ControlPlane {
  readonly server: ApiServer;
  readonly runtime: LoopRuntime;
  readonly scheduler: Scheduler;

  static async create(options: ControlPlaneOptions): Promise<ControlPlane> {
    const server = await createApiServer({ ...options, kinds: options.kinds ?? allKinds });
    return new ControlPlane(options, server);
  }

  private constructor(options: ControlPlaneOptions, server: ApiServer) {
    const parts: { clock: Clock; timers: Timers; random: Random; logger: Logger } = {
      ...options,
      logger: options.log,
    };
    const connect = options.connect ?? ((verbs: Verbs) => verbs);
    const verbsFor = (user: string): Verbs =>
      connect(server.verbsFor({ name: user, groups: ['system:authenticated'] }), user);
    this.server = server;
    this.runtime = new LoopRuntime({
      ...parts,
      verbs: verbsFor(identities.caches),
      certify: options.certify,
      verbsFor: (loop) =>
        verbsFor(loop === 'default-scheduler' ? identities.scheduler : identities.controller(loop)),
    });
    const kinds = (options.kinds ?? allKinds).filter(
      (kind) => kind.verbs.includes('watch') && !kind.storedAs,
    );
    for (const controller of allControllers({
      kinds,
      rootCertificates: options.rootCertificates,
      onRootRenewal: options.onRootRenewal,
    })) {
      this.runtime.add(controller);
    }
    this.scheduler = new Scheduler({
      ...parts,
      verbs: verbsFor(identities.scheduler),
      informers: this.runtime.informers,
      recorder: this.runtime.recorderFor('default-scheduler'),
    });
  }

  /** Resolves when the loops work on the whole state. The server answers before that. */
  async start(): Promise<void> {
    await this.server.ready;
    await Promise.all([this.runtime.start(), this.scheduler.start()]);
  }

  /** Loops first: what they have begun is carried out or never was. */
  async stop(graceMs = 0): Promise<void> {
    await this.scheduler.stop();
    await this.runtime.stop();
    await this.server.close(graceMs);
  }
}
