import type { Column } from '../../kind.ts';
import { formatLabelSelector } from '../../selector.ts';
import type { Container, LabelSelector, PodSpec } from '../../types.ts';

/** Whatever makes pods from a template. */
interface PodOwner {
  readonly spec?:
    | {
        readonly selector?: LabelSelector | undefined;
        readonly template?: { readonly spec?: PodSpec | undefined } | undefined;
      }
    | undefined;
}

const wide = { type: 'string', priority: 1 } as const;

/** What `-o wide` adds for each of them. */
export const templateColumns: readonly Column<PodOwner>[] = [
  {
    ...wide,
    name: 'Containers',
    description: 'Names of the containers in the template.',
    cell: (owner) => listOf(owner, (container) => container.name),
  },
  {
    ...wide,
    name: 'Images',
    description: 'Images of the containers in the template.',
    cell: (owner) => listOf(owner, (container) => container.image ?? ''),
  },
  {
    ...wide,
    name: 'Selector',
    description: 'Labels of the pods that belong to it.',
    cell: ({ spec }) => formatLabelSelector(spec?.selector),
  },
];

function listOf(owner: PodOwner, text: (container: Container) => string): string {
  return (owner.spec?.template?.spec?.containers ?? []).map(text).join(',');
}
