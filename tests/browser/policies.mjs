// The policies of pages around figures: each as strict as its page allows, worked out from the page.

import { createHash } from 'node:crypto';

/**
 * The strictest policy under which a built page works: nothing but its own scripts and styles, each
 * named by its address or its hash, what its generator needs besides, and of the lab the script and
 * the frame.
 *
 * @param {string} html  the page
 * @param {string} url   its address
 * @param {object} needs more sources by directive; addresses are relative to the page
 */
export function policyOf(html, url, needs = {}) {
  const sources = {
    'frame-src': [new URL('quorumscope/', url).href],
    'script-src': [...addresses(html, /<script\b[^>]*\ssrc="([^"]+)"/g, url), ...scripts(html)],
    'style-src': [...addresses(html, /<link\b(?=[^>]*rel="stylesheet")[^>]*\shref="([^"]+)"/g, url), ...styles(html)],
  };
  for (const [directive, more] of Object.entries(needs)) {
    const named = more.map((it) => (/^'|^[a-z]+:$/.test(it) ? it : new URL(it, url).href));
    sources[directive] = [...(sources[directive] ?? []), ...named];
  }
  const directives = Object.entries(sources).filter(([, all]) => all.length > 0);
  return ["default-src 'none'", ...directives.map(([name, all]) => `${name} ${[...new Set(all)].join(' ')}`)].join('; ');
}

/** What a policy names has no query. */
function addresses(html, pattern, url) {
  return [...html.matchAll(pattern)].map(([, address]) => new URL(address.replace(/\?.*/, ''), url).href);
}

function scripts(html) {
  const inline = [...html.matchAll(/<script\b(?![^>]*\s(?:src=|type="application\/))[^>]*>([^]*?)<\/script>/g)];
  return inline.map(([, text]) => hash(text));
}

function styles(html) {
  const attributes = [...html.matchAll(/\sstyle="([^"]*)"/g)].map(([, text]) => hash(text));
  const elements = [...html.matchAll(/<style\b[^>]*>([^]*?)<\/style>/g)].map(([, text]) => hash(text));
  return [...(attributes.length > 0 ? ["'unsafe-hashes'"] : []), ...attributes, ...elements];
}

function hash(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
