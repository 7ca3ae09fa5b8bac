import type { Command } from '../command.ts';

export interface Versions {
  readonly gantry: string;
  /** Of the API that it speaks. */
  readonly kubernetes: string;
  readonly node: string;
}

export function versionCommand(versions: Versions): Command {
  return {
    name: 'version',
    summary: 'say which gantry this is, and which Kubernetes API it speaks',
    options: {},
    run: ({ terminal }) => {
      terminal.answer(
        versions,
        () =>
          `gantry ${versions.gantry} (Kubernetes API ${versions.kubernetes}, Node.js ${versions.node})\n`,
      );
      return Promise.resolve();
    },
  };
}
