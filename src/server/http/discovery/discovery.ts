/**
 * `/api`, `/apis` and below: how clients learn what is served. The documents are made once per set
 * of kinds (a custom resource makes a new set) and answered with an ETag.
 */
import type { KindLookup } from '#api/lookup.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpRequest, HttpResponse } from '#wire/http/message.ts';
import { parseAccept } from '../accept.ts';
import { type CachedDocument, cachedDocument, documentResponse } from '../document.ts';
import { type AggregatedVersion, aggregatedList } from './aggregated.ts';
import { groupDocument, groupKinds, type ServedGroup } from './groups.ts';
import { resourceList } from './resources.ts';

export class Discovery {
  readonly #kinds: () => KindLookup;
  /** `host:port` under which clients reach the server. */
  readonly #address: () => string;
  #lookup: KindLookup | undefined;
  #groups: readonly ServedGroup[] = [];
  #documents = new Map<string, CachedDocument>();

  constructor(kinds: () => KindLookup, address: () => string) {
    this.#kinds = kinds;
    this.#address = address;
  }

  /** Undefined when the path is none of discovery. */
  async serve(
    segments: readonly string[],
    request: HttpRequest,
  ): Promise<HttpResponse | undefined> {
    const [root, first, second] = segments;
    if (root !== 'api' && root !== 'apis') return undefined;
    this.#refresh();
    if (segments.length === 1) return this.#root(root, request);
    const make =
      root === 'api' ? this.#resources('', first ?? '') : this.#group(first ?? '', second);
    if (!make)
      throw new StatusError('NotFound', 'the server could not find the requested resource', {});
    return documentResponse(await this.#document(segments.join('/'), make), request);
  }

  /** Kinds as they are now; what was made of other kinds is forgotten. */
  #refresh(): void {
    const lookup = this.#kinds();
    if (lookup === this.#lookup) return;
    this.#lookup = lookup;
    this.#groups = groupKinds(lookup.kinds);
    this.#documents = new Map();
  }

  async #root(root: 'api' | 'apis', request: HttpRequest): Promise<HttpResponse> {
    const groups = this.#groups.filter(({ name }) => (name === '') === (root === 'api'));
    const version = aggregatedVersion(request.header('accept'));
    if (version) {
      const document = await this.#document(`${root}?${version}`, () =>
        aggregatedList(groups, version),
      );
      const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return documentResponse(document, request, contentType);
    }
    const make = () =>
      root === 'api'
        ? {
            kind: 'APIVersions',
            versions: groups.flatMap(({ versions }) => versions.map((each) => each.version)),
            serverAddressByClientCIDRs: [
              { clientCIDR: '0.0.0.0/0', serverAddress: this.#address() },
            ],
          }
        : {
            kind: 'APIGroupList',
            apiVersion: 'v1',
            groups: groups.map((group) => groupDocument(group, false)),
          };
    return documentResponse(await this.#document(root, make), request);
  }

  #group(name: string, version: string | undefined): (() => object) | undefined {
    if (version !== undefined) return this.#resources(name, version);
    const group = this.#groups.find((each) => each.name === name && name !== '');
    return group && (() => groupDocument(group));
  }

  #resources(name: string, version: string): (() => object) | undefined {
    const group = this.#groups.find((each) => each.name === name);
    const served = group?.versions.find((each) => each.version === version);
    return served && (() => resourceList(served.groupVersion, served.kinds));
  }

  async #document(key: string, make: () => object): Promise<CachedDocument> {
    const known = this.#documents.get(key);
    if (known) return known;
    const documents = this.#documents;
    const document = await cachedDocument(make());
    documents.set(key, document);
    return document;
  }
}

function aggregatedVersion(accept: string | undefined): AggregatedVersion | undefined {
  for (const { type, parameters } of parseAccept(accept ?? '')) {
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    if (!parameters.has('as')) return undefined;
    const version = parameters.get('v');
    const matches =
      parameters.get('g') === 'apidiscovery.k8s.io' &&
      parameters.get('as') === 'APIGroupDiscoveryList';
    if (matches && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}
