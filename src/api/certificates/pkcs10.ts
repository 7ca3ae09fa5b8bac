/** What a certificate request (PKCS #10, RFC 2986) asks for. Whether it is signed is not asked here. */
import { child, type DerValue, objectIdentifier, readAll } from './der.ts';

export interface RequestedCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** How many; nobody has to read them. */
  readonly ipAddresses: number;
}

const ids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  extensions: '1.2.840.113549.1.9.14',
  alternativeName: '2.5.29.17',
} as const;
const tags = {
  sequence: 0x30,
  email: 0x81,
  dns: 0x82,
  uri: 0x86,
  ip: 0x87,
  attributes: 0xa0,
} as const;
const utf8 = new TextDecoder();
const block = /-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----/;

/** `request` is the field of the API: base64 of PEM. Throws in words that a person can use. */
export function readRequest(request: string): RequestedCertificate {
  const found = block.exec(utf8.decode(Uint8Array.fromBase64(request)));
  if (found?.[1] !== 'CERTIFICATE REQUEST') {
    throw new Error('PEM block type must be CERTIFICATE REQUEST');
  }
  const [outer] = readAll(Uint8Array.fromBase64((found[2] ?? '').replaceAll(/\s/g, '')));
  const info = child(outer, 0);
  const parts = info ? readAll(info.content) : [];
  if (outer?.tag !== tags.sequence || parts.length < 3) {
    throw new Error('asn1: structure error: not a certificate request');
  }
  const subject = namesOf(parts[1]);
  const alternatives = alternativesOf(parts.find(({ tag }) => tag === tags.attributes));
  const of = (wanted: number) =>
    alternatives.filter(({ tag }) => tag === wanted).map(({ content }) => utf8.decode(content));
  return {
    commonName: subject.get(ids.commonName)?.at(-1) ?? '',
    organizations: subject.get(ids.organization) ?? [],
    dnsNames: of(tags.dns),
    emailAddresses: of(tags.email),
    uris: of(tags.uri),
    ipAddresses: of(tags.ip).length,
  };
}

function namesOf(name: DerValue | undefined): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const set of name ? readAll(name.content) : []) {
    for (const pair of readAll(set.content)) {
      const [type, value] = readAll(pair.content);
      if (!type || !value) continue;
      const id = objectIdentifier(type);
      names.set(id, [...(names.get(id) ?? []), utf8.decode(value.content)]);
    }
  }
  return names;
}

function alternativesOf(attributes: DerValue | undefined): DerValue[] {
  for (const attribute of attributes ? readAll(attributes.content) : []) {
    const type = child(attribute, 0);
    if (!type || objectIdentifier(type) !== ids.extensions) continue;
    const extensions = child(attribute, 1, 0);
    for (const extension of extensions ? readAll(extensions.content) : []) {
      const [id, ...rest] = readAll(extension.content);
      if (!id || objectIdentifier(id) !== ids.alternativeName) continue;
      const names = child(
        { tag: tags.sequence, content: rest.at(-1)?.content ?? new Uint8Array() },
        0,
      );
      return names ? readAll(names.content) : [];
    }
  }
  return [];
}
