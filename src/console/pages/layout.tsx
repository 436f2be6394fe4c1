import type { User } from '../auth/login.ts';
import type { Assets } from '../http/assets.ts';
import type { Html } from '../http/route.ts';
import { Help } from './help.tsx';
import { shown } from './parts.tsx';

/** The pages, with the key after `g` that leads there. */
const PLACES = [
  ['/', 'Now', 'n'],
  ['/deliveries', 'Deliveries', 'd'],
  ['/dead', 'Dead letters', 'l'],
  ['/alert', 'Explain', 'e'],
  ['/silences', 'Silences', 's'],
  ['/routing', 'Routing', 'r'],
  ['/noise', 'Noise', 'o'],
  ['/simulate', 'Simulate', 'm'],
  ['/activity', 'Activity', 'a'],
  ['/about', 'About', 'b'],
] as const;

export interface LayoutParts {
  readonly assets: Assets;
  readonly user: User | undefined;
  /** Where the page is. */
  readonly url: string;
  readonly title: string;
  readonly body: Html;
  readonly hasLogin: boolean;
  /** Seconds after which it is loaded again where there is no script; undefined: never. */
  readonly refresh?: number | undefined;
}

/** What is around every page. */
export function Layout({ assets, user, url, title, body, hasLogin, refresh }: LayoutParts) {
  const path = url.split('?')[0] ?? '';
  const seconds = path === '/' ? 15 : refresh;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · integratord`}</title>
        <link rel="icon" href={assets.url('icon.svg')} />
        <link rel="stylesheet" href={assets.url('uplot.css')} />
        <link rel="stylesheet" href={assets.url('console.css')} />
        <link rel="stylesheet" href={assets.url('steering.css')} />
        <script src={assets.url('console.js')} type="module" />
        {path === '/' ? <script src={assets.url('now.js')} type="module" /> : null}
        <script src={assets.url('steering.js')} type="module" />
        {seconds === undefined ? null : (
          <noscript>
            <meta http-equiv="refresh" content={String(seconds)} />
          </noscript>
        )}
      </head>
      <body data-uplot={assets.url('uplot.js')}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <strong class="name">integratord</strong>
          {user === undefined ? null : <Navigation path={path} />}
          <span class="space" />
          {user === undefined ? null : <Who user={user} hasLogin={hasLogin} />}
          <button type="button" id="help-button" class="plain" data-key="?">
            Keys <kbd>?</kbd>
          </button>
        </header>
        <main id="main" tabindex={-1}>
          <h1>{title}</h1>
          {body}
        </main>
        <p id="said" class="away" role="status" aria-live="polite" />
        <Help />
      </body>
    </html>
  );
}

function Navigation({ path }: { path: string }) {
  return (
    <nav aria-label="Pages">
      <ul>
        {PLACES.map(([to, name, key]) => (
          <li>
            <a href={to} data-go={key} aria-current={placeOf(path) === to ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The page in the list that a path belongs to. */
function placeOf(path: string): string {
  const [, first = ''] = path.split('/');
  return { delivery: '/deliveries', silence: '/silences' }[first] ?? `/${first}`;
}

function Who({ user, hasLogin }: { user: User; hasLogin: boolean }) {
  return (
    <span class="who">
      <abbr class="quiet" title="All times here are UTC">
        UTC
      </abbr>{' '}
      · {shown(user.name)} <span class="quiet">({user.role})</span>
      {hasLogin ? (
        <form method="post" action="/logout">
          <button class="plain">Log out</button>
        </form>
      ) : null}
    </span>
  );
}

/** A page that says one thing. */
export function Message({ title, text }: { title: string; text: string }) {
  return (
    <p class="message" role="alert">
      <strong>{title}.</strong> {shown(text)} <a href="/">Back to the start</a>
    </p>
  );
}

/** Where people log in. Without script it is sent as it is. */
export function LoginPage({ said, next }: { said: string | undefined; next: string }) {
  return (
    <form method="post" action="/login" class="login">
      {said === undefined ? null : (
        <p class="message bad" role="alert">
          {said}
        </p>
      )}
      <input type="hidden" name="next" value={next} />
      <label>
        Name
        <input name="name" autocomplete="username" required maxlength={64} autofocus />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button>Log in</button>
    </form>
  );
}
