/**
 * The pull policy that an image name implies: `Always` for the tag latest, written or implied, else
 * `IfNotPresent`. A digest names content that cannot change, so it implies no tag.
 */
export function impliedPullPolicy(image: string | undefined): 'Always' | 'IfNotPresent' {
  return tagOf(image ?? '') === 'latest' ? 'Always' : 'IfNotPresent';
}

function tagOf(image: string): string {
  if (image === '') return '';
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon >= 0) return named.slice(colon + 1);
  return at < 0 ? 'latest' : '';
}
