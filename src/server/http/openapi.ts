/**
 * `/openapi/v3` (an index with hashes, and one document per group version) and `/openapi/v2`.
 * Documents are made when first asked for and forgotten when the kinds change.
 */
import type { KindLookup } from '#api/lookup.ts';
import type { HttpRequest, HttpResponse } from '#wire/http/message.ts';
import { type CachedDocument, cachedDocument, documentResponse } from './document.ts';

/** What makes the documents: `#api/openapi`. */
export interface OpenApiMaker {
  /** By path below `/openapi/v3/`: `api/v1`, `apis/apps/v1`. */
  v3(kinds: KindLookup): ReadonlyMap<string, () => object>;
  v2(kinds: KindLookup): object;
}

export class OpenApiDocuments {
  readonly #maker: OpenApiMaker;
  readonly #kinds: () => KindLookup;
  #lookup: KindLookup | undefined;
  #makers: ReadonlyMap<string, () => object> = new Map();
  #documents = new Map<string, Promise<CachedDocument>>();

  constructor(maker: OpenApiMaker, kinds: () => KindLookup) {
    this.#maker = maker;
    this.#kinds = kinds;
  }

  async serve(
    segments: readonly string[],
    request: HttpRequest,
  ): Promise<HttpResponse | undefined> {
    this.#refresh();
    const [, version, ...rest] = segments;
    if (version === 'v2' && rest.length === 0) {
      const make = () => this.#maker.v2(this.#kinds());
      return documentResponse(await this.#document('v2', make), request);
    }
    if (version !== 'v3') return undefined;
    if (rest.length === 0)
      return documentResponse(await this.#document('v3', () => this.#index()), request);
    const path = rest.join('/');
    const make = this.#makers.get(path);
    if (!make) return undefined;
    const document = await this.#document(path, make);
    return documentResponse(document, request, 'application/json', cacheHeaders(document, request));
  }

  #refresh(): void {
    const lookup = this.#kinds();
    if (lookup === this.#lookup) return;
    this.#lookup = lookup;
    this.#makers = this.#maker.v3(lookup);
    this.#documents = new Map();
  }

  /** Each address carries the hash of its document, so that clients may keep it for ever. */
  async #index(): Promise<object> {
    const paths: Record<string, object> = {};
    for (const [path, make] of this.#makers) {
      const { hash } = await this.#document(path, make);
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
    }
    return { paths };
  }

  #document(key: string, make: () => object | Promise<object>): Promise<CachedDocument> {
    const known = this.#documents.get(key);
    if (known) return known;
    const document = Promise.resolve(make()).then(cachedDocument);
    this.#documents.set(key, document);
    return document;
  }
}

function cacheHeaders({ hash }: CachedDocument, request: HttpRequest) {
  return request.query.get('hash') === hash
    ? { 'cache-control': 'public, immutable, max-age=31536000' }
    : { 'cache-control': 'no-cache, private' };
}
