/** The cluster's names, kept by Service: a change touches one Service's entries. */
import type { NameView, ServiceNames } from './decide/names.ts';

export class NameTable implements NameView {
  readonly domain: string;
  readonly #inRange: (address: string) => boolean;
  readonly #services = new Map<string, ServiceNames>();
  readonly #byName = new Map<string, Map<string, ServiceNames>>();
  readonly #byAddress = new Map<string, Set<string>>();
  readonly #namespaces = new Set<string>();

  /** `inRange`: addresses of Services and pods, whose reverse names are ours to answer. */
  constructor(domain: string, inRange: (address: string) => boolean) {
    this.domain = domain;
    this.#inRange = inRange;
  }

  set(next: ServiceNames): void {
    this.delete(next.namespace, next.name);
    this.#services.set(`${next.namespace}/${next.name}`, next);
    const called = this.#byName.get(next.name) ?? new Map<string, ServiceNames>();
    this.#byName.set(next.name, called.set(next.namespace, next));
    for (const [address, name] of this.#reverse(next)) {
      const names = this.#byAddress.get(address) ?? new Set();
      this.#byAddress.set(address, names.add(name));
    }
  }

  delete(namespace: string, name: string): void {
    const previous = this.#services.get(`${namespace}/${name}`);
    if (!previous) return;
    this.#services.delete(`${namespace}/${name}`);
    const called = this.#byName.get(name);
    called?.delete(namespace);
    if (called?.size === 0) this.#byName.delete(name);
    for (const [address, fullName] of this.#reverse(previous)) {
      const names = this.#byAddress.get(address);
      names?.delete(fullName);
      if (names?.size === 0) this.#byAddress.delete(address);
    }
  }

  addNamespace(name: string): void {
    this.#namespaces.add(name);
  }

  removeNamespace(name: string): void {
    this.#namespaces.delete(name);
  }

  get size(): number {
    return this.#services.size;
  }

  service(namespace: string, name: string): ServiceNames | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  servicesCalled(name: string): readonly ServiceNames[] {
    const called = [...(this.#byName.get(name)?.values() ?? [])];
    return called.sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  }

  hasNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  namesOf(address: string): readonly string[] {
    return [...(this.#byAddress.get(address) ?? [])];
  }

  isOurs(address: string): boolean {
    return this.#inRange(address);
  }

  /** Addresses that point back: a Service's own, or the members' of a headless one. */
  #reverse({ clusterIPs, endpoints, name, namespace }: ServiceNames): [string, string][] {
    const fullName = `${name}.${namespace}.svc.${this.domain}`;
    return clusterIPs.length > 0
      ? clusterIPs.map((address) => [address, fullName])
      : endpoints.map(({ address, label }) => [address, `${label}.${fullName}`]);
  }
}
