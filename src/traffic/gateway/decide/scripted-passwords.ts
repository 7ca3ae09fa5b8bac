/**
 * Passwords in forms that crypt(3), and so HAProxy, does not know: what `htpasswd` makes by itself
 * (`$apr1$`, Apache's variant of MD5-crypt), and nginx' `{SHA}`, `{SSHA}` and `{PLAIN}`. HAProxy runs
 * this script for them, each of its threads with a memory of passwords that were right, by their
 * SHA-256. Source: Apache Portable Runtime, `apr_md5_encode`; RFC 2307, 5.3; nginx,
 * `auth_basic_user_file`; HAProxy 2.6 Lua API.
 */
import type { User } from '#api/kinds/ingresses/users.ts';

export const passwordsFile = 'passwords.lua';

export const isScripted = ({ hash }: User): boolean => /^(?:\$apr1\$|\{)/.test(hash);

/** Asked of a request: is its user one of the list's? */
export const scriptedFetch = (list: string): string => `lua.password(${list})`;

export function passwordsScript(lists: ReadonlyMap<string, readonly User[]>): string {
  const data = [...lists].map(([list, users]) => {
    const entries = users.map(({ name, hash }) => `[${quoted(name)}] = ${quoted(hash)}`);
    return `  ['${list}'] = { ${entries.join(', ')} },\n`;
  });
  return `local lists = {\n${data.join('')}}\n${script}`;
}

/** The one line that a user is holds no line feed. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const script = String.raw`
local letters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

local function hashed(md5, password, salt)
  local mixed = md5(password .. salt .. password)
  local parts = { password, '$apr1$', salt, mixed:rep(#password // 16), mixed:sub(1, #password % 16) }
  local length = #password
  while length > 0 do
    parts[#parts + 1] = length % 2 == 1 and '\0' or password:sub(1, 1)
    length = length // 2
  end
  local digest = md5(table.concat(parts))
  for round = 0, 999 do
    local odd = round % 2 == 1
    digest = md5(
      (odd and password or digest)
        .. (round % 3 > 0 and salt or '')
        .. (round % 7 > 0 and password or '')
        .. (odd and digest or password)
    )
  end
  local text = {}
  local function write(value, count)
    for _ = 1, count do
      local at = value % 64 + 1
      text[#text + 1] = letters:sub(at, at)
      value = value // 64
    end
  end
  for first = 1, 5 do
    local last = first == 5 and 6 or first + 12
    write(digest:byte(first) * 65536 + digest:byte(first + 6) * 256 + digest:byte(last), 4)
  end
  write(digest:byte(12), 2)
  return table.concat(text)
end

local function isRight(digest, decoded, hash, password)
  local form, wanted = hash:match('^{(%u+)}(.*)$')
  if form == 'PLAIN' then return digest(password, 'sha256') == digest(wanted, 'sha256') end
  if form then
    local raw = decoded(wanted) or ''
    return digest(password .. raw:sub(21), 'sha1') == raw:sub(1, 20)
  end
  local salt, rest = hash:match('^%$apr1%$([^$]*)%$(.*)$')
  return hashed(function(text) return digest(text, 'md5') end, password, salt) == rest
end

local known, count = {}, 0

core.register_fetches('password', function(txn, list)
  local given = txn.f:req_fhdr('authorization') or ''
  local encoded = given:match('^[Bb][Aa][Ss][Ii][Cc] +(%S+)%s*$')
  if not encoded then return false end
  local name, password = (txn.c:b64dec(encoded) or ''):match('^([^:]*):(.*)$')
  local hash = name and lists[list][name]
  if not hash or #password > 255 then return false end
  local digest = function(text, kind) return txn.c:digest(text, kind) end
  local decoded = function(text) return txn.c:b64dec(text) end
  local key = digest(hash .. ' ' .. password, 'sha256')
  if known[key] then return true end
  if not isRight(digest, decoded, hash, password) then return false end
  if count >= 1000 then known, count = {}, 0 end
  known[key], count = true, count + 1
  return true
end)
`;
