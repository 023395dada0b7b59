// The browsers in which the lab is tried: how each is started, and how it comes to prefer what a
// test asks for.

import { existsSync } from 'node:fs';

import { chromium, firefox } from 'playwright-core';

import { acknowledgeAtOnce } from './quick-ack.mjs';

/** The browser that is there: the one that `cargo xtask` names, or Debian's. */
function found(named, debians) {
  return [named, debians].find((path) => path && existsSync(path));
}

/** Chromium. One of it serves all tests, since a context prefers what it is told to. */
class Chromium {
  #running;

  /** A new profile, with Playwright's options of a context. */
  async context(options) {
    this.#running ??= chromium.launch({
      // Without a path, Playwright takes its own.
      executablePath: found(process.env.CHROME_PATH, '/usr/bin/chromium'),
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
 * each combination is a Firefox of its own with such preferences, started when a test first asks.
 */
class Firefox {
  #running = new Map();

  constructor() {
    acknowledgeAtOnce();
  }

  async context(options) {
    const preferences = {
      'ui.systemUsesDarkTheme': options.colorScheme === 'dark' ? 1 : 0,
      'ui.prefersReducedMotion': options.reducedMotion === 'reduce' ? 1 : 0,
      ...(options.hasTouch && TOUCH),
      ...(options.javaScriptEnabled === false && { 'javascript.enabled': false }),
    };
    const key = JSON.stringify(preferences);
    if (!this.#running.has(key)) {
      this.#running.set(key, firefox.launch({
        channel: 'moz-firefox',
        executablePath: found(process.env.FIREFOX_PATH, '/usr/bin/firefox-esr'),
        firefoxUserPrefs: preferences,
      }));
    }
    return (await this.#running.get(key)).newContext(options);
  }

  async close() {
    for (const running of this.#running.values()) {
      await (await running).close();
    }
  }
}

/** A finger, which is coarse and does not hover, as the only pointer. */
const TOUCH = {
  'dom.w3c_touch_events.enabled': 1,
  'ui.allPointerCapabilities': 1,
  'ui.primaryPointerCapabilities': 1,
};

/** By name, in the order in which they are tried. */
export const BROWSERS = { chromium: Chromium, firefox: Firefox };
