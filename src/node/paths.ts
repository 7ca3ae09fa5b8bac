/** Where the node keeps what, below its one directory. */
import type { Pod } from '#api/types.ts';

export class NodePaths {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  get pods(): string {
    return `${this.directory}/pods`;
  }

  /** A tmpfs: what lies here never reaches a disk. */
  get secrets(): string {
    return `${this.directory}/secrets`;
  }

  get logs(): string {
    return `${this.directory}/logs`;
  }

  /** Of pods that are gone. */
  get keptLogs(): string {
    return `${this.directory}/kept-logs`;
  }

  get seccomp(): string {
    return `${this.directory}/seccomp`;
  }

  pod(uid: string): string {
    return `${this.pods}/${uid}`;
  }

  volume(uid: string, name: string): string {
    return `${this.pod(uid)}/volumes/${name}`;
  }

  secretVolume(uid: string, name: string): string {
    return `${this.secrets}/${uid}/${name}`;
  }

  hostsFile(uid: string): string {
    return `${this.pod(uid)}/etc-hosts`;
  }

  terminationLog(uid: string, container: string, attempt: number): string {
    return `${this.pod(uid)}/containers/${container}/${attempt}`;
  }

  podLogs({ metadata: { namespace, name, uid } }: Pod): string {
    return `${this.logs}/${namespace}_${name}_${uid}`;
  }

  /** Below `podLogs`. */
  containerLog(container: string, attempt: number): string {
    return `${container}/${attempt}.log`;
  }
}
