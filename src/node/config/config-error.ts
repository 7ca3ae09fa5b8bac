/** A container cannot be made as its spec stands now; the words go to its status. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly reason: string;

  constructor(message: string, reason = 'CreateContainerConfigError') {
    super(message);
    this.reason = reason;
  }
}
