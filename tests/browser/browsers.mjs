// The browsers in which the lab is tried: how each is started, and how it comes to prefer what a
// test asks for.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, firefox } from 'playwright-core';

import { acknowledgeAtOnce } from './quick-ack.mjs';

acknowledgeAtOnce();

/** The browser that is there: the one that `cargo xtask` names, or Debian's. */
function found(named, debians) {
  return [named, debians].find((path) => path && existsSync(path));
}

/** Where each is, if it is not Playwright's own. */
const PROGRAMS = {
  chromium: () => found(process.env.CHROME_PATH, '/usr/bin/chromium'),
  firefox: () => found(process.env.FIREFOX_PATH, '/usr/bin/firefox-esr'),
};

/** Chromium, of which a context prefers what it is told to. */
class Chromium {
  #running;

  /** A new profile, with Playwright's options of a context. */
  async context(options) {
    this.#running ??= chromium.launch({
      // Without a path, Playwright takes its own.
      executablePath: PROGRAMS.chromium(),
      // Chromium's sandbox refuses to work for root.
      args: process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS,
    });
    return (await this.#running).newContext(options);
  }

  async close() {
    await (await this.#running)?.close();
  }
}

const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Firefox as it is shipped, driven by WebDriver BiDi. That cannot say what a context prefers, so
 * each combination is a Firefox of its own with such preferences.
 */
class Firefox {
  #running = new Map();
  #folder = mkdtempSync(join(tmpdir(), 'quorumscope-saved-'));

  async context(options) {
    const preferences = {
      ...AS_SHIPPED,
      ...NO_PANEL,
      'ui.systemUsesDarkTheme': options.colorScheme === 'dark' ? 1 : 0,
      'ui.prefersReducedMotion': options.reducedMotion === 'reduce' ? 1 : 0,
      ...(options.hasTouch && TOUCH),
      ...(options.javaScriptEnabled === false && { 'javascript.enabled': false }),
    };
    const key = JSON.stringify(preferences);
    if (!this.#running.has(key)) {
      await this.#makeRoom();
      const running = await firefox.launch({
        channel: 'moz-firefox',
        executablePath: PROGRAMS.firefox(),
        firefoxUserPrefs: preferences,
        downloadsPath: this.#folder,
      });
      folders.set(running, this.#folder);
      this.#running.set(key, running);
    }
    return this.#running.get(key).newContext(options);
  }

  /** Ends what nobody uses, so that at most two take up memory. */
  async #makeRoom() {
    for (const [key, running] of this.#running) {
      if (this.#running.size > 1 && running.contexts().length === 0) {
        this.#running.delete(key);
        await running.close();
      }
    }
  }

  async close() {
    for (const running of this.#running.values()) {
      await running.close();
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What Playwright would otherwise make less strict than it is for everybody. */
const AS_SHIPPED = { 'security.fileuri.strict_origin_policy': true };

/** The panel that shows what was saved would take the keys. */
const NO_PANEL = { 'browser.download.alwaysOpenPanel': false, 'browser.download.panel.shown': true };

/** A finger, which is coarse and does not hover, as the only pointer. */
const TOUCH = {
  'dom.w3c_touch_events.enabled': 1,
  'ui.allPointerCapabilities': 1,
  'ui.primaryPointerCapabilities': 1,
};

/** By name, in the order in which they are tried. */
export const BROWSERS = { chromium: Chromium, firefox: Firefox };

/** Whether all of them are there, so that what one makes can be opened in the other. */
export const allAreHere = () => Object.values(PROGRAMS).every((program) => program() !== undefined);

// --- Downloads ------------------------------------------------------------------------------

/** Where a Firefox puts what is saved. */
const folders = new WeakMap();

/**
 * What a page saves when something is done.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<void>} act
 * @returns {Promise<{name: string, text: string, bytes: Buffer}>}
 */
export async function saved(page, act) {
  const folder = folders.get(page.context().browser());
  if (folder) {
    return savedInto(folder, act);
  }
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return file(download.suggestedFilename(), readFileSync(await download.path()));
}

const file = (name, bytes) => ({ name, bytes, text: bytes.toString('utf8') });

/** Playwright knows downloads by their navigation, and that of a blob has none in Firefox. */
async function savedInto(folder, act) {
  const files = () => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  files().forEach(({ name }) => rmSync(join(folder, name)));
  await act();
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    // While it comes, it is empty and has another beside it.
    const [first, ...others] = files();
    const bytes = first && others.length === 0 && readFileSync(join(folder, first.name));
    if (bytes && bytes.length > 0) {
      return file(first.name, bytes);
    }
    await new Promise((wake) => setTimeout(wake, 20));
  }
  throw new Error(`Nothing was saved. What there is: ${files().map(({ name }) => name).join(', ')}`);
}

/** The name of the browser that a page is open in. */
export function nameOf(page) {
  return page.context().browser().browserType().name();
}
