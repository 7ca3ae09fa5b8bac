/**
 * `/openapi/v3` (an index, and one document per group version) and `/openapi/v2` (JSON, or the
 * protobuf form that kubectl asks for). Documents are made when first asked for and forgotten when
 * the kinds change.
 */
import type { KindLookup } from '#api/lookup.ts';
import { type Docs, groupVersionsOf, rootOf } from '#api/openapi/served-resource.ts';
import { openapiV2 } from '#api/openapi/v2.ts';
import { openapiV2Protobuf } from '#api/openapi/v2-protobuf.ts';
import { openapiV3, openapiV3Index } from '#api/openapi/v3.ts';
import type { HttpRequest, HttpResponse } from '#wire/http/message.ts';
import { parseAccept } from './accept.ts';
import { type CachedDocument, cachedDocument, documentResponse, hashed } from './document.ts';

export interface OpenApiOptions {
  readonly kinds: () => KindLookup;
  /** Stands for what the program may change in the documents: addresses of documents depend on it. */
  readonly release: string;
  /** Sentences for `kubectl explain`; read when the first document is made, since they are large. */
  readonly docs?: (() => Promise<Docs>) | undefined;
}

const v2Protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** The same with the character that media types may hold (RFC 6838); clients send either. */
const v2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export class OpenApiDocuments {
  readonly #options: OpenApiOptions;
  #lookup: KindLookup | undefined;
  #documents = new Map<string, Promise<CachedDocument>>();

  constructor(options: OpenApiOptions) {
    this.#options = options;
  }

  /** Undefined when the path is none of OpenAPI. */
  async serve(
    segments: readonly string[],
    request: HttpRequest,
  ): Promise<HttpResponse | undefined> {
    const lookup = this.#options.kinds();
    if (lookup !== this.#lookup) this.#documents = new Map();
    this.#lookup = lookup;
    const [, version, ...rest] = segments;
    if (version === 'v2' && rest.length === 0) return this.#v2(lookup, request);
    if (version !== 'v3') return undefined;
    if (rest.length === 0) {
      const make = (docs: Docs) => openapiV3Index(lookup.kinds, this.#options.release, docs);
      return documentResponse(await this.#document('v3', make), request);
    }
    return this.#v3(lookup, rest.join('/'), request);
  }

  async #v3(
    lookup: KindLookup,
    root: string,
    request: HttpRequest,
  ): Promise<HttpResponse | undefined> {
    const groupVersion = groupVersionsOf(lookup.kinds).find((each) => rootOf(each) === root);
    if (!groupVersion) return undefined;
    const document = await this.#document(
      root,
      (docs) => openapiV3(groupVersion, lookup.kinds, docs) ?? {},
    );
    // The index names documents by a hash in their address: under it they never change.
    const kept = request.query.has('hash')
      ? 'public, immutable, max-age=31536000'
      : 'no-cache, private';
    return documentResponse(document, request, 'application/json', { 'cache-control': kept });
  }

  async #v2(lookup: KindLookup, request: HttpRequest): Promise<HttpResponse> {
    const make = (docs: Docs) => openapiV2(lookup.kinds, this.#options.release, docs);
    const accepts = parseAccept(request.header('accept') ?? '').map(({ type }) => type);
    if (!accepts.includes(v2Protobuf) && !accepts.includes(v2ProtobufType)) {
      return documentResponse(await this.#document('v2', make), request);
    }
    const encode = async (docs: Docs) => hashed(openapiV2Protobuf(make(docs)));
    const document = await this.#remembered('v2.protobuf', encode);
    return documentResponse(document, request, v2ProtobufType);
  }

  #document(key: string, make: (docs: Docs) => object): Promise<CachedDocument> {
    return this.#remembered(key, (docs) => cachedDocument(make(docs)));
  }

  #remembered(key: string, make: (docs: Docs) => Promise<CachedDocument>): Promise<CachedDocument> {
    const known = this.#documents.get(key);
    if (known) return known;
    const document = (this.#options.docs?.() ?? Promise.resolve({})).then(make);
    this.#documents.set(key, document);
    return document;
  }
}
