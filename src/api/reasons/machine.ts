import type { Reason } from './reason.ts';

/** What `gantry doctor` finds on a machine and in its cluster. */
export const machineReasons = {
  'certificate-ended': {
    sentence: 'The certificate {certificate} ended on {end}.',
    cure: 'A stopped cluster makes a new one at its start ("gantry up"); a running one looks once a day, and "gantry logs" says why it could not.',
  },
  'certificate-ends-soon': {
    sentence: 'The certificate {certificate} ends on {end} and was not renewed.',
    cure: 'A running gantry renews it by itself, once a day: "gantry logs" says why it did not. A stopped one does so at its start ("gantry up").',
  },
  'certificate-not-yet-valid': {
    sentence:
      'The certificate {certificate} is valid only from {begin} on: the clock of this machine is wrong.',
    cure: 'Set the clock ("timedatectl set-ntp true"). If it was wrong when the certificate was made, remove the file: the next look of gantry, or its next start, makes another.',
  },
  'certificate-missing': {
    sentence: 'The certificate {certificate} is missing or cannot be read.',
    cure: "Certificates that are missing are made at the start and once a day. A new authority (ca) makes every kubeconfig and every pod's trust anew: put back a copy if you have one.",
  },
  'kubeconfig-stale': {
    sentence: 'The kubeconfig {path} has not the certificate that the cluster has now.',
    cure: '"gantry status" or "gantry up" writes it anew.',
  },
  'disk-low': {
    sentence: 'The disk that holds {path} has {free} MiB free ({percent} %).',
    cure: 'Make space there: "gantry image rm IMAGE", logs, other files. Below 10 % the node takes no pods.',
  },
  'inodes-low': {
    sentence: 'The file system that holds {path} has only {free} free inodes ({percent} %).',
    cure: 'Remove many small files there, or make the file system anew with more inodes.',
  },
  'clock-behind': {
    sentence: 'The clock is {behind} behind the last write of the store.',
    cure: 'Set the clock ("timedatectl set-ntp true"): leases, events and certificates go by it.',
  },
  'port-taken': {
    sentence: 'Port {port}, which {what} needs, is in use by {owner}.',
    cure: 'Stop that program; the cluster takes the port at its next start.',
  },
  'port-silent': {
    sentence: 'Nothing listens on port {port}, where {what} should answer.',
    cure: 'See "gantry status" and "gantry logs".',
  },
  'kernel-lacks': {
    sentence: 'The kernel of this machine lacks {feature}.',
    cure: '{how}',
  },
  'cgroups-lack': {
    sentence: 'The control group controller "{controller}" is off: {effect}.',
    cure: 'Add "cgroup_enable={controller}" to the kernel command line (cgroup v1), or let systemd delegate it, and restart the machine.',
  },
  'program-missing': {
    sentence: 'The program {program} is not installed.',
    cure: 'Install it: "apt-get install {package}"; "gantry up" does so by itself.',
  },
  'program-too-old': {
    sentence: '{program} {version} is older than what gantry is tried with ({least}).',
    cure: 'Bring in a newer one from Debian 12 or Ubuntu 22.04 or later.',
  },
  leftover: {
    sentence: 'This machine has {what} of a cluster "{cluster}" that does not exist any more.',
    cure: '{how}',
  },
  'program-not-running': {
    sentence: 'The cluster "{cluster}" does not run.',
    cure: 'Start it with "gantry up --name {cluster}".',
  },
  'part-not-ready': {
    sentence: 'The part {part} of the running program is not ready: {message}.',
    cure: 'See "gantry logs" for why; it goes on trying by itself.',
  },
  'store-damaged': {
    sentence: 'The store does not pass its check: {message}.',
    cure: 'Stop the cluster ("gantry down"), keep a copy of the data directory, and put back a backup of the store.',
  },
  'store-newer': {
    sentence: 'The store was written by a newer gantry: {message}.',
    cure: 'Use the gantry that wrote it, or a later one.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
