import { type Context, Hono } from 'hono';
import type { Log } from '../../core/log.ts';
import type { Login, User } from '../auth/login.ts';
import { LONGEST_PASSWORD } from '../auth/passwords.ts';
import type { Ticket } from '../auth/ticket.ts';
import { includesRole } from '../auth/users.ts';
import { EnteredPage } from '../pages/entered.tsx';
import { Layout, LoginPage, Message } from '../pages/layout.tsx';
import { ReaderError } from '../reader/client.ts';
import type { Assets } from './assets.ts';
import { Bodies, LONGEST_FORM } from './bodies.ts';
import { SECURITY_HEADERS, whyRefused } from './guard.ts';
import type { Html, PageAnswer, PageRequest, Route } from './route.ts';

const LONGEST_URL = 8192;
const COOKIE = 'integratord_console';

export interface AppParts {
  readonly routes: readonly Route[];
  readonly assets: Assets;
  /** Undefined where the rights of the socket are the login: then all are this user. */
  readonly login: Login | undefined;
  /** An address that lets in, instead of a login. */
  readonly ticket?: Ticket | undefined;
  readonly socketUser: User;
  readonly hosts: readonly string[];
  /** Text without any secret of the configuration: the last look at what leaves. */
  readonly scrub: (text: string) => string;
  readonly log: Log;
}

/** What answers requests: checks first, then a file, the login, or one of the routes. */
export function consoleApp(parts: AppParts): { fetch(request: Request): Promise<Response> } {
  const { routes, assets, login, ticket, hosts } = parts;
  const app = new Hono();
  app.use('*', async (context, next) => {
    const { method, url } = context.req;
    const refused = whyRefused(method, context.req.raw.headers, hosts);
    if (refused !== undefined) context.res = context.text(`${refused.why}\n`, refused.status);
    else if (url.length > LONGEST_URL) context.res = context.text('too long\n', 414);
    else await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (name !== 'cache-control' || !context.res.headers.has(name)) {
        context.res.headers.set(name, value);
      }
    }
  });
  app.get('/assets/:name', (context) => {
    const file = assets.file(context.req.param('name'));
    if (file === undefined) return context.text('not found\n', 404);
    const headers = {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
    };
    return context.body(new Uint8Array(file.bytes), 200, headers);
  });
  if (ticket !== undefined) addTicket(app, ticket, assets.url('icon.svg'));
  else if (login !== undefined) addLogin(app, parts, login);
  for (const route of routes) {
    app.on(route.method, route.path, async (context) => {
      // What a page asks for by itself keeps nobody logged in.
      const isByPerson = route.path !== '/events' && route.path !== '/series';
      const user = userOf(parts, context, isByPerson);
      if (user === undefined) return loginNeeded(parts, context);
      if (!includesRole(user.role, route.role)) {
        return refusal(parts, context, user, 403, `This needs the role ${route.role}.`);
      }
      const request = await readRequest(parts, context, user, route);
      if (request === 'too long') return context.text('too long\n', 413);
      if (request === 'busy') return context.text('too much at once\n', 503);
      return respond(parts, context, request, await answerOf(route, request, parts));
    });
  }
  app.notFound((context) => {
    const user = userOf(parts, context, true);
    if (user === undefined) return loginNeeded(parts, context);
    return refusal(parts, context, user, 404, 'There is no such page.');
  });
  return { fetch: async (request) => app.fetch(request) };
}

async function answerOf(
  route: Route,
  request: PageRequest,
  { log }: AppParts,
): Promise<PageAnswer> {
  try {
    return await route.answer(request);
  } catch (error) {
    const isKnown = error instanceof ReaderError;
    if (!isKnown) log.debug('a page of the console failed', { cause: (error as Error).stack });
    const text = isKnown ? error.message : 'This page failed: the log says why at level debug.';
    return {
      kind: 'page',
      title: 'Not now',
      body: Message({ title: 'Not now', text }),
      status: 503,
    };
  }
}

async function respond(
  parts: AppParts,
  context: Context,
  { user, url }: PageRequest,
  answer: PageAnswer,
): Promise<Response> {
  switch (answer.kind) {
    case 'page': {
      const { title, body, status = 200, refresh } = answer;
      return page(parts, context, { user, url, title, body, status, refresh });
    }
    case 'redirect':
      return context.redirect(answer.to, 303);
    case 'json':
      return context.json(answer.value as object);
    case 'events':
      return context.body(answer.stream, 200, {
        'content-type': 'text/event-stream; charset=utf-8',
      });
    case 'file':
      return context.body(answer.stream, 200, {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${answer.name}"`,
      });
    case 'full':
      return context.text('too many pages are open\n', 503, { 'retry-after': '10' });
  }
}

interface PageParts {
  readonly user: User | undefined;
  readonly url: string;
  readonly title: string;
  readonly body: Html;
  readonly status: 200 | 400 | 401 | 403 | 404 | 409 | 429 | 503;
  readonly refresh?: number | undefined;
}

async function page(parts: AppParts, context: Context, page: PageParts): Promise<Response> {
  const { assets, login, scrub } = parts;
  const { status, ...rest } = page;
  const html = await Layout({ assets, ...rest, hasLogin: login !== undefined });
  return context.html(`<!doctype html>${scrub(String(html))}`, status);
}

function refusal(
  parts: AppParts,
  context: Context,
  user: User,
  status: 403 | 404,
  text: string,
): Promise<Response> {
  const title = status === 403 ? 'Not allowed' : 'Not found';
  const url = context.req.path;
  return page(parts, context, { user, url, title, body: Message({ title, text }), status });
}

function loginNeeded({ ticket }: AppParts, context: Context): Response {
  const { method, path } = context.req;
  if (ticket !== undefined) return context.text(TICKET_NEEDED, 401);
  if (method !== 'GET' || path === '/events') return context.text('log in first\n', 401);
  const { pathname, search } = new URL(context.req.url);
  const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
  return context.redirect(`/login${next}`, 303);
}

const TICKET_NEEDED = 'Open the whole address that was printed at the start: it lets you in.\n';

function userOf({ login, ticket, socketUser }: AppParts, context: Context, counts: boolean) {
  const entrance = ticket ?? login;
  if (entrance === undefined) return socketUser;
  const token = tokenOf(context);
  return token === undefined ? undefined : entrance.userOf(token, counts);
}

/** Browsers send a cookie to all ports of a host: those of two consoles must not be the same. */
function cookieOf(context: Context): string {
  const port = /:(\d+)$/.exec(context.req.header('host') ?? '')?.[1];
  return port === undefined ? COOKIE : `${COOKIE}_${port}`;
}

function sessionCookie(context: Context, token: string): string {
  return `${cookieOf(context)}=${token}; Path=/; HttpOnly; SameSite=Strict`;
}

function tokenOf(context: Context): string | undefined {
  const cookies = (context.req.header('cookie') ?? '').split(';').map((part) => part.trim());
  const name = `${cookieOf(context)}=`;
  return cookies.find((part) => part.startsWith(name))?.slice(name.length);
}

const bodies = new Bodies();
const NOTHING = new Uint8Array();

async function readRequest(
  parts: AppParts,
  context: Context,
  user: User,
  { longestBytes }: Route,
): Promise<PageRequest | 'too long' | 'busy'> {
  const { pathname, search, searchParams } = new URL(context.req.url);
  const id = context.req.param('id') ?? '';
  const lastEventId = context.req.header('last-event-id');
  const isStillIn = () => userOf(parts, context, false)?.role === user.role;
  const url = pathname + search;
  const rest = { user, isStillIn, id, url, query: searchParams, lastEventId };
  if (context.req.method !== 'POST')
    return { ...rest, form: new URLSearchParams(), bytes: NOTHING };
  const body = await bodies.read(context.req.raw.body, longestBytes ?? LONGEST_FORM, user.name);
  if (typeof body === 'string') return body;
  return longestBytes === undefined
    ? { ...rest, form: new URLSearchParams(body.toString('utf8')), bytes: NOTHING }
    : { ...rest, form: new URLSearchParams(), bytes: body };
}

async function readForm(context: Context): Promise<URLSearchParams | undefined> {
  const body = await bodies.read(context.req.raw.body, LONGEST_FORM, '');
  return typeof body === 'string' ? undefined : new URLSearchParams(body.toString('utf8'));
}

function addLogin(app: Hono, parts: AppParts, login: Login): void {
  const show = (
    context: Context,
    said: string | undefined,
    status: 200 | 401 | 429,
    next: string,
  ) => {
    const body = LoginPage({ said, next });
    return page(parts, context, { user: undefined, url: '/login', title: 'Log in', body, status });
  };
  app.get('/login', (context) => show(context, undefined, 200, context.req.query('next') ?? ''));
  app.post('/login', async (context) => {
    const form = await readForm(context);
    if (form === undefined) return context.text('too long\n', 413);
    const next = form.get('next') ?? '';
    const [name, password] = [form.get('name') ?? '', form.get('password') ?? ''];
    if (password.length > LONGEST_PASSWORD) return context.text('too long\n', 413);
    const result = await login.attempt(name, password);
    if (result.kind === 'wrong') {
      return show(context, 'The name or the password is wrong.', 401, next);
    }
    if (result.kind === 'wait') {
      context.header('retry-after', String(result.seconds));
      const said = `Too many attempts failed. Wait for ${result.seconds} s.`;
      return show(context, said, 429, next);
    }
    context.header('set-cookie', sessionCookie(context, result.token));
    return context.redirect(isOwnPath(next) ? next : '/', 303);
  });
  app.post('/logout', (context) => {
    const token = tokenOf(context);
    if (token !== undefined) login.logOut(token);
    context.header('set-cookie', `${sessionCookie(context, '')}; Max-Age=0`);
    return context.redirect('/login', 303);
  });
}

/**
 * The address that lets in. It answers with a page that leads on, rather than by a redirect: a browser that
 * came from elsewhere, such as a terminal on the web, sends a strict cookie only where our own page led to.
 */
function addTicket(app: Hono, ticket: Ticket, icon: string): void {
  app.get('/enter', async (context) => {
    const token = ticket.enter(context.req.query('key') ?? '');
    if (token === undefined) return context.text(TICKET_NEEDED, 401);
    context.header('set-cookie', sessionCookie(context, token));
    return context.html(`<!doctype html>${await EnteredPage({ icon })}`);
  });
}

/** True for a path of ours: not `//elsewhere`, which is an address. */
function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])[\u0021-\u007e]*$/.test(path);
}
