/** One question of a person: from its words to what was found. */
import { diagnose } from '#api/diagnosis/diagnose.ts';
import type { ExplainedFinding } from '#api/diagnosis/finding.ts';
import { listeningPortsOfPod } from '#sys/listeners.ts';
import { askRepository } from '#wire/oci/ask-registry.ts';
import { servingProblem, timeProblem } from '#wire/pki/serving-problem.ts';
import { connectApi, explainFailure } from '../api/api-client.ts';
import { findTarget, splitTarget, type Target } from '../api/target.ts';
import { allConfigs } from '../cluster/clusters.ts';
import type { OptionValues } from '../command.ts';
import type { Machine } from '../machine.ts';
import { type Diagnosis, diagnoseThrough, type Surroundings } from './read-facts.ts';

export interface Told {
  readonly target: Target;
  readonly diagnosis: Diagnosis<readonly ExplainedFinding[]>;
  /** Nothing is to be cured; perhaps it is a matter of waiting. */
  readonly healthy: boolean;
}

const harmless: ReadonlySet<string> = new Set(['still-starting', 'claim-waits-for-pod']);

export const isHarmless = ({ code }: ExplainedFinding): boolean => harmless.has(code);

export async function askWhy(
  machine: Machine,
  options: OptionValues,
  positionals: readonly string[],
): Promise<Told> {
  const named = splitTarget(positionals);
  const client = await connectApi(machine, options);
  try {
    const target = await findTarget(client, named);
    const surroundings = await surroundingsOf(machine);
    const diagnosis = await diagnoseThrough(client, surroundings, machine.clock.now(), (facts) =>
      diagnose(target.sort, target.object, facts),
    );
    return { target, diagnosis, healthy: diagnosis.result.every(isHarmless) };
  } catch (error) {
    throw explainFailure(error, client);
  } finally {
    client.http.close();
  }
}

async function surroundingsOf(machine: Machine): Promise<Surroundings> {
  const configs = await allConfigs(machine).catch(() => []);
  const plain = new Set(configs.flatMap(({ httpRegistries }) => httpRegistries));
  return {
    listening: listeningPortsOfPod,
    repository: (registry, repository, logins) =>
      askRepository({ registry, repository, plain: plain.has(registry), logins }),
    certificate: ({ chain, key }) => ({
      problem: servingProblem(chain, key),
      outOfTime: timeProblem(chain, machine.clock.now()),
    }),
  };
}
