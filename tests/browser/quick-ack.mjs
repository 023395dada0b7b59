// Firefox answers WebDriver BiDi through a socket that gathers small packets until the last one is
// acknowledged, and Linux acknowledges 40 ms later unless something is sent the other way. That is
// most of the time that a click takes. So answer each packet at once, with a frame that asks for
// nothing: an unsolicited pong (RFC 6455, 5.5.3).

import { channel } from 'node:diagnostics_channel';

/** A masked pong without content. Firefox takes a mask of zeros for none, and closes. */
const PONG = Buffer.from([0x8a, 0x80, 1, 2, 3, 4]);

/** From now on answers what comes through any WebSocket that this process opens. */
export function acknowledgeAtOnce() {
  channel('net.client.socket').subscribe(({ socket }) => {
    let readers = 0;
    socket.on('newListener', function watch(event) {
      if (event !== 'data') {
        return;
      }
      readers += 1;
      // The first reads HTTP, until the socket is a WebSocket; the second reads frames.
      if (readers === 2) {
        socket.off('newListener', watch);
        socket.on('data', () => socket.write(PONG));
      }
    });
  });
}
