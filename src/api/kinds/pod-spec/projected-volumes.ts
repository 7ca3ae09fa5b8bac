/** A projected volume: files of several sources in one directory, no two at one path. */
import { forbidden, invalid, required } from '../../field-error.ts';
import type {
  ClusterTrustBundleProjection,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../types.ts';
import { checkRequired, type Errors } from '../common/checks.ts';
import { checkDownwardFile, checkKeyToPath } from './files.ts';
import { checkFileMode, checkUnreservedPath } from './paths.ts';

export function checkProjected(errors: Errors, path: string, source: ProjectedVolumeSource): void {
  checkFileMode(errors, `${path}.defaultMode`, source.defaultMode);
  const taken = new Set<string>();
  /** `shown`: what the sentence quotes, which is not always the path. */
  const take = (file: string | undefined, shown: string | undefined): void => {
    if (!file) return;
    if (taken.has(file)) errors.push(invalid(path, shown ?? '', 'conflicting duplicate paths'));
    taken.add(file);
  };
  for (const [index, projection] of (source.sources ?? []).entries()) {
    checkProjection(errors, path, `${path}.sources[${index}]`, projection, take);
  }
}

type Take = (file: string | undefined, shown: string | undefined) => void;

function checkProjection(
  errors: Errors,
  volumePath: string,
  path: string,
  projection: VolumeProjection,
  take: Take,
): void {
  const { secret, configMap, downwardAPI, serviceAccountToken } = projection;
  const { clusterTrustBundle, podCertificate } = projection;
  if (secret) checkItems(errors, `${path}.secret`, secret, take);
  if (configMap) checkItems(errors, `${path}.configMap`, configMap, take);
  for (const file of downwardAPI?.items ?? []) {
    checkDownwardFile(errors, `${path}.downwardAPI`, file);
    take(file.path, file.path);
  }
  if (serviceAccountToken) {
    checkToken(errors, volumePath, `${path}.serviceAccountToken`, serviceAccountToken);
  }
  if (clusterTrustBundle) {
    checkTrustBundle(errors, `${path}.clusterTrustBundle`, clusterTrustBundle);
    take(clusterTrustBundle.path, clusterTrustBundle.path);
  }
  if (podCertificate) checkCertificate(errors, `${path}.podCertificate`, podCertificate, take);
  if (Object.values(projection).filter((each) => each !== undefined).length > 1) {
    errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
  }
}

function checkItems(
  errors: Errors,
  path: string,
  source: { name?: string | undefined; items?: KeyToPath[] | undefined },
  take: Take,
): void {
  checkRequired(errors, `${path}.name`, source.name);
  for (const [index, item] of (source.items ?? []).entries()) {
    checkKeyToPath(errors, `${path}.items[${index}]`, item);
    take(item.path, source.name);
  }
}

function checkToken(
  errors: Errors,
  volumePath: string,
  path: string,
  token: ServiceAccountTokenProjection,
): void {
  const seconds = token.expirationSeconds ?? 0;
  if (seconds < 600) {
    const detail = 'may not specify a duration less than 10 minutes';
    errors.push(invalid(`${path}.expirationSeconds`, seconds, detail));
  }
  if (seconds > 2 ** 32) {
    const detail = 'may not specify a duration larger than 2^32 seconds';
    errors.push(invalid(`${path}.expirationSeconds`, seconds, detail));
  }
  if (checkRequired(errors, `${volumePath}.path`, token.path)) {
    checkUnreservedPath(errors, `${volumePath}.path`, token.path);
  }
}

function checkTrustBundle(
  errors: Errors,
  path: string,
  bundle: ClusterTrustBundleProjection,
): void {
  const { name, signerName } = bundle;
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalid(path, bundle, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (name === '') errors.push(required(`${path}.name`, 'must be a valid object name'));
    if (bundle.labelSelector) {
      const detail = 'labelSelector must be unset if name is specified';
      errors.push(invalid(`${path}.labelSelector`, bundle.labelSelector, detail));
    }
  } else if (signerName === undefined) {
    errors.push(required(path, 'either name or signerName must be specified'));
  } else if (signerName === '') {
    errors.push(required(`${path}.signerName`, 'must be a valid signer name'));
  }
  checkRequired(errors, `${path}.path`, bundle.path);
  checkUnreservedPath(errors, `${path}.path`, bundle.path ?? '');
}

function checkCertificate(
  errors: Errors,
  path: string,
  certificate: PodCertificateProjection,
  take: Take,
): void {
  checkRequired(errors, `${path}.signerName`, certificate.signerName);
  checkRequired(errors, `${path}.keyType`, certificate.keyType);
  for (const field of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
    const file = certificate[field];
    if (!file) continue;
    checkUnreservedPath(errors, `${path}.${field}`, file);
    take(file, file);
  }
}
