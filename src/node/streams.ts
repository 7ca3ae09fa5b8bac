/** exec, attach and port-forward: where the runtime's own streaming server takes them. */
import { StatusError } from '#base/status-error.ts';
import type { NodeAgent } from './agent.ts';
import type { ObservedContainer } from './decide/observed.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface PodOnNode {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
}

export interface ContainerOnNode extends PodOnNode {
  readonly container: string;
}

interface Streams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export type NodeStreamRequest =
  | (Streams & {
      readonly type: 'exec';
      readonly container: ContainerOnNode;
      readonly command: readonly string[];
    })
  | (Streams & { readonly type: 'attach'; readonly container: ContainerOnNode })
  | {
      readonly type: 'portforward';
      readonly container: PodOnNode;
      readonly ports: readonly number[];
    };

export class NodeStreams {
  readonly #agent: NodeAgent;
  readonly #runtime: Runtime;

  constructor(agent: NodeAgent, runtime: Runtime) {
    this.#agent = agent;
    this.#runtime = runtime;
  }

  /** For one connection. Rejects with a StatusError when the container does not run. */
  async stream(request: NodeStreamRequest): Promise<{ host: string; port: number; path: string }> {
    const { hostname, port, pathname, search } = new URL(await this.#open(request));
    return { host: hostname, port: Number(port), path: `${pathname}${search}` };
  }

  #open(request: NodeStreamRequest): Promise<string> {
    if (request.type === 'portforward') {
      const { podUid, pod } = request.container;
      const sandbox = this.#agent.mirror
        .sandboxesOf(this.#agent.ownUid(podUid))
        .find(({ ready }) => ready);
      if (!sandbox) throw new StatusError('BadRequest', `pod ${pod} is not running`);
      return this.#runtime.portForward(sandbox.id, request.ports);
    }
    const { id } = this.#runningContainer(request.container);
    const { stdin, stdout, tty } = request;
    // One terminal carries both outputs.
    const streams = { stdin, stdout, tty, stderr: request.stderr && !tty };
    return request.type === 'exec'
      ? this.#runtime.exec(id, request.command, streams)
      : this.#runtime.attach(id, streams);
  }

  #runningContainer({ podUid, container }: ContainerOnNode): ObservedContainer {
    const found = this.#agent
      .containersNamed(podUid, container)
      .find(({ state }) => state === 'running');
    if (!found) throw new StatusError('BadRequest', `container ${container} is not running`);
    return found;
  }
}
