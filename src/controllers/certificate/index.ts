import { certificateSigningRequests } from '#api/kinds/index.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideCertificate } from './decide/certificate.ts';

/** Has approved certificate requests signed, and takes old ones away. */
export const certificateController: LoopDefinition = {
  name: 'certificate-controller',
  sources: [{ kind: certificateSigningRequests }],
  decide: decideCertificate,
};
