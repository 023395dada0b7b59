// What every spec uses: the shipped files, a browser, and pages that fail a test when anything
// comes up in their console or when they ask another host for something.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { AxeBuilder } from '@axe-core/playwright';
import axeCore from 'axe-core';

import { nameOf } from './browsers.mjs';
import { serve } from './server.mjs';

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The built folder and the single file, as they are shipped. */
export const DIST = join(root, 'dist');
export const SINGLE = join(root, 'dist-single', 'quorumscope.html');

const SCREENSHOTS = join(root, 'target', 'screenshots');

/** A style that Playwright adds to a page in Firefox to take its picture, and the policy refuses. */
const OF_A_PICTURE = /'sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT\+SmwNZWA='/;

/** What comes of Playwright keeping a page from working offline: its own script asks for what a
 *  sandboxed frame may not ask for. */
const NO_WORKER = /Service Worker registration blocked by Playwright|^uncaught: Failed to read the 'serviceWorker' property/;

/** A page that opens the full program at once has asked for the core in vain; browsers say so. */
const NOT_USED = /was preloaded using link preload but not used/;

/** What finds fault with accessibility, as a script. */
const AXE = axeCore.source;

/** How long the lab may take to be on the page. Two busy cores need some of it. */
const PATIENCE = 20_000;

// --- Tests ----------------------------------------------------------------------------------

/** The tests of the specs that were imported: `run.mjs` runs them. */
export const tests = [];

/**
 * Declares a test. Its body gets a {@link Lab}, which is closed when it ends.
 *
 * @param {string} name what holds, as a sentence
 * @param {object} [needs]
 * @param {boolean} [needs.alone]    nothing else may run meanwhile: it measures, or counts frames
 * @param {string} [needs.chromium]  why it can be tried in Chromium alone
 * @param {string} [needs.others]    why it takes the other browser too
 * @param {(lab: Lab) => Promise<void>} body
 */
export function test(name, needs, body) {
  tests.push(body ? { name, needs, body } : { name, needs: {}, body: needs });
}

// --- The browser ----------------------------------------------------------------------------

/** What a test works with: it opens pages and servers, and watches what they do. */
export class Lab {
  #browser;
  #contexts = [];
  #closing = [];
  #problems = [];

  /** @param browser one of browsers.mjs */
  constructor(browser) {
    this.#browser = browser;
  }

  /** The pages that are open. */
  get pages() {
    return this.#contexts.flatMap((context) => context.pages());
  }

  /**
   * Serves the built folder, or another one, and returns its address.
   * The options are those of `serve` in server.mjs, and `folder`.
   */
  async serve({ folder = DIST, ...options } = {}) {
    const server = await serve(folder, options);
    this.#closing.push(() => server.close());
    return server.url;
  }

  /**
   * Opens a page in a browser profile of its own.
   *
   * @param {string} url
   * @param {object} options
   * @param {[number, number]} options.size          the viewport, 1440 × 900 by default
   * @param {'light'|'dark'} options.scheme          the colour scheme
   * @param {string} options.locale                  the browser's language
   * @param {'reduce'|'no-preference'} options.motion
   * @param {boolean} options.touch                  a touch screen
   * @param {boolean} options.offline                whether the page may keep itself for offline; what
   *                                                 a service worker answers no route sees
   * @param {boolean} options.scripts                whether scripts run
   * @param {Function|string} options.init           runs in each frame before its own scripts
   * @param {[string|RegExp, Function][]} options.routes requests to answer otherwise
   * @param {RegExp[]} options.expect                console messages that belong to the test
   * @param {'ready'|'failed'|null} options.until    the state of the lab to wait for
   * @returns {Promise<import('playwright-core').Page>}
   */
  async open(url, {
    size = [1440, 900],
    scheme = 'light',
    locale = 'en-US',
    motion = 'no-preference',
    touch = false,
    scripts = true,
    offline = false,
    init,
    routes = [],
    expect = [],
    until = 'ready',
  } = {}) {
    const context = await this.#browser.context({
      viewport: { width: size[0], height: size[1] },
      colorScheme: scheme,
      locale,
      reducedMotion: motion,
      hasTouch: touch,
      javaScriptEnabled: scripts,
      serviceWorkers: offline ? 'allow' : 'block',
    });
    this.#contexts.push(context);
    this.#closing.push(() => context.close());
    if (init) {
      await context.addInitScript(init);
    }
    for (const [pattern, answer] of routes) {
      await context.route(pattern, answer);
    }
    const page = await context.newPage();
    this.#watch(page, url, expect);
    await page.goto(url);
    if (until) {
      await reached(page, until);
    }
    return page;
  }

  #watch(page, url, expect) {
    const add = (problem) => {
      const asked = /#(.*&)?(full|embed|r=)/.test(problem) ? [NOT_USED] : [];
      if (![OF_A_PICTURE, NO_WORKER, ...asked, ...expect].some((pattern) => pattern.test(problem))) {
        this.#problems.push(problem);
      }
    };
    const { origin } = new URL(url);
    page.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) {
        add(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => add(`uncaught: ${error.message}`));
    page.on('crash', () => add('the page crashed'));
    page.on('request', (request) => {
      const target = new URL(request.url());
      if (/^(https?|wss?):$/.test(target.protocol) && target.origin !== origin) {
        add(`a request to another host: ${request.url()}`);
      }
    });
  }

  /** Fails where something came up that no test expects. The runner calls it after the test. */
  check() {
    assert.equal(this.#problems.join('\n'), '', 'The page was not quiet.');
  }

  async close() {
    for (const close of this.#closing.reverse()) {
      await close();
    }
  }
}

/** Waits until the lab is `ready` or `failed`; says which of them it is when it is the other. */
export async function reached(page, state, frame = page) {
  await frame.waitForFunction(
    () => /ready|failed/.test(document.documentElement.dataset.lab ?? ''),
    null,
    { timeout: PATIENCE },
  ).catch(() => {
    throw new Error(`The lab was not ${state} after ${PATIENCE / 1000} seconds.`);
  });
  const found = await frame.evaluate(() => document.documentElement.dataset.lab);
  if (found !== state) {
    const text = await frame.locator('body').innerText();
    throw new Error(`The lab is ${found}, and not ${state}. It says:\n${text}`);
  }
}

// --- What specs look at ---------------------------------------------------------------------

/** Fails on serious and critical accessibility findings, and says what and where they are. */
export async function axe(page) {
  // By itself it would open a page to put together the findings of frames, of which there are
  // none, and describe at length all that is in order.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  nothingSerious(violations);
}

/** The same within one frame, whatever is wrong with the page around it. */
export async function axeWithin(frame) {
  await frame.evaluate(AXE);
  const { violations } = await frame.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  nothingSerious(violations);
}

function nothingSerious(violations) {
  const findings = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => {
      const places = nodes.map((node) => `    ${node.target.join(' ')}\n      ${
        node.failureSummary.replaceAll('\n', '\n      ')}`);
      return `${id}: ${help}\n${places.join('\n')}`;
    });
  assert.equal(findings.join('\n'), '', 'axe has found something serious.');
}

/** Takes a picture for people to look at: `target/screenshots/BROWSER/NAME.png`. */
export async function screenshot(page, name) {
  const folder = join(SCREENSHOTS, nameOf(page));
  await page.screenshot({ path: join(folder, `${name}.png`), timeout: PATIENCE });
}

/** Fails where the page is wider than the window, so that one would have to scroll sideways. */
export async function fits(page) {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert.ok(content <= window, `The page is ${content} px wide in a window of ${window} px.`);
}
