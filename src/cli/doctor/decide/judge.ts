/** From what was seen of a machine and its clusters to what is wrong with them. */
import { bare } from '#api/diagnosis/words.ts';
import { explain, type ExplainedFinding, finding, type Finding } from '#api/diagnosis/finding.ts';
import { humanDuration } from '#api/duration.ts';
import { formatTime } from '#api/time.ts';
import { compareVersions } from '#base/versions.ts';
import type { CertificateFacts, ClusterFacts, MachineFacts, ProgramFacts } from './facts.ts';

/** A certificate is renewed when a third of its life is left; with a sixth left that did not happen. */
const renewalMissedPart = 1 / 6;
/** The node evicts below a tenth (`node/decide/node-conditions.ts`); people want to know before. */
const diskLowPart = 0.15;
const inodesLowPart = 0.1;
/** Clocks of file systems are a little coarse. */
const clockSlackMs = 5_000;
const mib = 1024 * 1024;

const effects: Readonly<Record<string, string>> = {
  memory: 'memory limits do not hold',
  cpu: 'CPU limits and shares do not hold',
  pids: 'the number of processes of a pod has no limit',
};

export function judge(facts: MachineFacts): ExplainedFinding[] {
  const machine = { kind: 'Machine', name: facts.hostname };
  const found: Finding[] = [
    ...facts.kernelLacks.map((lack) => finding('kernel-lacks', machine, { ...lack })),
    ...Object.entries(effects)
      .filter(([controller]) => !facts.controllers.includes(controller))
      .map(([controller, effect]) => finding('cgroups-lack', machine, { controller, effect })),
    ...facts.programs.flatMap((program) => programFindings(machine, program)),
    ...facts.leftovers.map((leftover) => finding('leftover', machine, { ...leftover })),
    ...facts.clusters.flatMap((cluster) => clusterFindings(cluster, facts.now)),
  ];
  return found.map(explain);
}

type Subject = Finding['subject'];

function programFindings(machine: Subject, facts: ProgramFacts): Finding[] {
  const { program, version, least } = facts;
  if (version === undefined) {
    return [finding('program-missing', machine, { program, package: facts.package })];
  }
  if (version === '' || compareVersions(version, least) >= 0) return [];
  return [finding('program-too-old', machine, { program, version, least })];
}

function clusterFindings(cluster: ClusterFacts, now: number): Finding[] {
  const self = { kind: 'Cluster', name: cluster.name };
  const { store, running, staleKubeconfig } = cluster;
  const found = [
    ...(running ? [] : [finding('program-not-running', self, { cluster: cluster.name })]),
    ...cluster.parts
      .filter(({ ready }) => !ready)
      .map(({ name, message }) =>
        finding('part-not-ready', self, { part: name, message: bare(message) }),
      ),
    ...cluster.certificates.flatMap((each) => certificateFindings(self, each, now)),
    ...spaceFindings(self, cluster),
    ...portFindings(self, cluster),
  ];
  if (staleKubeconfig !== undefined)
    found.push(finding('kubeconfig-stale', self, { path: staleKubeconfig }));
  const behindMs = (store.writtenMs ?? 0) - now;
  if (behindMs > clockSlackMs)
    found.push(finding('clock-behind', self, { behind: humanDuration(behindMs) }));
  if (store.problem) {
    const { newer, message } = store.problem;
    found.push(finding(newer ? 'store-newer' : 'store-damaged', self, { message: bare(message) }));
  }
  return found;
}

function certificateFindings(
  self: Subject,
  { name, life }: CertificateFacts,
  now: number,
): Finding[] {
  const words = { certificate: name };
  if (!life) return [finding('certificate-missing', self, words)];
  const { beginMs, endMs } = life;
  if (now < beginMs)
    return [finding('certificate-not-yet-valid', self, { ...words, begin: formatTime(beginMs) })];
  const end = formatTime(endMs);
  if (now > endMs) return [finding('certificate-ended', self, { ...words, end })];
  const missed = now > endMs - (endMs - beginMs) * renewalMissedPart;
  return missed ? [finding('certificate-ends-soon', self, { ...words, end })] : [];
}

function spaceFindings(self: Subject, { dataDir: path, space }: ClusterFacts): Finding[] {
  const found: Finding[] = [];
  const percent = (part: number): string => (part * 100).toFixed(1);
  const disk = space.availableBytes / Math.max(1, space.totalBytes);
  if (disk < diskLowPart) {
    const free = String(Math.floor(space.availableBytes / mib));
    found.push(finding('disk-low', self, { path, free, percent: percent(disk) }));
  }
  // Some file systems make inodes as they need them, and say 0.
  const inodes = space.totalFiles === 0 ? 1 : space.availableFiles / space.totalFiles;
  if (inodes < inodesLowPart) {
    const free = String(space.availableFiles);
    found.push(finding('inodes-low', self, { path, free, percent: percent(inodes) }));
  }
  return found;
}

function portFindings(self: Subject, { running, ports }: ClusterFacts): Finding[] {
  return ports.flatMap(({ port, what, owner }) => {
    const words = { port: String(port), what };
    if (running) return owner === undefined ? [finding('port-silent', self, words)] : [];
    return owner === undefined ? [] : [finding('port-taken', self, { ...words, owner })];
  });
}
