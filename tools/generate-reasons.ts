// Makes docs/reasons.md from the registry of reasons. Run it after a change there:
//   node tools/generated.ts
import { containerReasons, probeReasons } from '#api/reasons/containers.ts';
import { imageReasons } from '#api/reasons/images.ts';
import { machineReasons } from '#api/reasons/machine.ts';
import type { Reason } from '#api/reasons/reason.ts';
import { referenceReasons } from '#api/reasons/references.ts';
import { trafficReasons } from '#api/reasons/traffic.ts';
import { nodeReasons, workloadReasons } from '#api/reasons/workloads.ts';
import { preemptionReasons, schedulingReasons } from '#api/reasons.ts';

export const reasonsDoc = new URL('../docs/reasons.md', import.meta.url);

const areas: Readonly<Record<string, Readonly<Record<string, Reason>>>> = {
  'Why no node takes a pod': schedulingReasons,
  'Why no pod makes room for it': preemptionReasons,
  'Why an image is not there': imageReasons,
  'Why a container or its pod does not run': containerReasons,
  'Why a container is not ready': probeReasons,
  'What an object names and does not get': referenceReasons,
  'Why requests do not arrive': trafficReasons,
  'Why a workload has not its pods, and why an object does not go': workloadReasons,
  'Why a node takes no pods': nodeReasons,
  'What is wrong with a machine (`gantry doctor`)': machineReasons,
};

export function reasonsText(): string {
  const tables = Object.entries(areas).map(([title, reasons]) => {
    const rows = Object.entries(reasons).map(
      ([code, { sentence, cure, general }]) =>
        `| \`${code}\` | ${cell(sentence)}${general === undefined ? '' : ` In events and conditions: \`${general}\`.`} | ${cell(cure)} |`,
    );
    return `## ${title}\n\n| code | says | cure |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Every reason

All codes that \`gantry why\`, \`gantry doctor\`, the annotation \`gantry.dev/code\` of events and the annotation
\`gantry.dev/condition-codes\` of objects can name; made from \`src/api/reasons.ts\` (\`node tools/generated.ts\`). A code keeps
its meaning. \`{word}\` is filled in with what was found. Where no general code is named, events and conditions that tell of it
at all have the same one; \`image-pulled-always\` is told there by what the registry answered, whatever that was.

${tables.join('\n')}`;
}

/** A word in braces must not be taken for markup, nor a bar for the end of a cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
