/** Image names, as containers write them and as the runtime files them. */

export interface ImageName {
  /** `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/nginx`. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…`. */
  readonly digest: string | undefined;
}

const repositoryForm =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[\w][\w.-]{0,127}$/;
const digestForm = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/**
 * The full name; absent when it is none. A first part with a dot, a colon, or the word `localhost`
 * is a registry; other names are Docker Hub's, one word alone is in its `library`; without tag and
 * digest the tag is `latest`. Source: the reference grammar of the OCI distribution project.
 */
export function parseImageName(text: string): ImageName | undefined {
  const [beforeDigest = '', digest] = splitOnce(text, '@');
  if (digest !== undefined && !digestForm.test(digest)) return undefined;
  const slash = beforeDigest.indexOf('/');
  const first = slash < 0 ? '' : beforeDigest.slice(0, slash);
  const named = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = named ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io';
  const [path = '', tag] = splitOnce(named ? beforeDigest.slice(slash + 1) : beforeDigest, ':');
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (!repositoryForm.test(repository)) return undefined;
  if (tag !== undefined && !tagForm.test(tag)) return undefined;
  return { registry, repository, tag: tag ?? (digest ? undefined : 'latest'), digest };
}

/** `nginx` → `docker.io/library/nginx:latest`; undefined when it is no image name. */
export function normalImageName(text: string): string | undefined {
  const name = parseImageName(text);
  if (!name) return undefined;
  const tag = name.tag ? `:${name.tag}` : '';
  const digest = name.digest ? `@${name.digest}` : '';
  return `${name.registry}/${name.repository}${tag}${digest}`;
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
