/** Services get their addresses and ports here, last of all, when nothing else can refuse them. */
import { services } from '#api/kinds/index.ts';
import type { Service } from '#api/types.ts';
import { internal, invalid } from '../../core/errors.ts';
import type { AdmissionRequest, AdmissionStep, Reservation } from '../admission.ts';
import { Allocator, type AllocatorOptions, RangeFullError } from './allocator.ts';
import { keepFamilies, settleFamilies } from './families.ts';
import type { IPFamily } from './ip.ts';

export function serviceAddressStep(options: AllocatorOptions): AdmissionStep {
  const allocator = new Allocator(options);
  const families = options.ranges.map(({ family }) => family);
  let restored = false;
  return {
    name: 'ServiceAddresses',
    mutate: ({ kind, subresource, object, previous }) => {
      if (kind !== services || subresource !== undefined || !object || !previous) return;
      keepFamilies((object as Service).spec, (previous as Service).spec);
    },
    reserve: (request) => {
      if (request.kind !== services || request.subresource !== undefined) return undefined;
      if (!restored) {
        for (const service of request.reader.list(services)) allocator.restore(service);
        restored = true;
      }
      return reserve(allocator, families, request);
    },
  };
}

function reserve(
  allocator: Allocator,
  families: readonly IPFamily[],
  { operation, object, previous }: AdmissionRequest,
): Reservation {
  if (operation === 'DELETE') return allocator.release(previous as Service);
  const service = object as Service;
  const errors = settleFamilies(service.spec, families);
  if (errors.length > 0) throw invalid(services, service.metadata.name, errors);
  try {
    const outcome = allocator.allocate(service, previous as Service | undefined);
    if (!Array.isArray(outcome)) return outcome;
    throw invalid(services, service.metadata.name, outcome);
  } catch (error) {
    if (error instanceof RangeFullError) throw internal(error);
    throw error;
  }
}
