/** What a script may rely on; listed in `gantry help exit-codes` and docs/operator.md. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done, or nothing to do' },
  failed: { code: 1, meaning: 'something went wrong while working; the message says what' },
  usage: { code: 2, meaning: 'the command line is wrong; nothing was done' },
  machine: {
    code: 3,
    meaning: 'this machine lacks something (root, a package, a kernel feature, a free port, disk)',
  },
  notRunning: { code: 4, meaning: 'the cluster does not exist or does not run' },
  timeout: { code: 5, meaning: 'it did not become ready in time; it may still be starting' },
  refused: {
    code: 6,
    meaning: 'not done, since the question was not answered with yes (use --yes)',
  },
} as const;

export type ExitName = keyof typeof exitCodes;

/** An expected end of a command: one sentence on what is wrong, and one on what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: ExitName;
  readonly cure: string | undefined;

  constructor(exit: ExitName, message: string, cure?: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
    this.cure = cure;
  }
}
