/** Content negotiation: in which form the client wants its answer (RFC 9110, 12.5.1; Kubernetes API concepts). */
import { StatusError } from '#base/status-error.ts';

export type Media = 'json' | 'yaml' | 'protobuf';

/** One form of an answer. Equal forms have equal `key`s, so that buffers can be shared by it. */
export interface Form {
  readonly media: Media;
  /** The object itself, rows of a table, or metadata alone. */
  readonly as: 'object' | 'table' | 'metadata';
  /** Of meta.k8s.io, for `table` and `metadata`. */
  readonly metaVersion: 'v1' | 'v1beta1';
  readonly key: string;
  /** Of the answer; for a watch with `;stream=watch` where the media has frames of its own. */
  readonly contentType: string;
}

export interface AcceptClause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** By quality, then as written. */
export function parseAccept(header: string): AcceptClause[] {
  const clauses = header
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseClause);
  return clauses.sort((a, b) => b.quality - a.quality);
}

function parseClause(text: string): AcceptClause {
  const [type = '', ...rest] = text.split(';').map((each) => each.trim());
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [name = '', value = ''] = parameter.split('=').map((each) => each.trim());
    parameters.set(name.toLowerCase(), value.replace(/^"|"$/g, ''));
  }
  const quality = Number(parameters.get('q') ?? '1');
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

const mediaTypes: Readonly<Record<string, Media>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/*': 'json',
  '*/*': 'json',
};

const contentTypes: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

export interface NegotiationScope {
  /** Whether the kind has a protobuf form. */
  readonly protobuf: boolean;
  /** Whether it can be shown as a table or as metadata: errors and Status answers cannot. */
  readonly transforms: boolean;
  readonly watch: boolean;
}

export const plainJson: Form = formOf('json', 'object', 'v1', false);

/** Rejects with 406 when nothing that the client accepts can be made. */
export function negotiate(accept: string | undefined, scope: NegotiationScope): Form {
  if (!accept?.trim()) return plainJson;
  for (const { type, parameters } of parseAccept(accept)) {
    const media = mediaTypes[type];
    if (!media) continue;
    if (media === 'yaml' && scope.watch) continue;
    const as = shapeOf(parameters);
    if (as === undefined || (as !== 'object' && !scope.transforms)) continue;
    // Neither tables nor bare metadata are sent as protobuf; clients name JSON next.
    if (media === 'protobuf' && (!scope.protobuf || as !== 'object')) continue;
    return formOf(media, as, parameters.get('v') === 'v1beta1' ? 'v1beta1' : 'v1', scope.watch);
  }
  throw new StatusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

function shapeOf(parameters: ReadonlyMap<string, string>): Form['as'] | undefined {
  const as = parameters.get('as');
  if (as === undefined) return 'object';
  const version = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1'))
    return undefined;
  if (as === 'Table') return 'table';
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    ? 'metadata'
    : undefined;
}

function formOf(
  media: Media,
  as: Form['as'],
  metaVersion: Form['metaVersion'],
  watch: boolean,
): Form {
  const suffix = watch && media === 'protobuf' ? ';stream=watch' : '';
  const key = `${media}/${as}/${metaVersion}`;
  return { media, as, metaVersion, key, contentType: `${contentTypes[media]}${suffix}` };
}
