/** What a Pod gets beyond its spec's defaults, and a template does not. */
import type { Container, Pod, PodSpec } from '../../types.ts';
import { ownValue } from '../common/records.ts';
import { defaultPodSpec } from '../pod-spec/defaults.ts';

export function defaultPod(pod: Pod): void {
  const { spec } = pod;
  if (!spec) return;
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    requestLimits(container);
  }
  requestPodLimits(spec);
  if (spec.hostNetwork) {
    hostPorts(spec.containers);
    hostPorts(spec.initContainers);
  }
}

/** A limit without a request asks for as much. */
function requestLimits({ resources }: Pick<Container, 'resources'>): void {
  const { limits, requests } = resources ?? {};
  if (!resources || !limits) return;
  const isComplete = requests && Object.keys(limits).every((name) => Object.hasOwn(requests, name));
  if (!isComplete) resources.requests = { ...limits, ...requests };
}

/** The same for the pod as a whole, where no container asks for that resource on its own. */
function requestPodLimits({ resources, containers = [], initContainers = [] }: PodSpec): void {
  if (!resources?.limits) return;
  const asked = new Set(
    [...containers, ...initContainers].flatMap((each) =>
      Object.keys(each.resources?.requests ?? {}),
    ),
  );
  for (const [name, limit] of Object.entries(resources.limits)) {
    if (asked.has(name) || ownValue(resources.requests, name) !== undefined) continue;
    resources.requests = { ...resources.requests, [name]: limit };
  }
}

function hostPorts(containers: readonly Container[] | undefined): void {
  for (const container of containers ?? []) {
    for (const port of container.ports ?? []) {
      if (!port.hostPort && port.containerPort) port.hostPort = port.containerPort;
    }
  }
}
