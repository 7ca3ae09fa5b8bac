/**
 * Whoever follows the logs of pods reads one run of a container after the other. Which run is next
 * says the pod's status: `containerID` names the last run that began, `lastState` the one before.
 */
import { isFinal } from '#api/pod-phase.ts';
import type { ContainerStatus, Pod } from '#api/types.ts';

export interface Run {
  readonly container: string;
  /** `containerID` of core/v1 ContainerStatus. */
  readonly id: string;
  /** It is the run before the last. */
  readonly previous: boolean;
}

/** The names whose logs a person wants who named none, or the one. */
export function containersOf({ spec }: Pod, only: string | undefined): string[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  const all = [...initContainers, ...containers, ...ephemeralContainers];
  if (only !== undefined) return all.filter(({ name }) => name === only).map(({ name }) => name);
  // What only prepared the pod has nothing to say about now.
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...containers].map(({ name }) => name);
}

/**
 * The next runs to read, one at most of each container. `read` tells the last run that was read or
 * is being read. `known`: the pod was there before the following began, so that what had ended well in
 * it by then is not told.
 */
export function nextRuns(
  pod: Pod,
  only: string | undefined,
  read: (container: string) => string | undefined,
  known: boolean,
): Run[] {
  const {
    initContainerStatuses = [],
    containerStatuses = [],
    ephemeralContainerStatuses = [],
  } = pod.status ?? {};
  const told = new Set(containersOf(pod, only));
  const lively = initContainerStatuses.filter(
    ({ name, state }) => !known || state?.running !== undefined || told.has(name),
  );
  const wanted =
    only === undefined
      ? [...lively, ...containerStatuses]
      : [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].filter(
          ({ name }) => name === only,
        );
  return wanted.flatMap((status) => nextRun(status, read(status.name)));
}

function nextRun(status: ContainerStatus, last: string | undefined): Run[] {
  const { name: container, containerID: id = '', lastState } = status;
  if (id === '' || id === last) return [];
  const before = lastState?.terminated?.containerID ?? '';
  // It came and went while the run before it was still being read.
  if (last !== undefined && before !== '' && before !== last && before !== id)
    return [{ container, id: before, previous: true }];
  return [{ container, id, previous: false }];
}

/** Nothing more can come of it. */
export function hasEnded({ status }: Pod): boolean {
  return isFinal(status?.phase);
}

/** As far as the pod's status tells. */
export function runs(pod: Pod | undefined, { id }: Run): boolean {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {};
  const ephemeral = pod?.status?.ephemeralContainerStatuses ?? [];
  return [...initContainerStatuses, ...containerStatuses, ...ephemeral].some(
    ({ containerID, state }) => containerID === id && state?.running !== undefined,
  );
}
