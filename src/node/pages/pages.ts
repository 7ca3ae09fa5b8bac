/**
 * What the agent tells of itself, as the kubelet does on its port: the pages below `nodes/NAME/proxy`.
 * Nothing is measured until somebody asks.
 */
import { type FiguresSource, nodeFigures } from './figures.ts';
import { agentMetrics, cadvisorMetrics, resourceMetrics } from './metrics-text.ts';
import { nodeNetworks } from './networks.ts';
import { type NodeSetUp, settingsPage } from './settings-page.ts';
import { statsSummary } from './summary.ts';

interface NodePage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface NodePages {
  /** Undefined: there is no such page. */
  page(path: string): Promise<NodePage | undefined>;
}

export interface PagesSource extends FiguresSource {
  readonly setUp: () => NodeSetUp;
}

const utf8 = new TextEncoder();

export async function nodePage(source: PagesSource, path: string): Promise<NodePage | undefined> {
  switch (path.replace(/\/+$/, '')) {
    case '/healthz':
      return text('ok');
    case '/pods': {
      const items = source.agent.podObjects.cache.list();
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
    }
    case '/configz':
      return json(settingsPage(source.setUp()));
    case '/stats/summary': {
      const usage = await source.meter.measure();
      return json(statsSummary(await nodeFigures(source), await nodeNetworks(source), usage));
    }
    case '/metrics':
      return metrics(agentMetrics(await nodeFigures(source)));
    case '/metrics/cadvisor':
      return metrics(cadvisorMetrics(await nodeFigures(source), await nodeNetworks(source)));
    case '/metrics/resource':
      return metrics(resourceMetrics(await nodeFigures(source)));
    default:
      return undefined;
  }
}

const text = (words: string, form = 'text/plain; charset=utf-8'): NodePage => ({
  contentType: form,
  body: utf8.encode(words),
});

const metrics = (words: string): NodePage =>
  text(words, 'text/plain; version=0.0.4; charset=utf-8');

const json = (value: object): NodePage => text(`${JSON.stringify(value)}\n`, 'application/json');
