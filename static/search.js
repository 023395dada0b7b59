/*
 * Carries texts between the page and the search. The build puts it behind the glue of the program
 * `quorumscope-search`, in one file, which is run twice: on the page, where it defines
 *
 *   quorumscope.search(request, tell)   serves a request; `tell(kind, text)` is called with
 *                                       "progress" and a text as often as there is something new,
 *                                       and in the end once with "done" and the result, or with
 *                                       "failed" and a detail, which is then shown over the page:
 *                                       whoever is told can make way for it. Gives a function that
 *                                       stops the search; nothing is told after that
 *
 * and in a worker, where the search runs. Where a page may have no worker, the search runs on the
 * page, a slice between two frames.
 */
(function () {
  'use strict';

  var NAME = 'quorumscope-search';
  /** How long a slice may take, in milliseconds: a worker is only told to stop by its end. */
  var SLICE_WORKER = 100;
  var SLICE_PAGE = 8;
  var STEPS_MAX = 1 << 30;

  var glue = wasm_bindgen;

  /** Serves a request, slice by slice; gives a function that stops it. */
  function serve(request, slice, tell) {
    var stopped = false;
    var steps = 1;
    var search;

    function go() {
      if (stopped) {
        return;
      }
      var text;
      var done;
      try {
        if (request === 'force_panic') {
          glue.force_panic();
        }
        search = search || new glue.Search(request);
        var began = Date.now();
        text = search.advance(steps);
        done = search.isDone();
        var took = Date.now() - began;
        if (took < slice / 2 && steps < STEPS_MAX) {
          steps *= 2;
        } else if (took > slice && steps > 1) {
          steps = Math.floor(steps / 2);
        }
      } catch (error) {
        // What has failed is left alone: to free it could fail as well.
        search = null;
        tell('failed', describe(error));
        return;
      }
      if (!done) {
        setTimeout(go, 0);
      }
      tell(done ? 'done' : 'progress', text);
    }

    setTimeout(go, 0);
    return function () {
      stopped = true;
      if (search) {
        search.free();
        search = null;
      }
    };
  }

  function describe(error) {
    return String(error && error.message || error);
  }

  if (typeof document === 'undefined') {
    self.onmessage = function (event) {
      glue({ module_or_path: event.data.module }).then(function () {
        serve(event.data.request, SLICE_WORKER, function (kind, text) {
          self.postMessage({ kind: kind, text: text });
        });
      }).catch(function (error) {
        self.postMessage({ kind: 'failed', text: describe(error) });
      });
    };
    return;
  }

  var lab = window.quorumscope;

  lab.search = function (request, tell) {
    var stopped = false;
    var stop = null;

    function said(kind, text) {
      if (stopped) {
        return;
      }
      if (kind === 'failed' || kind === 'done') {
        end();
      }
      tell(kind, text);
      if (kind === 'failed') {
        lab.fail('worker', text);
      }
    }

    function end() {
      stopped = true;
      if (stop) {
        stop();
      }
    }

    Promise.all([lab.compile(NAME + '.wasm'), lab.load(NAME + '.js')]).then(function (loaded) {
      if (!stopped) {
        stop = inWorker(loaded[0], loaded[1], request, said, function () {
          stop = null;
          return onPage(loaded[0]);
        });
      }
    }).catch(function (error) {
      said('failed', describe(error));
    });

    function onPage(module) {
      return glue({ module_or_path: module }).then(function () {
        if (!stopped) {
          stop = serve(request, SLICE_PAGE, said);
        }
      }).catch(function (error) {
        said('failed', describe(error));
      });
    }

    return end;
  };

  /** Serves a request in a worker; where the page may have none, calls `refused`. */
  function inWorker(module, script, request, said, refused) {
    var worker;
    var address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    try {
      // A classic script of the page's own making: a page from a disk or in a sandbox may have it.
      worker = new Worker(address);
    } catch (error) {
      URL.revokeObjectURL(address);
      refused();
      return null;
    }
    var heard = false;
    worker.onmessage = function (event) {
      heard = true;
      said(event.data.kind, event.data.text);
    };
    worker.onerror = function (event) {
      event.preventDefault();
      stop();
      if (heard) {
        said('failed', event.message || 'the worker has stopped.');
      } else {
        refused();
      }
    };
    worker.postMessage({ module: module, request: request });

    function stop() {
      worker.terminate();
      URL.revokeObjectURL(address);
    }
    return stop;
  }
})();
