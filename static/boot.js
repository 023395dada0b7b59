/*
 * The boot script: everything that must work when the program does not.
 *
 * It starts the program, hands it its assets, holds a copy of the run as it grows, and says what
 * went wrong (a panic, a trap, a part that did not load, a browser that is too old), with the run
 * saved. It is written in the language of 2009, since a script that an old browser cannot parse
 * cannot tell anybody that the browser is old.
 *
 * What the program calls, as `window.quorumscope`:
 *
 *   load(name)          the bytes of an asset, such as "locales/en.json": a promise
 *   compile(name)       the WebAssembly module of an asset: a promise
 *   script(name)        runs an asset as a script: a promise of when it has run
 *   hold(index, line)   line `index` of the run, and forget what came after: line 0 is the header,
 *                       a JSON object; every further line is one action, as JSON
 *   run()               the whole run as the text of a file: the header with its "actions"
 *   ready()             the program is on the page
 *   full()              fetches the full program, which takes the core's place: a promise, which
 *                       fails where that fails; the core then goes on as before
 *   words()             the language and the protocol that the core, which is about to leave, has
 *                       on the page, or nothing where nobody hands over
 *   take()              what the core gives up its place with, once the full program is there
 *   decline(detail)     the full program cannot take the core's place
 *   keep()              keeps everything for offline: a promise of when it is kept, which fails
 *                       where something is not
 *   fail(kind, detail)  shows what went wrong: panic, trap, load, no-wasm or worker
 *
 * `<html data-lab>` says how far it got: starting, ready or failed; `<html data-program>` which
 * program is on the page. A first visit fetches the core alone. An address whose fragment has the
 * word `full`, a run (`r=…`) or `embed=1` opens the full program at once, and so does a page that holds no
 * core (the single file).
 */
(function () {
  'use strict';

  var CORE = 'quorumscope';
  var FULL = 'quorumscope-full';
  var SINGLE_FILE = 'quorumscope.html';
  var RUN_FILE = 'quorumscope-run.json';

  var root = document.documentElement;

  // --- Assets --------------------------------------------------------------------------------
  //
  // The page lists each asset in an element with `data-asset`. In the folder it is a link to a file
  // whose name changes with its content, so nothing stale can be mixed with a newer program. In
  // the single file it is a script element of no script's type, which holds the bytes themselves.

  function load(name) {
    return settle(name, function () {
      var asset = find(name);
      if (!asset.href) {
        return unpack(asset);
      }
      return request(asset.href).then(function (response) {
        return response.arrayBuffer();
      });
    }).then(function (buffer) {
      return new Uint8Array(buffer);
    });
  }

  function listed(name) {
    var all = document.querySelectorAll('[data-asset]');
    for (var i = 0; i < all.length; i++) {
      if (all[i].getAttribute('data-asset') === name) {
        return all[i];
      }
    }
    return null;
  }

  function find(name) {
    var asset = listed(name);
    if (!asset) {
      throw new Error('this page does not list it.');
    }
    return asset;
  }

  function request(address) {
    return fetch(address).then(function (response) {
      if (!response.ok) {
        throw new Error(('the server answered ' + response.status + ' ' + response.statusText).trim() + '.');
      }
      return response;
    });
  }

  function unpack(asset) {
    var text = atob(asset.textContent);
    var bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) {
      bytes[i] = text.charCodeAt(i);
    }
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).arrayBuffer();
  }

  /** Runs `work`; whatever goes wrong in it becomes an error that names the asset. */
  function settle(name, work) {
    return new Promise(function (resolve) {
      resolve(work());
    }).catch(function (cause) {
      var error = new Error('Could not load ' + name + ': ' + describe(cause));
      error.name = 'AssetError';
      error.cause = cause;
      throw error;
    });
  }

  // --- The start -----------------------------------------------------------------------------

  function start() {
    var missing = whatIsMissing();
    if (missing) {
      fail('no-wasm', missing);
      return;
    }
    root.setAttribute('data-lab', 'starting');
    var name = listed(CORE + '.wasm') && !/[#&](full(&|$)|r=|embed=1)/.test(location.hash) ? CORE : FULL;
    root.setAttribute('data-program', name);
    begin(name)
      .then(function (program) {
        onPage = program;
      })
      .catch(function (error) {
        if (error.cause instanceof WebAssembly.CompileError) {
          fail('no-wasm', error.message);
        } else if (error.name === 'AssetError' || error instanceof WebAssembly.LinkError) {
          fail('load', describe(error));
        } else {
          fail('trap', describe(error));
        }
      });
  }

  /** Starts a program: its glue, which has its exports. */
  function begin(name) {
    // Side by side: compiling begins while the glue is still on its way.
    return Promise.all([compile(name + '.wasm'), script(name + '.js')]).then(function (loaded) {
      // The next program's glue will have the same name.
      var program = wasm_bindgen;
      return program({ module_or_path: loaded[0] }).then(function () {
        return program;
      });
    });
  }

  function whatIsMissing() {
    if (typeof Promise !== 'function' || typeof fetch !== 'function') {
      return 'Promise or fetch is missing.';
    }
    if (typeof WebAssembly !== 'object' || typeof WebAssembly.instantiate !== 'function') {
      return 'WebAssembly is missing.';
    }
    // Only the single file holds packed assets.
    if (document.querySelector('script[data-asset]') && typeof DecompressionStream !== 'function') {
      return 'DecompressionStream is missing.';
    }
    return '';
  }

  function compile(name) {
    return settle(name, function () {
      var asset = find(name);
      if (!asset.href) {
        return unpack(asset).then(function (bytes) {
          return WebAssembly.compile(bytes);
        });
      }
      return request(asset.href).then(function (response) {
        var type = response.headers.get('Content-Type') || '';
        if (WebAssembly.compileStreaming && type.indexOf('application/wasm') === 0) {
          return WebAssembly.compileStreaming(response);
        }
        // A server that does not know wasm names another type, which streaming refuses.
        return response.arrayBuffer().then(function (bytes) {
          return WebAssembly.compile(bytes);
        });
      });
    });
  }

  function script(name) {
    return settle(name, function () {
      var asset = find(name);
      if (asset.href) {
        return runScript(asset.href);
      }
      // By an address, and not as an inline script: glue wants to know its own.
      return unpack(asset).then(function (bytes) {
        return runScript(URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' })));
      });
    });
  }

  function runScript(address) {
    homes.push(address);
    return new Promise(function (resolve, reject) {
      var made = document.createElement('script');
      made.onload = resolve;
      made.onerror = function () {
        reject(new Error('the script was not found, or was refused.'));
      };
      made.src = address;
      document.head.appendChild(made);
    });
  }

  function ready() {
    var notice = document.getElementById('boot');
    if (notice) {
      notice.parentNode.removeChild(notice);
    }
    if (root.getAttribute('data-lab') === 'starting') {
      root.setAttribute('data-lab', 'ready');
      offline();
    }
  }

  // --- Offline -------------------------------------------------------------------------------
  //
  // A first visit fetches little, and keeps what it has fetched. Once the full program has been
  // asked for, everything is kept.

  /** What keeps a page for offline, where there may be one; a sandboxed frame may not even ask. */
  function offered() {
    var may = window.parent === window && /^https?:/.test(location.protocol) && listed('sw.js');
    return may ? navigator.serviceWorker : null;
  }

  function offline() {
    var workers = offered();
    if (!workers) {
      return;
    }
    workers.register(find('sw.js').href).then(function (registration) {
      watch(registration);
      if (workers.controller) {
        // Not every browser looks by itself each time.
        registration.update().catch(function () {});
      }
      if (root.getAttribute('data-program') === FULL) {
        keep().catch(function () {});
      } else if (!workers.controller) {
        tellWorker({ keep: performance.getEntriesByType('resource').map(function (entry) {
          return entry.name;
        }) });
      }
    }).catch(function () {
      // Some browsers refuse it, in a private window for one: then there is no offline copy.
    });
  }

  function tellWorker(message, ports) {
    return navigator.serviceWorker.ready.then(function (registration) {
      registration.active.postMessage(message, ports || []);
    });
  }

  function keep() {
    return new Promise(function (resolve, reject) {
      var channel = new MessageChannel();
      channel.port1.onmessage = function (event) {
        (event.data === 'kept' ? resolve : reject)();
      };
      tellWorker({ keep: 'all' }, [channel.port2]).catch(reject);
    });
  }

  /** Says when a newer version is there. It takes over only when the reader reloads the page. */
  function watch(registration) {
    function look(worker) {
      if (worker && worker.state === 'installed' && navigator.serviceWorker.controller) {
        offer(worker);
      }
    }
    look(registration.waiting);
    registration.addEventListener('updatefound', function () {
      var worker = registration.installing;
      worker.addEventListener('statechange', function () {
        look(worker);
      });
    });
  }

  function offer(worker) {
    var text = root.lang === 'zh-CN' ? '实验室有新版本。重新加载会结束当前运行。'
      : 'A new version of the laboratory is there. Reloading ends the run on stage.';
    var bar = element('div', 'boot-new', [paragraph(root.lang, text), button({ en: 'Reload', zh: '重新加载' }, function () {
      navigator.serviceWorker.addEventListener('controllerchange', function () {
        location.reload();
      });
      worker.postMessage({ take: 'over' });
    })]);
    bar.setAttribute('role', 'status');
    document.body.appendChild(bar);
  }

  // --- Handing over --------------------------------------------------------------------------
  //
  // The core stays on the page, and works, until the full program has all it needs. Then, in one
  // go, the full program takes the core's state, the core leaves, and the full program stands in
  // its place. Whatever fails before that leaves the core as it was.

  var onPage = null;
  var refuse = null;

  function full() {
    return new Promise(function (_, reject) {
      refuse = reject;
      begin(FULL).catch(reject);
    }).catch(function (error) {
      refuse = null;
      throw error;
    });
  }

  function words() {
    return refuse && onPage ? onPage.words_shown() : undefined;
  }

  function take() {
    var state = refuse && onPage && onPage.hand_over();
    if (state) {
      refuse = onPage = null;
      root.setAttribute('data-program', FULL);
      if (offered() && offered().controller) {
        keep().catch(function () {});
      }
    }
    return state || undefined;
  }

  function decline(detail) {
    if (refuse) {
      refuse(new Error(detail));
    } else {
      fail('load', detail);
    }
  }

  // --- The run -------------------------------------------------------------------------------

  var lines = [];

  function hold(index, line) {
    lines.length = index;
    lines[index] = line;
  }

  /** Joins texts and parses nothing: a seed may be larger than a number of this language. */
  function run() {
    if (!lines[0]) {
      return '';
    }
    var header = lines[0].slice(0, lines[0].lastIndexOf('}')).trim();
    var comma = header === '{' ? '' : ',';
    var actions = lines.slice(1).filter(Boolean).join(',\n');
    return header + comma + '"actions":[' + (actions && '\n' + actions + '\n') + ']}\n';
  }

  function saveRun() {
    var address = URL.createObjectURL(new Blob([run()], { type: 'application/json' }));
    var link = document.createElement('a');
    link.href = address;
    link.download = RUN_FILE;
    document.body.appendChild(link);
    link.click();
    document.body.removeChild(link);
    // Not at once: the browser may not have begun to read it.
    setTimeout(function () {
      URL.revokeObjectURL(address);
    }, 60000);
  }

  // --- What went wrong -----------------------------------------------------------------------

  var STOPPED = {
    en: 'The laboratory has stopped',
    zh: '实验室已停止运行',
    says: {
      en: 'An error in its program stopped it. Reload the page to go on.',
      zh: '程序自身出错，已停止运行。请重新加载页面以继续。'
    },
    withRun: {
      en: 'An error in its program stopped it. Your run is kept here: save it, then reload the page.',
      zh: '程序自身出错，已停止运行。当前运行已为你留存：请先保存，再重新加载页面。'
    }
  };

  var MESSAGES = {
    panic: STOPPED,
    trap: STOPPED,
    load: {
      en: 'The laboratory could not be loaded',
      zh: '实验室未能加载',
      says: {
        en: 'A part of it could not be fetched. Check the connection, then reload the page.',
        zh: '有一部分文件无法获取。请检查网络连接，然后重新加载页面。'
      },
      fromDisk: {
        en: 'A browser does not let a page opened from a disk fetch its parts. Open the single file ' +
          SINGLE_FILE + ' instead, or put this folder on a web server.',
        zh: '从磁盘打开的页面，浏览器不允许它读取其他文件。请改为打开单文件版 ' + SINGLE_FILE +
          '，或将此文件夹放到网站服务器上。'
      }
    },
    'no-wasm': {
      en: 'This browser cannot run the laboratory',
      zh: '此浏览器无法运行实验室',
      says: {
        en: 'The laboratory needs WebAssembly, which is missing, too old or switched off here. ' +
          'Use a current Chrome, Edge, Firefox or Safari.',
        zh: '实验室需要 WebAssembly，但这个浏览器不支持它、版本过旧，或已将它关闭。' +
          '请使用新版 Chrome、Edge、Firefox 或 Safari。'
      }
    },
    worker: {
      en: 'The search has stopped',
      zh: '搜索已停止',
      says: {
        en: 'An error in its program stopped the search. Your run is not affected.',
        zh: '搜索程序出错，已停止。当前运行不受影响。'
      }
    }
  };

  var shown = null;

  /**
   * Shows what went wrong. The first failure is the cause and those after it are its consequences,
   * so the first one stays. Only a failed search can be closed, and gives way to a worse failure.
   */
  function fail(kind, detail) {
    if (shown && (shown.kind !== 'worker' || kind === 'worker')) {
      return;
    }
    if (!document.body) {
      document.addEventListener('DOMContentLoaded', function () {
        fail(kind, detail);
      });
      return;
    }
    close();
    if (kind !== 'worker') {
      root.setAttribute('data-lab', 'failed');
      ready();
    }
    shown = { kind: kind, veil: dialog(kind, String(detail || '')), inert: [], focus: document.activeElement };
    // All of the page but the message: keys and pointers must not reach a program that is dead.
    for (var child = document.body.firstElementChild; child; child = child.nextElementSibling) {
      if (!child.hasAttribute('inert')) {
        child.setAttribute('inert', '');
        shown.inert.push(child);
      }
    }
    document.body.appendChild(shown.veil);
    // The focus goes to the message, not to a button, which the next Space would press. A frame
    // that nobody is working in leaves the focus where the reader has it.
    if (window.parent === window || document.hasFocus()) {
      shown.veil.firstElementChild.focus({ preventScroll: true });
    }
  }

  function close() {
    if (!shown) {
      return;
    }
    shown.veil.parentNode.removeChild(shown.veil);
    shown.inert.forEach(function (element) {
      element.removeAttribute('inert');
    });
    if (shown.focus && shown.focus.focus) {
      shown.focus.focus();
    }
    shown = null;
  }

  function dialog(kind, detail) {
    var message = MESSAGES[kind] || STOPPED;
    var kept = run();
    var says = message.says;
    if (kept && message.withRun) {
      says = message.withRun;
    } else if (message.fromDisk && location.protocol === 'file:' && !document.querySelector('script[data-asset]')) {
      says = message.fromDisk;
    }

    var box = element('div', 'boot-dialog', [
      element('h2', '', both(message)),
      paragraph('en', says.en),
      paragraph('zh-CN', says.zh)
    ]);
    box.setAttribute('role', 'alertdialog');
    box.setAttribute('aria-modal', 'true');
    box.setAttribute('tabindex', '-1');
    name(box, 'aria-labelledby', [box.children[0]]);
    name(box, 'aria-describedby', [box.children[1], box.children[2]]);
    // What is typed here is not for the program.
    ['keydown', 'keyup', 'keypress'].forEach(function (type) {
      box.addEventListener(type, function (event) {
        event.stopPropagation();
      });
    });

    var buttons = element('div', 'boot-buttons', []);
    if (kind === 'worker') {
      buttons.appendChild(button({ en: 'Go on', zh: '继续' }, close));
    }
    if (kept) {
      buttons.appendChild(button({ en: 'Save the run', zh: '保存运行' }, saveRun));
    }
    buttons.appendChild(button({ en: 'Reload', zh: '重新加载' }, function () {
      location.reload();
    }));
    box.appendChild(buttons);

    if (kept) {
      // A page in a sandbox may not download; there the text can still be copied.
      var text = element('textarea', 'boot-run', []);
      text.value = kept;
      text.readOnly = true;
      text.spellcheck = false;
      text.addEventListener('focus', function () {
        text.select();
      });
      var label = element('label', 'boot-label', both({ en: 'The run, to copy', zh: '当前运行的内容，供复制' }));
      label.htmlFor = text.id = 'boot-run';
      box.appendChild(label);
      box.appendChild(text);
    }

    if (detail) {
      var pre = element('pre', '', [document.createTextNode(detail)]);
      pre.tabIndex = 0;
      box.appendChild(element('details', 'boot-detail', [
        element('summary', '', both({ en: 'Detail', zh: '详情' })),
        pre
      ]));
    }
    return element('div', 'boot-veil', [box]);
  }

  // --- Small helpers -------------------------------------------------------------------------

  function element(tag, className, children) {
    var made = document.createElement(tag);
    if (className) {
      made.className = className;
    }
    children.forEach(function (child) {
      made.appendChild(child);
    });
    return made;
  }

  function paragraph(language, text) {
    var made = element('p', '', [document.createTextNode(text)]);
    made.lang = language;
    return made;
  }

  /** A short text in both languages, side by side. */
  function both(text) {
    var english = element('span', '', [document.createTextNode(text.en)]);
    var chinese = element('span', '', [document.createTextNode(text.zh)]);
    english.lang = 'en';
    chinese.lang = 'zh-CN';
    return [english, document.createTextNode(' '), chinese];
  }

  function button(text, act) {
    var made = element('button', 'boot-button', both(text));
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }

  var names = 0;

  function name(owner, attribute, elements) {
    owner.setAttribute(attribute, elements.map(function (element) {
      element.id = element.id || 'boot-name-' + (++names);
      return element.id;
    }).join(' '));
  }

  function describe(error) {
    var plain = error instanceof Error && /^(Asset)?Error$/.test(error.name);
    return plain ? error.message : String(error);
  }

  // --- What nobody caught --------------------------------------------------------------------

  // Where our own code runs: the page's folder on a server, else the page alone.
  var home = location.href.replace(/[?#].*$/, '');
  var homes = [/^https?:/.test(home) ? home.replace(/[^\/]*$/, '') : home];

  /** Whether an error is the program's, and not that of something else that lives in the page. */
  function isOurs(error, file) {
    if (!(error instanceof Error)) {
      return false;
    }
    if (typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError) {
      return true;
    }
    var where = (error.stack || '') + '\n' + (file || '');
    return where.indexOf('wasm') >= 0 || homes.some(function (address) {
      return where.indexOf(address) >= 0;
    });
  }

  function uncaught(error, file) {
    if (error && error.name === 'AssetError') {
      fail('load', error.message);
    } else if (isOurs(error, file)) {
      fail('trap', describe(error) + '\n' + (error.stack || ''));
    }
  }

  window.addEventListener('error', function (event) {
    uncaught(event.error, event.filename);
  });
  window.addEventListener('unhandledrejection', function (event) {
    uncaught(event.reason);
  });

  window.quorumscope = {
    load: load,
    compile: compile,
    script: script,
    hold: hold,
    run: run,
    ready: ready,
    full: full,
    words: words,
    take: take,
    decline: decline,
    keep: keep,
    fail: fail
  };

  start();
})();
