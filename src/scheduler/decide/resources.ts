/** Amounts of resources as plain numbers: thousandths of a CPU, bytes, counts. */
import { heldSpec } from '#api/kinds/pod-spec/held-resources.ts';
import { millisOf, unitsOf } from '#api/quantity.ts';
import type { Container, Pod, PodSpec } from '#api/types.ts';

/** Extended resources and hugepages count in whole units. */
export interface Resources {
  milliCpu: number;
  memory: number;
  storage: number;
  extended: Map<string, number> | undefined;
}

export type Amounts = Readonly<Record<string, string>>;

export function noResources(): Resources {
  return { milliCpu: 0, memory: 0, storage: 0, extended: undefined };
}

export function resourcesOf(amounts: Amounts = {}): Resources {
  const total = noResources();
  for (const [name, text] of Object.entries(amounts)) {
    if (name === 'cpu') total.milliCpu = millisOf(text);
    else if (name === 'memory') total.memory = unitsOf(text);
    else if (name === 'ephemeral-storage') total.storage = unitsOf(text);
    else if (name !== 'pods') (total.extended ??= new Map()).set(name, unitsOf(text));
  }
  return total;
}

export function add(total: Resources, more: Readonly<Resources>, sign: 1 | -1 = 1): void {
  total.milliCpu += sign * more.milliCpu;
  total.memory += sign * more.memory;
  total.storage += sign * more.storage;
  if (more.extended === undefined) return;
  total.extended ??= new Map();
  for (const [name, amount] of more.extended) {
    total.extended.set(name, (total.extended.get(name) ?? 0) + sign * amount);
  }
}

function raise(total: Resources, least: Readonly<Resources>): void {
  total.milliCpu = Math.max(total.milliCpu, least.milliCpu);
  total.memory = Math.max(total.memory, least.memory);
  total.storage = Math.max(total.storage, least.storage);
  if (least.extended === undefined) return;
  total.extended ??= new Map();
  for (const [name, amount] of least.extended) {
    total.extended.set(name, Math.max(total.extended.get(name) ?? 0, amount));
  }
}

/**
 * What a pod takes of its node: its containers together with its sidecars, or the largest moment of
 * its initialization when that is more (KEP-753); what is asked for the pod as a whole goes before
 * that (KEP-2837); the runtime's overhead comes on top. While a resize is under way or waits, the node
 * holds more than is asked for (`held-resources.ts`).
 */
export function requestOf(pod: Pod): Resources {
  const spec = heldSpec(pod);
  const total = containerTotal(spec);
  const whole = spec.resources?.requests;
  if (whole !== undefined) {
    const asked = resourcesOf(whole);
    if ('cpu' in whole) total.milliCpu = asked.milliCpu;
    if ('memory' in whole) total.memory = asked.memory;
  }
  if (spec.overhead !== undefined) add(total, resourcesOf(spec.overhead));
  return total;
}

function containerTotal(spec: PodSpec): Resources {
  const running = noResources();
  for (const container of spec.containers) add(running, requestedBy(container));
  const sidecars = noResources();
  const starting = noResources();
  for (const container of spec.initContainers ?? []) {
    const request = requestedBy(container);
    if (container.restartPolicy === 'Always') add(sidecars, request);
    else add(request, sidecars);
    raise(starting, container.restartPolicy === 'Always' ? sidecars : request);
  }
  add(running, sidecars);
  raise(running, starting);
  return running;
}

function requestedBy({ resources }: Container): Resources {
  return resourcesOf(resources?.requests);
}
