/**
 * `/version`. Vendors ship kubectl as a dispatcher that picks a client by `minor`, and clients parse
 * it as a number: digits only.
 */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** The Kubernetes API that gantry speaks, and its own name behind the plus sign (SemVer build metadata). */
export const kubernetesVersion = { major: '1', minor: '36', gitVersion: 'v1.36.0+gantry' } as const;

export function versionInfo(details: Partial<VersionInfo> = {}): VersionInfo {
  return {
    ...kubernetesVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'node',
    platform: 'linux/amd64',
    ...details,
  };
}
