/** What spec.podFailurePolicy says of a pod that failed (KEP-3329). The first rule that matches counts. */
import type {
  ContainerStatus,
  Pod,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
} from '#api/types.ts';

export interface Ruling {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** Why the whole Job fails. */
  readonly message?: string | undefined;
}

const usual: Ruling = { action: 'Count' };

export function rulingOn(pod: Pod, policy: PodFailurePolicy | undefined): Ruling {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const match = matchOf(pod, rule);
    if (match === undefined) continue;
    switch (rule.action) {
      case 'FailJob':
        return { action: 'FailJob', message: `${match} matching FailJob rule at index ${index}` };
      case 'FailIndex':
      case 'Ignore':
        return { action: rule.action };
      default:
        return usual;
    }
  }
  return usual;
}

/** The first half of a sentence that says what matched. */
function matchOf(pod: Pod, { onExitCodes, onPodConditions }: PodFailurePolicyRule) {
  const { namespace, name } = pod.metadata;
  if (onExitCodes) {
    const found = containerOf(pod, onExitCodes);
    if (found === undefined) return undefined;
    const code = found.state?.terminated?.exitCode;
    return `Container ${found.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((each) => each.type === type && (each.status ?? 'True') === status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function containerOf(
  { status }: Pod,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name, state }) => {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0) return false;
    if (containerName !== undefined && name !== containerName) return false;
    return values.includes(code) === (operator === 'In');
  });
}
