/** Why a volume cannot be had now; the words go to a FailedMount event. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}
