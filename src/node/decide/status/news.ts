/** What a change of a pod's status tells people in events, in the kubelet's words. */
import type { ContainerStatus, Pod, PodStatus } from '#api/types.ts';
import { rejectedWords } from '../admission.ts';

export interface News {
  readonly level: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Absent: about the pod as a whole. */
  readonly container?: string;
}

/** Each wait and each verdict is told once, when it begins; `before` is the status of the last look. */
export function newsOf(pod: Pod, before: PodStatus | undefined, after: PodStatus): News[] {
  const known = new Map(statusesOf(before).map((status) => [status.name, status]));
  const news = statusesOf(after).flatMap((status) => waitNews(pod, known.get(status.name), status));
  news.push(...resizeNews(pod, before, after));
  if (after.reason && before?.reason !== after.reason) {
    const level = after.reason === 'DeadlineExceeded' ? 'Normal' : 'Warning';
    const message = (after.message ?? '').replace(rejectedWords, '');
    news.push({ level, reason: after.reason, message });
  }
  return news;
}

const pendingReasons: Readonly<Record<string, string>> = {
  Deferred: 'ResizeDeferred',
  Infeasible: 'ResizeInfeasible',
};

/** How a resize goes, each change of its conditions once. */
function resizeNews(pod: Pod, before: PodStatus | undefined, after: PodStatus): News[] {
  const of = (status: PodStatus | undefined, type: string) =>
    status?.conditions?.find((condition) => condition.type === type);
  const news: News[] = [];
  const text = (words: string, error?: string): string => {
    const containers = (pod.spec?.containers ?? []).map(({ name, resources = {} }) => ({
      name,
      resources,
    }));
    const { generation } = pod.metadata;
    const resources = pod.spec?.resources;
    return `Pod resize ${words}: ${JSON.stringify({ resources, containers, generation, error })}`;
  };
  const pending = of(after, 'PodResizePending');
  const waited = of(before, 'PodResizePending');
  const reason = pendingReasons[pending?.reason ?? ''];
  if (pending && reason && waited?.reason !== pending.reason) {
    const words = pending.reason?.toLowerCase() ?? '';
    news.push({ level: 'Warning', reason, message: text(words, pending.message) });
  }
  const [was, is] = [of(before, 'PodResizeInProgress'), of(after, 'PodResizeInProgress')];
  if (is && !was) {
    news.push({ level: 'Normal', reason: 'ResizeStarted', message: text('started') });
  } else if (was && !is && !pending) {
    news.push({ level: 'Normal', reason: 'ResizeCompleted', message: text('completed') });
  }
  if (is?.reason === 'Error' && was?.message !== is.message) {
    news.push({ level: 'Warning', reason: 'ResizeError', message: text('error', is.message) });
  }
  return news;
}

function statusesOf(status: PodStatus | undefined): readonly ContainerStatus[] {
  return [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
}

function waitNews(
  { metadata }: Pod,
  before: ContainerStatus | undefined,
  { name, image, state, restartCount }: ContainerStatus,
): News[] {
  const reason = state?.waiting?.reason;
  const same = before?.state?.waiting?.reason === reason && before?.restartCount === restartCount;
  if (same) return [];
  if (reason === 'CrashLoopBackOff') {
    const { name: podName, namespace, uid } = metadata;
    const message = `Back-off restarting failed container ${name} in pod ${podName}_${namespace}(${uid})`;
    return [{ level: 'Warning', reason: 'BackOff', message, container: name }];
  }
  if (reason === 'ImagePullBackOff') {
    const message = `Back-off pulling image "${image}"`;
    return [
      { level: 'Normal', reason: 'BackOff', message, container: name },
      { level: 'Warning', reason: 'Failed', message: `Error: ${reason}`, container: name },
    ];
  }
  return [];
}
