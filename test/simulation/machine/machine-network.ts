/** Probes of containers on a simulated machine: what runs long enough answers, mostly. */
import type { Random } from '#base/random.ts';
import type { NetworkProbes } from '#wire/probe/network-probes.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { type Faults, strikes, type Weather } from '../weather.ts';
import type { Machine } from './machine.ts';

export interface MachineNetworkOptions {
  readonly machine: Machine;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
}

export function machineNetwork(options: MachineNetworkOptions): NetworkProbes {
  const { machine, time, random } = options;
  const ask = async (host: string): Promise<void> => {
    await time.sleep(1 + random.below(5));
    const sandbox = [...machine.sandboxes.values()].find(({ ips }) => ips.includes(host));
    const serves = machine.running.some(
      ({ sandboxId, servesAtMs }) => sandboxId === sandbox?.id && servesAtMs <= time.elapsedMs,
    );
    if (!serves || strikes(options, 'probeFailure')) throw new Error('connection refused');
  };
  return {
    http: async ({ host }) => {
      await ask(host);
      return { status: 200, body: 'ok' };
    },
    tcp: ask,
    grpc: async (host) => {
      await ask(host);
      return 'SERVING';
    },
  };
}
