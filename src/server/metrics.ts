/** A small registry of numbers about the server, written out in Prometheus' text form (version 0.0.4). */
import { limits } from '#base/limits.ts';

type Labels = Readonly<Record<string, string>>;

interface Metric {
  write(lines: string[]): void;
}

export class MetricsRegistry {
  readonly #metrics: Metric[] = [];

  counter(name: string, help: string): Counter {
    return this.#add(new Counter(name, help));
  }

  /** `bounds` in ascending order; `+Inf` is added. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#add(new Histogram(name, help, bounds));
  }

  /** Asked when somebody reads the metrics. */
  gauge(
    name: string,
    help: string,
    read: () => number | Iterable<readonly [Labels, number]>,
  ): void {
    this.#add({
      write: (lines) => {
        heading(lines, name, help, 'gauge');
        const value = read();
        if (typeof value === 'number') lines.push(`${name} ${value}`);
        else for (const [labels, each] of value) lines.push(`${name}${braced(labels)} ${each}`);
      },
    });
  }

  text(): string {
    const lines: string[] = [];
    for (const metric of this.#metrics) metric.write(lines);
    return `${lines.join('\n')}\n`;
  }

  #add<T extends Metric>(metric: T): T {
    this.#metrics.push(metric);
    return metric;
  }
}

/** A client invents no labels, but a bug might: beyond `limits.metricSeries` the rest share one. */
const overflow: Labels = { overflow: 'true' };

export class Counter implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: Labels, amount = 1): void {
    seriesOf(this.#values, labels, (own) => ({ labels: own, value: 0 })).value += amount;
  }

  write(lines: string[]): void {
    heading(lines, this.#name, this.#help, 'counter');
    for (const { labels, value } of this.#values.values()) {
      lines.push(`${this.#name}${braced(labels)} ${value}`);
    }
  }
}

interface Buckets {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
}

export class Histogram implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Buckets>();

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const buckets = seriesOf(this.#series, labels, (own) => ({
      labels: own,
      counts: Array<number>(this.#bounds.length + 1).fill(0),
      sum: 0,
    }));
    const at = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = at < 0 ? this.#bounds.length : at;
    buckets.counts[bucket] = (buckets.counts[bucket] ?? 0) + 1;
    buckets.sum += value;
  }

  write(lines: string[]): void {
    heading(lines, this.#name, this.#help, 'histogram');
    for (const { labels, counts, sum } of this.#series.values()) {
      let total = 0;
      const own = braced(labels);
      const inner = own === '' ? '' : `${own.slice(1, -1)},`;
      for (const [at, count] of counts.entries()) {
        total += count;
        lines.push(`${this.#name}_bucket{${inner}le="${this.#bounds[at] ?? '+Inf'}"} ${total}`);
      }
      lines.push(`${this.#name}_sum${own} ${sum}`, `${this.#name}_count${own} ${total}`);
    }
  }
}

/** Found by the values alone: every call for one metric names the same labels in the same order. */
function seriesOf<T>(series: Map<string, T>, labels: Labels, make: (labels: Labels) => T): T {
  const key = Object.values(labels).join('\n');
  const known = series.get(key);
  if (known) return known;
  if (series.size >= limits.metricSeries && labels !== overflow)
    return seriesOf(series, overflow, make);
  const fresh = make(labels);
  series.set(key, fresh);
  return fresh;
}

function braced(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll(/["\\\n]/g, (each) => (each === '\n' ? '\\n' : `\\${each}`));
}

function heading(lines: string[], name: string, help: string, type: string): void {
  lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
}
