// Starts the console: session, live feed, router, and the frame around all pages.
import {render} from './lib/lit/lit-html.js';
import {LiveFeed} from './core/live.js';
import {watchMembers} from './core/members.js';
import {PageHost} from './core/page.js';
import {Router} from './core/router.js';
import {Session} from './core/session.js';
import {shell} from './parts/shell.js';
import {followKeys} from './parts/shortcuts.js';

const root = document.getElementById('console');
const session = new Session();
const live = new LiveFeed();
const router = new Router();

function draw() {
  render(shell({session, live, router, page: host.page}), root);
  host.draw();
}

const host = new PageHost({session, live, router, drawShell: draw});

session.onChange(() => {
  if (session.state === 'open') {
    live.start();
  } else {
    live.stop();
  }
  draw();
  host.open(router.location());
});
watchMembers(session);
followKeys({session, router});
live.onStatus(() => host.invalidateSoon());
router.onNavigate(location => host.open(location));
// The age of what is shown, and relative times.
setInterval(() => host.invalidate(), 5000);

await session.load();
