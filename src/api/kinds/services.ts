import { serviceConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { Service } from '../types.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { validateServiceUpdate } from './services/cluster-ips.ts';
import { serviceColumns } from './services/columns.ts';
import { defaultService } from './services/defaults.ts';
import { prepareServiceForCreate, prepareServiceForUpdate } from './services/prepare.ts';
import { validateService, validateServiceStatus } from './services/validate.ts';
import { serviceWarnings } from './services/warnings.ts';

export const services: Kind<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Service',
  subresources: [
    {
      name: 'proxy',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      connect: true,
      body: { group: '', version: 'v1', kind: 'ServiceProxyOptions' },
    },
    statusSubresource,
  ],
  hasStatus: true,
  createOnUpdate: true,
  nameRule: 'dns1035Label',
  defaultsStatus: true,
  defaults: defaultService,
  prepareForCreate: prepareServiceForCreate,
  prepareForUpdate: prepareServiceForUpdate,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateSubresource: { status: validateServiceStatus },
  warnings: serviceWarnings,
  fieldSelectors: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  returnsDeleted: true,
  conditionCodes: serviceConditionCodes,
  columns: serviceColumns,
};
