/*
 * The custom element <quorum-scope>: a figure that steps through a run, in anybody's page.
 *
 *   <script type="module" src="https://example.org/quorumscope/embed.js"></script>
 *   <quorum-scope link="1…" controls="step" height="480">
 *     <img src="still.svg" alt="…">   what is there until it loads, in print and without scripts
 *   </quorum-scope>
 *
 * Attributes: `link`, and the options of a figure's address (panels, controls, theme, lang, lesson,
 * from, to); `title`; `height` in pixels, before the figure has told its own; `load`: `visible`
 * (near the window; the usual), `click` or `now`; `src`: the lab's page or single file, where it
 * does not lie beside this script. `docs/guide/en/embedding.md` documents it all.
 */

const OPTIONS = ['panels', 'controls', 'theme', 'lang', 'lesson', 'from', 'to'];
const HEIGHT_FIRST = 480;
const HEIGHT_MAX = 4000;
/** How near the window a figure loads. */
const NEAR = '400px';

/** How pages say that they are dark, or light, and on what: the last word counts. */
const MARKS = ['class', 'data-theme', 'data-bs-theme'];
const ROOTS = () => [document.documentElement, document.body];

const WORDS = {
  en: { show: 'Show the interactive figure', title: 'Interactive figure' },
  zh: { show: '显示交互式图示', title: '交互式图示' },
};

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
  :host { display: block; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; height: var(--height); border: 0; }
  .place { min-height: var(--height); }
  .place.live { min-height: 0; }
  /* A long transcript must not push away what is below, nor pull it up when the figure is there. */
  @media screen { .place { max-height: var(--height); overflow-y: auto; } }
  ::slotted(img) { display: block; max-width: 100%; height: auto; }
  .live slot { display: none; }
  button { min-height: 44px; padding: 8px 18px; font: inherit; cursor: pointer; }
  @media print {
    iframe, button { display: none; }
    .place { min-height: 0; }
    .live slot { display: block; }
  }
`);

class QuorumScope extends HTMLElement {
  static observedAttributes = ['link', 'src', ...OPTIONS];

  #root = this.attachShadow({ mode: 'open' });
  /** The height, in a style sheet of its own: a strict page allows no style attribute. */
  #sized = new CSSStyleSheet();
  #place = document.createElement('div');
  #content = document.createElement('div');
  #frame = null;
  #seen = null;
  #marks = null;
  /** The theme that the figure has been told. */
  #told = null;
  #ending = null;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [SHEET, this.#sized];
    this.#place.className = 'place';
    this.#content.append(document.createElement('slot'));
    this.#place.append(this.#content);
    this.#root.append(this.#place);
    new ResizeObserver(() => this.#scrolls()).observe(this.#content);
  }

  connectedCallback() {
    const asked = Number(this.getAttribute('height'));
    this.#size(asked > 0 ? asked : HEIGHT_FIRST);
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    addEventListener('message', (event) => this.#hear(event), { signal });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', () => this.#follow(), { signal });
    const load = this.getAttribute('load');
    if (load === 'click') {
      this.#offer();
    } else if (load === 'now') {
      this.load();
    } else {
      this.#seen = new IntersectionObserver((entries) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          this.load();
        }
      }, { rootMargin: NEAR });
      this.#seen.observe(this);
    }
    // A page that has a switch of its own marks its root or its body.
    this.#marks = new MutationObserver(() => this.#follow());
    ROOTS().forEach((root) => this.#marks.observe(root, { attributes: true }));
  }

  disconnectedCallback() {
    this.#ending?.abort();
    this.#seen?.disconnect();
    this.#marks?.disconnect();
    this.#frame?.remove();
    this.#root.querySelector('button')?.remove();
    this.#frame = this.#seen = this.#marks = this.#ending = null;
    this.#place.classList.remove('live');
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#frame || before === after) {
      return;
    }
    if (name === 'link') {
      this.send({ type: 'load', link: after ?? '' });
    } else if (name === 'theme') {
      this.#follow();
    } else {
      this.#frame.src = this.#address();
    }
  }

  /** Makes the frame, if it is not there yet. */
  load() {
    if (this.#frame || !this.isConnected) {
      return;
    }
    this.#seen?.disconnect();
    // Nothing runs on where nobody sees it: below the window, or on a slide that is gone.
    this.#seen = new IntersectionObserver((entries) => {
      if (!entries.at(-1).isIntersecting) {
        this.send({ type: 'pause' });
      }
    });
    this.#seen.observe(this);
    const frame = document.createElement('iframe');
    const page = this.#page();
    frame.title = this.#name();
    frame.setAttribute('allow', 'clipboard-write; fullscreen');
    // A single file needs no origin. The folder has to fetch its parts, which a frame without one
    // may not: so it keeps its own, and is kept from this page's only where they are the same.
    const own = this.hasAttribute('src') ? '' : ' allow-same-origin';
    if (own === '' || page.origin !== location.origin) {
      frame.setAttribute('sandbox', `allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox${own}`);
    }
    frame.src = this.#address();
    this.#frame = frame;
    this.#root.querySelector('button')?.remove();
    this.#root.append(frame);
  }

  /** Says something to the figure: `{ type: 'step' }`, `{ type: 'goto', position: 12 }`, … */
  send(message) {
    this.#frame?.contentWindow?.postMessage({ quorumscope: 1, ...message }, '*');
  }

  #page() {
    const src = this.getAttribute('src');
    return src ? new URL(src, document.baseURI) : new URL('./', import.meta.url);
  }

  #address() {
    const page = this.#page();
    const parts = ['embed=1'];
    for (const name of OPTIONS) {
      const value = name === 'theme' ? this.#theme() : this.getAttribute(name);
      if (value) {
        parts.push(`${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
      }
    }
    // What opens from a disk has no origin that could be named.
    if (/^https?:/.test(location.origin)) {
      parts.push(`origin=${encodeURIComponent(location.origin)}`);
    }
    const link = this.getAttribute('link');
    if (link) {
      parts.push(`r=${link.replace(/^.*r=/, '')}`);
    }
    page.hash = parts.join('&');
    return page.href;
  }

  /** The theme that is asked for, else that of the page, else the reader's. */
  #theme() {
    const asked = this.getAttribute('theme');
    if (asked && asked !== 'auto') {
      return asked;
    }
    const marks = ROOTS().flatMap((root) => MARKS.map((name) => root.getAttribute(name))).join(' ');
    return marks.match(/\b(dark|light)\b/g)?.at(-1) ?? this.#behind();
  }

  /** What a page that says nothing looks like, behind the figure. */
  #behind() {
    for (let place = this; place; place = place.parentElement) {
      const [red, green, blue, alpha = 1] = getComputedStyle(place).backgroundColor
        .match(/^rgba?\((.*)\)/)?.[1].split(/[ ,/]+/).map(Number) ?? [];
      if (alpha > 0.5) {
        return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? 'dark' : 'light';
      }
    }
    const styled = getComputedStyle(this).colorScheme;
    const scheme = styled === 'normal' ? document.querySelector('meta[name=color-scheme]')?.content ?? '' : styled;
    if (!scheme.includes('dark')) {
      return 'light';
    }
    return scheme.includes('light') ? 'auto' : 'dark';
  }

  #follow() {
    const theme = this.#theme();
    if (theme !== this.#told) {
      this.#told = theme;
      this.send({ type: 'theme', theme });
    }
  }

  #hear({ source, data }) {
    if (!this.#frame || source !== this.#frame.contentWindow || data?.quorumscope !== 1) {
      return;
    }
    if (data.type === 'height' && Number.isFinite(data.height)) {
      // A bar beside it would make it narrower, and so of another height.
      this.#frame.setAttribute('scrolling', 'no');
      this.#size(data.height);
    } else if (data.type === 'ready') {
      // Until now the picture stood in its place.
      this.#place.classList.add('live');
      this.#told = null;
      this.#follow();
    }
    this.dispatchEvent(new CustomEvent(`quorumscope-${data.type}`, { detail: data, bubbles: true }));
  }

  #size(height) {
    const pixels = Math.min(Math.max(Math.ceil(height), 1), HEIGHT_MAX);
    this.#sized.replaceSync(`:host { --height: ${pixels}px; }`);
  }

  /** What stands there until the figure does is scrolled by keys too, where it is longer. */
  #scrolls() {
    const { scrollHeight, clientHeight } = this.#place;
    if (scrollHeight > clientHeight && !this.#place.classList.contains('live')) {
      this.#place.tabIndex = 0;
      this.#place.setAttribute('role', 'group');
      this.#place.setAttribute('aria-label', this.#name());
    } else {
      ['tabindex', 'role', 'aria-label'].forEach((name) => this.#place.removeAttribute(name));
    }
  }

  #name() {
    return this.getAttribute('title') || this.#words().title;
  }

  #offer() {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = this.#words().show;
    button.addEventListener('click', () => {
      this.load();
      this.#frame?.focus();
    });
    this.#root.append(button);
  }

  #words() {
    const language = this.getAttribute('lang') || document.documentElement.lang;
    return /^zh/i.test(language) ? WORDS.zh : WORDS.en;
  }
}

// A page may name this script twice, or two versions of it: the first one stays.
if (!customElements.get('quorum-scope')) {
  customElements.define('quorum-scope', QuorumScope);
}
