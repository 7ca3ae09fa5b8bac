/** Why the program could not start, in words, with a cure, and whether another try can help. */
import { wordsOf } from '#base/words.ts';
import { type ClusterConfig, defaultName } from '#cli/cluster/cluster-config.ts';
import { StoreOpenError } from '#store/backend.ts';

export interface StartProblem {
  readonly message: string;
  readonly cure: string | undefined;
  readonly again: boolean;
}

export function startProblem(error: unknown, config: ClusterConfig): StartProblem {
  const message = wordsOf(error);
  const name = config.name === defaultName ? '' : ` --name ${config.name}`;
  if (error instanceof StoreOpenError) return { message, cure: undefined, again: false };
  const code = (error as { code?: unknown }).code;
  if (code === 'EADDRINUSE') {
    const port = (error as { port?: number }).port ?? config.apiPort;
    return {
      message: `Port ${port} is in use by another program.`,
      cure: `Stop that program, then run "gantry up${name}" again.`,
      again: false,
    };
  }
  if (code === 'ENOSPC') {
    return {
      message: `The disk that holds ${config.dataDir} is full.`,
      cure: 'Make space there.',
      again: true,
    };
  }
  return { message, cure: undefined, again: true };
}
