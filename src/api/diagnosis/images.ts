/** Why an image is not there: the runtime's words, and what the registry says when asked. */
import { type ImageName, parseImageName } from '../image-name.ts';
import { credentialsFor, keyringOf } from '../keyring.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Pod } from '../types.ts';
import type { Facts, RegistryLogin, RepositoryAnswer } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { bare, closestWords, listOf, nearest } from './words.ts';

export const imageWaits: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'RegistryUnavailable',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]);

/** The words of containerd (and of Go's network library below it), which carry no code. */
const told: readonly (readonly [RegExp, ReasonCode])[] = [
  [/no match for platform|does not match the specified platform/i, 'image-wrong-platform'],
  [
    /\b401\b|\b403\b|unauthorized|authentication required|pull access denied|insufficient_scope|denied: /i,
    'image-access-denied',
  ],
  [
    /connection refused|no such host|i\/o timeout|no route to host|network is unreachable|server gave HTTP response|TLS handshake|x509:|failed to do request|context deadline exceeded/i,
    'registry-unreachable',
  ],
  [/not found|manifest unknown|name unknown/i, 'image-not-found'],
];

export function imageCodeOf(message: string): ReasonCode {
  return told.find(([form]) => form.test(message))?.[1] ?? 'image-pull-failed';
}

export interface ImageProblem {
  readonly image: string;
  readonly field: string;
  readonly reason: string;
  readonly message: string;
  readonly pullPolicy: string | undefined;
}

export function imageFindings(pod: Pod, problem: ImageProblem, facts: Facts): Finding[] {
  const { image, field, reason, message, pullPolicy } = problem;
  const name = parseImageName(image);
  const words = { image, field, registry: name?.registry ?? '', message: lastWords(message) };
  const details = [bare(message)];
  const found = (code: ReasonCode, more: Readonly<Record<string, string>> = {}): Finding[] => [
    finding(code, nameOf(pod), { ...words, ...more }, { details }),
  ];
  if (reason === 'InvalidImageName' || !name) return found('image-name-invalid');
  if (reason === 'ErrImageNeverPull') return found('image-not-loaded');
  // Who gives pull secrets means the registry.
  const isLocal = pullPolicy === 'Always' && (pod.spec?.imagePullSecrets ?? []).length === 0;
  const code = imageCodeOf(message);
  if (isLocal && isOnNode(pod, name, facts)) {
    // Events know the registry's answer alone, and not that the image is there.
    return [finding('image-pulled-always', nameOf(pod), words, { details, general: code })];
  }
  const login = loginOf(pod, image, facts);
  if (code === 'image-not-found') return notFound(name, facts.repository(name, login), found);
  if (code !== 'image-access-denied') return found(code);
  // Who is let in may still name what is not there: some registries tell the two apart to nobody else.
  const answer = login && facts.repository(name, login);
  const isIn = answer?.type === 'unknown' || (answer?.type === 'tags' && !hasTag(name, answer));
  if (isIn) return notFound(name, answer, found);
  return [...pullSecretFindings(pod, facts), ...found(code)];
}

/** As the node asks the registry: with the pod's pull secrets, as far as we may read them. */
function loginOf(pod: Pod, image: string, facts: Facts): RegistryLogin | undefined {
  const { namespace = '' } = pod.metadata;
  const names = (pod.spec?.imagePullSecrets ?? []).map(({ name = '' }) => name);
  const secrets = names.flatMap((name) => facts.object('secret', namespace, name) ?? []);
  const credentials = credentialsFor(image, keyringOf(secrets));
  return credentials.length > 0
    ? { from: `${namespace}/${names.join(',')}`, credentials }
    : undefined;
}

const hasTag = ({ tag }: ImageName, { tags }: { readonly tags: readonly string[] }): boolean =>
  tag === undefined || tags.includes(tag);

/** As far as the node tells: it lists its largest images. */
function isOnNode({ spec }: Pod, { registry, repository, tag }: ImageName, facts: Facts): boolean {
  const node = spec?.nodeName ? facts.object('node', undefined, spec.nodeName) : undefined;
  const wanted = `${registry}/${repository}:${tag ?? 'latest'}`;
  return (node?.status?.images ?? []).some(({ names = [] }) => names.includes(wanted));
}

function notFound(
  name: ImageName,
  answer: RepositoryAnswer | undefined,
  found: (code: ReasonCode, more?: Readonly<Record<string, string>>) => Finding[],
): Finding[] {
  const { repository, tag = name.digest ?? '' } = name;
  if (answer?.type === 'unknown') return found('image-repository-unknown', { repository });
  if (answer?.type !== 'tags') return found('image-not-found');
  const tags = [...new Set([...nearest(tag, answer.tags), ...answer.tags])];
  return found('image-tag-unknown', { repository, tag, tags: listOf(tags) });
}

export function pullSecretFindings(pod: Pod, facts: Facts): Finding[] {
  const namespace = pod.metadata.namespace ?? '';
  return (pod.spec?.imagePullSecrets ?? []).flatMap(({ name = '' }) => {
    if (!facts.missing('secret', namespace, name)) return [];
    const there = facts.objects('secret', namespace).map((each) => each.metadata.name ?? '');
    const words = { name, closest: closestWords(name, there) };
    return [finding('image-pull-secret-missing', nameOf(pod), words)];
  });
}

/** The innermost of Go's nested errors says most: `… dial tcp 127.0.0.1:5000: connect: connection refused`. */
function lastWords(message: string): string {
  const parts = bare(message).split(/: (?=[a-z])/);
  return parts.slice(-3).join(': ');
}
