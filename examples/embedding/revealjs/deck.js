import Reveal from './reveal.js/reveal.mjs';

new Reveal({ width: 1200, height: 720 }).initialize();
