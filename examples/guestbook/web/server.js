// The front end of the guestbook: one page, kept in Redis. No packages: Node.js alone.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createConnection } from 'node:net';

const version = process.env.GUESTBOOK_VERSION ?? 'dev';
const title = process.env.GUESTBOOK_TITLE ?? 'Guestbook';
const leader = process.env.REDIS_LEADER ?? 'redis-leader';
const follower = process.env.REDIS_FOLLOWER ?? leader;
const passwordFile = process.env.REDIS_PASSWORD_FILE;
const key = 'guestbook:messages';

/** One command to Redis (RESP 2): a connection each, closed when answered. */
function redis(host, ...command) {
  const password = passwordFile ? readFileSync(passwordFile, 'utf8').trim() : '';
  const frame = (words) => `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port: 6379, timeout: 2000 });
    let answer = Buffer.alloc(0);
    socket.on('connect', () => socket.write((password ? frame(['AUTH', password]) : '') + frame(command)));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      const parsed = parse(answer, password ? 2 : 1);
      if (!parsed) return;
      socket.destroy();
      if (parsed instanceof Error) reject(parsed);
      else resolve(parsed.value);
    });
    socket.on('timeout', () => socket.destroy(new Error(`${host} does not answer`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${host} closed the connection`)));
  });
}

/** The last of `count` answers, or undefined while bytes are missing. */
function parse(bytes, count) {
  let at = 0;
  const line = () => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) throw new RangeError('more');
    const text = bytes.toString('utf8', at, end);
    at = end + 2;
    return text;
  };
  const value = () => {
    const head = line();
    const rest = head.slice(1);
    if (head[0] === '-') throw new Error(rest);
    if (head[0] === ':') return Number(rest);
    if (head[0] === '+') return rest;
    const length = Number(rest);
    if (head[0] === '*') return Array.from({ length }, value);
    if (length < 0) return null;
    if (at + length + 2 > bytes.length) throw new RangeError('more');
    const text = bytes.toString('utf8', at, at + length);
    at += length + 2;
    return text;
  };
  try {
    let last;
    for (let answers = 0; answers < count; answers += 1) last = value();
    return { value: last };
  } catch (error) {
    return error instanceof RangeError ? undefined : error;
  }
}

const escape = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

function page(messages) {
  const items = messages.map((each) => `<li>${escape(each)}</li>`).join('');
  return `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title>
<style>body{font:1.1rem system-ui;max-width:40rem;margin:3rem auto}small{color:#777}</style>
<h1>${escape(title)}</h1>
<form method="post" action="/messages"><input name="text" autofocus required> <button>Sign</button></form>
<ul>${items}</ul><small>version ${escape(version)}, served by ${escape(hostname())}</small>
`;
}

async function body(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error('too long');
  }
  return text;
}

const routes = {
  'GET /': async () => ({ type: 'text/html; charset=utf-8', text: page(await redis(follower, 'LRANGE', key, '0', '49')) }),
  'GET /messages': async () => ({ type: 'application/json', text: JSON.stringify(await redis(follower, 'LRANGE', key, '0', '49')) }),
  'POST /messages': async (request) => {
    const form = new URLSearchParams(await body(request));
    await redis(leader, 'LPUSH', key, (form.get('text') ?? '').slice(0, 500));
    return { status: 303, headers: { location: '/' }, text: '' };
  },
  'GET /healthz': () => ({ text: 'ok\n' }),
  'GET /readyz': async () => ({ text: `${await redis(leader, 'PING')}\n` }),
  'GET /version': () => ({ text: `${version} ${hostname()}\n` }),
};

const server = createServer(async (request, response) => {
  const route = routes[`${request.method} ${request.url.split('?')[0]}`];
  try {
    const { status = 200, type = 'text/plain', headers = {}, text } = route ? await route(request) : { status: 404, text: 'not here\n' };
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  } catch (error) {
    console.error(`${request.method} ${request.url}: ${error.message}`);
    response.writeHead(503, { 'content-type': 'text/plain' }).end('Redis cannot be reached\n');
  }
});

server.listen(8080, () => console.log(`guestbook ${version} listens on 8080`));
// Ends what is under way before it goes: no request is lost in a rollout.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
