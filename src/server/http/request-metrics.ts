/** What is counted about requests, under the names that dashboards for kube-apiserver know. */
import type { Counter, Histogram, MetricsRegistry } from '../metrics.ts';

export interface RequestLabels {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
}

const latencyBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class RequestMetrics {
  readonly #requests: Counter;
  readonly #latency: Histogram;
  readonly #longRunning = new Map<string, { labels: RequestLabels; open: number }>();
  #inFlight = 0;

  constructor(registry: MetricsRegistry) {
    this.#requests = registry.counter(
      'apiserver_request_total',
      'Answered requests by verb, resource and code.',
    );
    this.#latency = registry.histogram(
      'apiserver_request_duration_seconds',
      'Time from the header of a request to the head of its answer; watches and streams are left out.',
      latencyBounds,
    );
    registry.gauge(
      'apiserver_current_inflight_requests',
      'Requests under way that are no watches or streams.',
      () => this.#inFlight,
    );
    registry.gauge('apiserver_longrunning_requests', 'Open watches and streams.', () =>
      [...this.#longRunning.values()].map(({ labels, open }) => [{ ...labels }, open] as const),
    );
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  began(): void {
    this.#inFlight += 1;
  }

  ended(): void {
    this.#inFlight -= 1;
  }

  answered(labels: RequestLabels, code: number, seconds: number | undefined): void {
    this.#requests.add({ ...labels, code: String(code) });
    if (seconds !== undefined) this.#latency.observe({ ...labels }, seconds);
  }

  /** Returns what to call when the stream is over. */
  opened(labels: RequestLabels): () => void {
    const key = Object.values(labels).join('/');
    const entry = this.#longRunning.get(key) ?? { labels, open: 0 };
    this.#longRunning.set(key, entry);
    entry.open += 1;
    return () => {
      entry.open -= 1;
    };
  }
}
