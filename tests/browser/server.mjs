// A small static server, as strict as the strictest host: every page it serves has a content
// security policy that allows nothing inline and nobody else.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
  "img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:";

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.mjs': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder below a path.
 *
 * @param {string} folder
 * @param {object} options
 * @param {string} options.base   the path that the folder is at, with a slash at both ends
 * @param {string|Function} options.policy the content security policy, or that of a path; empty for none
 * @param {object} options.types  other content types, by extension
 * @param {object} options.pages  pages that are in no folder: their HTML by their path
 * @param {boolean} options.anybody whether pages of other origins may fetch the files
 * @returns {Promise<{url: string, close: () => void}>} the address of the folder
 */
export async function serve(folder, { base = '/', policy = STRICT, types = {}, pages = {}, anybody = false } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const strict = typeof policy === 'function' ? policy(path, `http://${request.headers.host}`) : policy;
    if (strict) {
      response.setHeader('Content-Security-Policy', strict);
    }
    if (anybody) {
      response.setHeader('Access-Control-Allow-Origin', '*');
    }
    if (pages[path]) {
      response.setHeader('Content-Type', TYPES[extname(path)] ?? TYPES['.html']);
      response.end(pages[path]);
      return;
    }
    const file = fileOf(path);
    if (!file) {
      response.statusCode = 404;
      response.end('not found');
      return;
    }
    const type = { ...TYPES, ...types }[extname(file)] ?? 'application/octet-stream';
    response.setHeader('Content-Type', type);
    createReadStream(file).pipe(response);
  });

  function fileOf(path) {
    if (!path.startsWith(base)) {
      return null;
    }
    const inside = normalize('/' + path.slice(base.length));
    const file = join(folder, inside.endsWith('/') ? inside + 'index.html' : inside);
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null;
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close() {
      server.close();
      server.closeAllConnections?.();
    },
  };
}
