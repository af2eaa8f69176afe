// The frame around all pages: navigation, who is signed in, and whether what is shown is live.
import {html, nothing} from '../lib/lit/lit-html.js';
import {clock, relative} from '../core/format.js';
import {shortcutsHelp} from './shortcuts.js';
import {shape} from './state.js';

const SECTIONS = [
  ['/', 'Overview', ['overview']],
  ['/console/jobs', 'Jobs', ['jobs', 'job', 'create-job']],
  ['/console/nodes', 'Storage nodes', ['nodes', 'node']],
  ['/console/cluster', 'Cluster', ['cluster']],
  ['/console/reconciliation', 'Reconciliation', ['reconciliation']],
  ['/console/settings', 'Settings', ['settings']],
  ['/console/audit', 'Audit', ['audit']],
  ['/console/tokens', 'Tokens', ['tokens'], 'admin']
];

const ICON = new URL('../icon.svg', import.meta.url).pathname;
let menuOpen = false;

export function shell({session, live, router}) {
  if (session.state !== 'open') {
    return html`<main id="content" class="solo"></main>`;
  }
  const here = router.location().name;
  const toggle = event => {
    menuOpen = !menuOpen;
    const side = event.target.closest('.side');
    side.toggleAttribute('data-open', menuOpen);
    event.target.setAttribute('aria-expanded', String(menuOpen));
  };
  const close = event => {
    menuOpen = false;
    event.currentTarget.closest('.side').removeAttribute('data-open');
    event.currentTarget.closest('.side').querySelector('.menu').setAttribute('aria-expanded', 'false');
  };
  return html`
    <a class="skip" href="#content">Skip to the content</a>
    <div class="frame">
      <header class="side">
        <a class="brand" href="/"><img src=${ICON} alt="">Rebalancer</a>
        <button class="menu quiet" type="button" aria-expanded="false" aria-controls="sections" @click=${toggle}>Menu</button>
        <nav id="sections" aria-label="Sections" @click=${close}>
          <ul>
            ${SECTIONS.map(([address, label, names, role]) => role && session.refusal(role) ? nothing : html`
              <li><a href=${address} aria-current=${names.includes(here) ? 'page' : nothing}>${label}</a></li>`)}
            <li><a href="/api" target="_blank">API contract</a></li>
          </ul>
        </nav>
        <div class="who">
          ${session.user ? html`<span class="text">${session.user}</span>, ${session.role}`
            : html`No login is needed at this address: ${session.role}`}
          ${session.credential === 'session'
            ? html`<button class="quiet" type="button" @click=${() => session.signOut()}>Sign out</button>` : nothing}
        </div>
      </header>
      <div class="stage">
        <div class="top">${connection(live)}</div>
        <main id="content" tabindex="-1"></main>
        ${shortcutsHelp()}
      </div>
    </div>`;
}

function connection(live) {
  const since = live.lastEventAt ? clock(live.lastEventAt) : '';
  if (live.status === 'live') {
    return html`<span class="live" role="status" title="last event ${relative(live.lastEventAt)}">${shape('run')}live</span>`;
  }
  const text = live.status === 'connecting' ? 'connecting' : 'reconnecting';
  return html`<span class="live ${since ? 'live-off' : 'live-wait'}" role="status">${shape('wait')}${text}${since
    ? ', as of ' + since : ''}</span>`;
}
