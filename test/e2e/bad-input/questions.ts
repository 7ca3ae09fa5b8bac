/** Paths, selectors, pages, revisions and headers that make no sense. */
import type { Refusal } from './asker.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const asked = (
  name: string,
  query: string,
  message: RegExp,
  rest: Partial<Refusal> = {},
): Refusal => ({
  name,
  method: 'GET',
  path: `${maps}${query}`,
  code: 400,
  reason: 'BadRequest',
  message,
  ...rest,
});
const notFound = { code: 404, reason: 'NotFound' };
const invalid = { code: 422, reason: 'Invalid' };

export const questionRefusals: readonly Refusal[] = [
  asked(
    'a label selector that breaks off',
    '?labelSelector=a+in+(',
    /unable to parse requirement|found ''/,
  ),
  asked('a label selector of two values', '?labelSelector=a%3Db%3Dc', /parse|found/),
  asked('a label selector of forbidden letters', '?labelSelector=a%3D!!', /parse|found|valid/),
  asked(
    'a field that cannot be selected',
    '?fieldSelector=data.a%3D1',
    /"data\.a" is not a known field selector|field label not supported: data\.a/,
  ),
  asked(
    'a field selector without value',
    '?fieldSelector=metadata.name',
    /invalid selector|invalid field selector/,
  ),
  asked('a page of a word', '?limit=ten', /limit|strconv|parsing/),
  asked('a continue token that is none', '?limit=1&continue=abc', /continue key is not valid/),
  asked(
    'a continue token with a revision',
    `?limit=1&continue=abc&resourceVersion=1`,
    /specifying resource version is not allowed when using continue|continue/,
  ),
  asked(
    'a revision of a word',
    '?resourceVersion=abc',
    /resourceVersion: Invalid value: "abc"|invalid resource version/i,
  ),
  asked('a revision that will be', '?resourceVersion=999999999', /Too large resource version/, {
    code: 504,
    reason: 'Timeout',
  }),
  asked(
    'a way to match a revision that is not named',
    '?resourceVersionMatch=Exact',
    /resourceVersionMatch is forbidden unless resourceVersion is provided/,
    invalid,
  ),
  asked('a watch from a revision of a word', '?watch=true&resourceVersion=abc', /[Ii]nvalid/),
  asked('a kind that there is not', '', /could not find the requested resource/, {
    ...notFound,
    path: '/api/v1/namespaces/default/things',
  }),
  asked(
    'a path that there is not',
    '/there/nothing',
    /could not find the requested resource/,
    notFound,
  ),
  asked('an API group that there is not', '', /could not find the requested resource/, {
    ...notFound,
    path: '/apis/nothing.example/v1/things',
  }),
  asked('an object that there is not', '/nothing', /^configmaps "nothing" not found$/, notFound),
  asked('a name with a slash in it', '/a%2Fb', /may not contain '\/'/),
  asked('a name of two dots', '/%2E%2E', /may not be '\.\.'/),
  asked('a path with a broken escape', '/%zz', /./),
  asked(
    'an answer as a web page',
    '',
    /only the following media types are accepted: application\/json/,
    {
      headers: { accept: 'text/html' },
      code: 406,
      reason: 'NotAcceptable',
    },
  ),
  asked('a method that there is not', '/there', /does not allow this method/, {
    method: 'OPTIONS',
    code: 405,
    reason: 'MethodNotAllowed',
  }),
  asked(
    'a deletion under a condition that does not hold',
    '/there',
    /Precondition failed: UID in precondition: x/,
    {
      method: 'DELETE',
      body: { preconditions: { uid: 'x' } },
      code: 409,
      reason: 'Conflict',
    },
  ),
  asked(
    'a deletion in a way that there is not',
    '/there?propagationPolicy=Jump',
    /propagationPolicy.*Jump/,
    {
      method: 'DELETE',
      ...invalid,
    },
  ),
  asked(
    'a name in the body that is not the one in the path',
    '/there',
    /the name of the object \(other\) does not match the name on the URL \(there\)/,
    {
      method: 'PUT',
      body: { metadata: { name: 'other' } },
    },
  ),
  asked(
    'a change of a state that is past',
    '/there',
    /the object has been modified; please apply your changes to the latest version and try again/,
    {
      method: 'PUT',
      body: { metadata: { name: 'there', resourceVersion: '1' } },
      code: 409,
      reason: 'Conflict',
    },
  ),
  asked('an object that is there already', '', /^configmaps "there" already exists$/, {
    method: 'POST',
    body: { metadata: { name: 'there' } },
    code: 409,
    reason: 'AlreadyExists',
  }),
  asked('a namespace that there is not', '', /^namespaces "nowhere" not found$/, {
    method: 'POST',
    path: '/api/v1/namespaces/nowhere/configmaps',
    body: { metadata: { name: 'a' } },
    ...notFound,
  }),
  asked(
    'a namespace in the body that is not the one in the path',
    '',
    /the namespace of the provided object does not match the namespace sent on the request/,
    {
      method: 'POST',
      body: { metadata: { name: 'a', namespace: 'kube-system' } },
    },
  ),
  asked('a dry run of a word', '?dryRun=Maybe', /dryRun: Unsupported value|Invalid value/, {
    method: 'POST',
    body: { metadata: { name: 'a' } },
    ...invalid,
  }),
];
