/** Processors by number, as the kernel lists them (`0-3,8`; cpuset(7), "List format"). */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessorLists {
  /** Those that this process may run on. */
  readonly allowed: string;
  /** Those of each part of the machine (NUMA node) that has memory of its own. */
  readonly nodes: readonly string[];
}

const nodesFolder = '/sys/devices/system/node';

export function systemProcessorLists(): ProcessorLists {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    allowed: /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '',
    nodes: nodeNames().map((name) => readFileSync(`${nodesFolder}/${name}/cpulist`, 'utf8').trim()),
  };
}

/** None where the kernel does not tell parts apart. */
function nodeNames(): string[] {
  try {
    return readdirSync(nodesFolder).filter((name) => /^node\d+$/.test(name));
  } catch {
    return [];
  }
}

/** What may be run on, but only within the part of the machine where the first of them is: memory of another part is slow. */
export function nearProcessors({ allowed, nodes }: ProcessorLists): number[] {
  const all = numbersOf(allowed);
  const [first] = all;
  const near = nodes.map(numbersOf).find((node) => first !== undefined && node.includes(first));
  return near ? all.filter((each) => near.includes(each)) : all;
}

function numbersOf(list: string): number[] {
  return list
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, at) => from + at);
    });
}
