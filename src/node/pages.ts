/** What the agent tells of itself, as kubelet does on its port: `nodes/NAME/proxy/healthz` and `/pods`. */
import type { NodeAgent } from './agent.ts';

interface NodePage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface NodePages {
  /** Undefined: there is no such page. */
  page(path: string): Promise<NodePage | undefined>;
}

const utf8 = new TextEncoder();

export function nodePage(agent: NodeAgent, path: string): NodePage | undefined {
  switch (path.replace(/\/+$/, '')) {
    case '/healthz':
      return { contentType: 'text/plain; charset=utf-8', body: utf8.encode('ok') };
    case '/pods': {
      const list = {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: {},
        items: agent.podObjects.cache.list(),
      };
      return { contentType: 'application/json', body: utf8.encode(`${JSON.stringify(list)}\n`) };
    }
    default:
      return undefined;
  }
}
