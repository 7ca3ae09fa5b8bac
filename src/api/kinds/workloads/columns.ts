import type { Column } from '../../kind.ts';
import { formatLabelSelector } from '../../selector.ts';
import type { Container, LabelSelector, PodSpec } from '../../types.ts';

interface Template {
  readonly spec?: PodSpec | undefined;
}

/** Whatever makes pods from a template. */
interface PodOwner {
  readonly spec?: { readonly template?: Template | undefined } | undefined;
}

interface Selecting {
  readonly spec?: { readonly selector?: LabelSelector | undefined } | undefined;
}

const wide = { type: 'string', priority: 1 } as const;

export const containerColumns: readonly Column<PodOwner>[] = [
  {
    ...wide,
    name: 'Containers',
    description: 'Names of the containers in the template.',
    cell: ({ spec }) => namesOf(spec?.template),
  },
  {
    ...wide,
    name: 'Images',
    description: 'Images of the containers in the template.',
    cell: ({ spec }) => imagesOf(spec?.template),
  },
];

/** What `-o wide` adds for each of them. */
export const templateColumns: readonly Column<PodOwner & Selecting>[] = [
  ...containerColumns,
  {
    ...wide,
    name: 'Selector',
    description: 'Labels of the pods that belong to it.',
    cell: ({ spec }) => formatLabelSelector(spec?.selector),
  },
];

export const namesOf = (template: Template | undefined): string =>
  listOf(template, (container) => container.name);

export const imagesOf = (template: Template | undefined): string =>
  listOf(template, (container) => container.image ?? '');

function listOf(template: Template | undefined, text: (container: Container) => string): string {
  return (template?.spec?.containers ?? []).map(text).join(',');
}
