import type { Kind } from '../kind.ts';
import type { PodTemplate } from '../types.ts';
import { sameValue } from './common/checks.ts';
import { formatLabels, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { validatePodTemplate } from './pod-spec/validate.ts';
import { podSpecWarnings } from './pod-spec/warnings.ts';
import { imagesOf, namesOf } from './workloads/columns.ts';

/** A template that lies there for others to read. Nothing in the cluster makes pods of it. */
export const podTemplates: Kind<PodTemplate> = {
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  resource: 'podtemplates',
  singular: 'podtemplate',
  namespaced: true,
  verbs: standardVerbs,
  type: 'PodTemplate',
  defaults({ template }) {
    if (template) defaultPodTemplate(template);
  },
  prepareForCreate(object) {
    object.metadata.generation = 1;
  },
  prepareForUpdate(next, previous) {
    const { generation } = previous.metadata;
    const changed = !sameValue(next.template, previous.template);
    next.metadata.generation = changed ? (generation ?? 0) + 1 : generation;
  },
  validate: ({ template }) => validatePodTemplate(template, 'template'),
  warnings: ({ template }) =>
    template?.spec
      ? podSpecWarnings(template.spec, 'template.spec', template.metadata?.annotations)
      : [],
  columns: [
    nameColumn,
    {
      name: 'Containers',
      type: 'string',
      description: 'Names of the containers in the template.',
      cell: ({ template }) => namesOf(template),
    },
    {
      name: 'Images',
      type: 'string',
      description: 'Images of the containers in the template.',
      cell: ({ template }) => imagesOf(template),
    },
    {
      name: 'Pod Labels',
      type: 'string',
      description: 'Labels of pods made from the template.',
      cell: ({ template }) => formatLabels(template?.metadata?.labels),
    },
  ],
};
