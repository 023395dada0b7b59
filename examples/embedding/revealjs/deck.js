import Reveal from './reveal.js/dist/reveal.esm.js';

new Reveal({ width: 1200, height: 760 }).initialize();
