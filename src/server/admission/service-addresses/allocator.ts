/**
 * Gives Services their addresses and node ports, and takes them back. The pools are read from the
 * store once and follow every write since; what a write takes is its own at once and goes back when
 * the write fails. What it gives up is free only when the write is durable.
 */
import { type FieldError, invalid } from '#api/field-error.ts';
import {
  isHeadless,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
} from '#api/kinds/services/access.ts';
import type { Service, ServicePort } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import type { Reservation } from '../admission.ts';
import { type AddressRange, formatAddress, type IPFamily, parseAddress } from './ip.ts';
import { Pool, type PoolRange } from './pool.ts';

export interface AllocatorOptions {
  /** One range per family, the cluster's first choice first. */
  readonly ranges: readonly AddressRange[];
  readonly nodePorts: { readonly first: number; readonly last: number };
  /** Addresses that only one Service may have (`default/kubernetes`), by address. */
  readonly reserved: ReadonlyMap<string, string>;
  readonly random: Random;
}

/** A number of a pool that one write takes or gives up. */
interface Claim {
  readonly pool: Pool;
  readonly value: bigint;
}

export class RangeFullError extends Error {
  override readonly name = 'RangeFullError';
}

export class Allocator {
  readonly #random: Random;
  readonly #addresses = new Map<IPFamily, { range: AddressRange; pool: Pool }>();
  readonly #ports: Pool;
  readonly #portRange: { readonly first: number; readonly last: number };

  constructor({ ranges, nodePorts, reserved, random }: AllocatorOptions) {
    this.#random = random;
    this.#portRange = nodePorts;
    for (const range of ranges) {
      const owners = new Map<bigint, string>();
      for (const [text, owner] of reserved) {
        const address = parseAddress(text);
        if (address?.family === range.family) owners.set(address.value, owner);
      }
      this.#addresses.set(range.family, { range, pool: new Pool(poolRange(range), owners) });
    }
    const first = BigInt(nodePorts.first);
    const last = BigInt(nodePorts.last);
    this.#ports = new Pool({ first, last, static: band(last - first + 1n, 16n, 128n, 32n) });
  }

  /** A Service that the store holds. */
  restore(service: Service): void {
    for (const { pool, value } of this.#claimsOf(service)) pool.restore(value, ownerOf(service));
  }

  /**
   * Completes `next` in place. `previous` absent: a new Service. On errors nothing is taken.
   * Throws RangeFullError when there is nothing left to give.
   */
  allocate(next: Service, previous: Service | undefined): Reservation | FieldError[] {
    const taken: Claim[] = [];
    const owner = ownerOf(next);
    const cancel = () => taken.forEach(({ pool, value }) => pool.release(value, owner));
    try {
      const errors = [...this.#giveAddresses(next, taken), ...this.#givePorts(next, taken)];
      if (errors.length > 0) {
        cancel();
        return errors;
      }
    } catch (error) {
      cancel();
      throw error;
    }
    const kept = this.#claimsOf(next);
    const gone = (previous ? this.#claimsOf(previous) : []).filter(
      (old) => !kept.some(({ pool, value }) => pool === old.pool && value === old.value),
    );
    return {
      confirm: () => gone.forEach(({ pool, value }) => pool.release(value, owner)),
      cancel,
    };
  }

  release(service: Service): Reservation {
    const owner = ownerOf(service);
    const held = this.#claimsOf(service);
    return {
      confirm: () => held.forEach(({ pool, value }) => pool.release(value, owner)),
      cancel: () => undefined,
    };
  }

  #giveAddresses(service: Service, taken: Claim[]): FieldError[] {
    const { spec } = service;
    if (!needsClusterIp(spec) || isHeadless(spec)) return [];
    const addresses = [...(spec.clusterIPs ?? [])];
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      const place = this.#addresses.get(family as IPFamily);
      if (place === undefined) continue;
      const wanted = addresses[index];
      const given = wanted
        ? this.#takeAddress(service, wanted, place, taken)
        : this.#takeAnyAddress(service, place, taken);
      if (typeof given !== 'string') return [given];
      addresses[index] = given;
    }
    spec.clusterIPs = addresses;
    spec.clusterIP = addresses[0];
    return [];
  }

  #takeAddress(
    service: Service,
    text: string,
    { range, pool }: { range: AddressRange; pool: Pool },
    taken: Claim[],
  ): string | FieldError {
    const value = parseAddress(text)?.value;
    if (value === undefined) return text; // Not an address: validation has said so already.
    const refuse = (why: string) =>
      invalid(
        'spec.clusterIPs',
        service.spec.clusterIPs ?? [text],
        `failed to allocate IP ${text}: ${why}`,
      );
    const before = pool.ownerOf(value);
    const refusal = pool.take(value, ownerOf(service));
    if (refusal === 'taken') return refuse('provided IP is already allocated');
    if (refusal !== undefined) {
      return refuse(
        `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${range.text}`,
      );
    }
    if (before === undefined) taken.push({ pool, value });
    return text;
  }

  #takeAnyAddress(
    service: Service,
    { range, pool }: { range: AddressRange; pool: Pool },
    taken: Claim[],
  ): string {
    const value = pool.takeAny(ownerOf(service), this.#random);
    if (value === undefined) {
      throw new RangeFullError('failed to allocate a serviceIP: range is full');
    }
    taken.push({ pool, value });
    return formatAddress({ family: range.family, value });
  }

  #givePorts(service: Service, taken: Claim[]): FieldError[] {
    const { spec } = service;
    const ports = spec.ports ?? [];
    const errors: FieldError[] = [];
    for (const [index, { nodePort }] of ports.entries()) {
      if (!nodePort) continue;
      const field = `spec.ports[${index}].nodePort`;
      const error = this.#takePort(service, nodePort, field, taken);
      if (error) errors.push(error);
    }
    const { healthCheckNodePort: asked } = spec;
    const checked = needsHealthCheckPort(spec);
    if (checked && asked) {
      const error = this.#takePort(service, asked, 'spec.healthCheckNodePort', taken);
      if (error) errors.push(error);
    }
    if (errors.length > 0) return errors;
    for (const port of needsNodePort(spec) ? ports : []) {
      port.nodePort ||= sharedPort(port, ports) ?? this.#takeAnyPort(service, taken);
    }
    if (checked && !asked) spec.healthCheckNodePort = this.#takeAnyPort(service, taken);
    return [];
  }

  #takePort(service: Service, port: number, field: string, taken: Claim[]): FieldError | undefined {
    const value = BigInt(port);
    const before = this.#ports.ownerOf(value);
    const refusal = this.#ports.take(value, ownerOf(service));
    if (refusal === 'taken') return invalid(field, port, 'provided port is already allocated');
    if (refusal !== undefined) {
      const { first, last } = this.#portRange;
      const why = `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
      return invalid(field, port, why);
    }
    if (before === undefined) taken.push({ pool: this.#ports, value });
    return undefined;
  }

  #takeAnyPort(service: Service, taken: Claim[]): number {
    const value = this.#ports.takeAny(ownerOf(service), this.#random);
    if (value === undefined) {
      throw new RangeFullError('failed to allocate a nodePort: range is full');
    }
    taken.push({ pool: this.#ports, value });
    return Number(value);
  }

  #claimsOf(service: Service): Claim[] {
    const claims: Claim[] = [];
    const { spec } = service;
    for (const text of needsClusterIp(spec) ? (spec.clusterIPs ?? []) : []) {
      const address = parseAddress(text);
      const place = address && this.#addresses.get(address.family);
      if (address && place) claims.push({ pool: place.pool, value: address.value });
    }
    for (const { nodePort } of spec.ports ?? []) {
      if (nodePort) claims.push({ pool: this.#ports, value: BigInt(nodePort) });
    }
    if (spec.healthCheckNodePort) {
      claims.push({ pool: this.#ports, value: BigInt(spec.healthCheckNodePort) });
    }
    return claims;
  }
}

/** One number serves a TCP and a UDP port of the same number, as DNS has them. */
function sharedPort(port: ServicePort, ports: readonly ServicePort[]): number | undefined {
  const { nodePort: number } = ports.find((each) => each.port === port.port && each.nodePort) ?? {};
  const isUsed = ports.some((each) => each.nodePort === number && each.protocol === port.protocol);
  return isUsed ? undefined : number;
}

function ownerOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Without the network's own address and, in IPv4, its broadcast address. */
function poolRange({ family, first, size }: AddressRange): PoolRange {
  const last = first + size - (family === 'IPv4' ? 2n : 1n);
  return { first: first + 1n, last, static: band(size, 16n, 256n, 16n) };
}

/** How much of a range is kept for numbers asked for by name: a share of it within bounds, none of a small range. */
function band(size: bigint, least: bigint, most: bigint, share: bigint): bigint {
  if (size <= least) return 0n;
  const part = size / share;
  return part < least ? least : part > most ? most : part;
}
