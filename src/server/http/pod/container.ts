/** Which container of a pod is meant, and what Kubernetes says when that is not clear. */
import type { Pod } from '#api/types.ts';
import type { StatusError } from '#base/status-error.ts';
import { badRequest } from '../../core/errors.ts';

/** The only container when none is named; a refusal that lists the choices otherwise. */
export function chooseContainer(pod: Pod, wanted: string | undefined): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const { name } = pod.metadata;
  if (wanted) {
    const all = [...containers, ...initContainers, ...ephemeralContainers];
    if (all.some((each) => each.name === wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  if (containers.length === 1 && containers[0]) return containers[0].name;
  const namesOf = (list: readonly { name: string }[]) => list.map((each) => each.name).join(' ');
  let message = `a container name must be specified for pod ${name}`;
  if (containers.length > 0) message += `, choose one of: [${namesOf(containers)}]`;
  if (initContainers.length > 0)
    message += ` or one of the init containers: [${namesOf(initContainers)}]`;
  if (ephemeralContainers.length > 0) {
    message += ` or one of the ephemeral containers: [${namesOf(ephemeralContainers)}]`;
  }
  throw badRequest(message);
}

const imageReasons: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

/** Why a container has no log, by what its status says; undefined when the status shows no reason. */
export function missingLog(
  pod: Pod,
  container: string,
  previous: boolean,
): StatusError | undefined {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = pod.status ?? {};
  const status = [
    ...containerStatuses,
    ...initContainerStatuses,
    ...ephemeralContainerStatuses,
  ].find(({ name }) => name === container);
  const what = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  if (!status) return badRequest(`${what} is not available`);
  const { state, lastState } = status;
  if (previous) {
    return lastState?.terminated ? undefined : badRequest(`previous terminated ${what} not found`);
  }
  if (state?.running || state?.terminated || lastState?.terminated) return undefined;
  const reason = state?.waiting?.reason;
  if (!reason) return badRequest(`${what} is waiting to start - no logs yet`);
  return badRequest(`${what} is waiting to start: ${imageReasons[reason] ?? reason}`);
}
