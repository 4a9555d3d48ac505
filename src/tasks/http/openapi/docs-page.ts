import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Asset {
  readonly content: Buffer;
  readonly type: string;
}

/** What the page is made of, and nothing else of the package. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/**
 * A script of its own, so that the page needs none inside it and none is allowed there. What a proxy
 * has put in front of the paths is only seen from here.
 */
const START = `const { href, dataset } = document.querySelector('link[rel="describedby"]');

async function start() {
  const answer = await fetch(href);
  const spec = await answer.json();
  if (answer.status === 401) return askForKey(spec.detail);
  if (!answer.ok) return say(spec.detail);
  const { origin, pathname } = new URL(href);
  const before = pathname.endsWith(dataset.path) ? pathname.slice(0, -dataset.path.length) : '';
  spec.servers = [{ url: origin + before }];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: '#ui',
    deepLinking: true,
    tryItOutEnabled: true,
  });
}

function say(text) {
  document.querySelector('#why').textContent = text;
}

/** A cookie stands for the key from then on; the page has none of it. */
function askForKey(why) {
  const form = document.querySelector('#sign-in');
  form.hidden = false;
  say(why);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const answer = await fetch(new URL(dataset.session, href), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ key: form.elements.key.value.trim() }),
    });
    if (!answer.ok) return say((await answer.json()).detail);
    form.hidden = true;
    say('');
    await start();
  };
}

window.onload = start;
`;

/**
 * The page, all of whose links are relative to its own address: it works behind any proxy, whatever
 * that puts in front.
 *
 * @param url as it was asked for, with or without a slash at the end
 * @param session where sessions are begun, from beside the description
 * @param installed whether there is what it is made of: hosts that want the page install it themselves
 */
export function docsPage(url: string, session: string, installed = uiFolder() !== null): string {
  const inside = /\/(?:[?#]|$)/.test(url.replace(/[?#].*$/s, ''));
  const here = inside ? '' : 'docs/';
  const above = inside ? '../' : '';
  // Written as in a URL, so nothing in it ends the attribute.
  const path = new URL(`${above}openapi.json`, `http://host${url.replace(/^\/+/, '/')}`).pathname;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carillon API</title>
${installed ? looks(here) : ''}<link rel="describedby" href="${above}openapi.json" data-path="${path}" data-session="${session}">
</head>
<body>
${installed ? ui(here) : missing(above)}
</body>
</html>
`;
}

const looks = (here: string) => `<link rel="icon" href="${here}favicon-32x32.png">
<link rel="stylesheet" href="${here}swagger-ui.css">
`;

const ui = (here: string) => `<form id="sign-in" hidden>
<h1>Sign in to Carillon</h1>
<label>API key <input name="key" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
<p id="why" role="alert"></p>
<div id="ui"></div>
<script src="${here}swagger-ui-bundle.js"></script>
<script src="${here}start.js"></script>`;

const missing = (above: string) => `<p>This page needs a package that is not installed:
<code>npm install swagger-ui-dist</code>, then start the application again.</p>
<p>The description that it would show is <a href="${above}openapi.json">openapi.json</a>.</p>`;

/** Null: there is no such file. */
export function docsAsset(name: string): Asset | null {
  if (name === 'start.js') {
    return { content: Buffer.from(START), type: 'text/javascript; charset=utf-8' };
  }
  const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  const folder = uiFolder();
  if (type === undefined || folder === null) return null;
  return { content: readFileSync(join(folder, name)), type };
}

/** Null: the package is not installed, and the description must be read as it is. */
function uiFolder(): string | null {
  try {
    const { resolve } = createRequire(import.meta.url);
    return dirname(resolve('swagger-ui-dist/package.json'));
  } catch {
    return null;
  }
}
