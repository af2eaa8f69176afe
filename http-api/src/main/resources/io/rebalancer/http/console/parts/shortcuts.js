// Keyboard shortcuts, and their list. They are off while something is typed or a dialog is open, and can be switched off.
import {html, render} from '../lib/lit/lit-html.js';

const PAGES = {o: ['/', 'Overview'], j: ['/console/jobs', 'Jobs'], n: ['/console/nodes', 'Storage nodes'], c: ['/console/cluster', 'Cluster']};
const SECOND_KEY_MS = 2000;
const STORED = 'rebalancer-shortcuts';
const TYPED_IN = 'input, textarea, select, [contenteditable]';

function stored() {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}

let on = stored();

function choose(value) {
  on = value;
  try {
    localStorage.setItem(STORED, value ? 'on' : 'off');
  } catch {
    // Without storage the choice lasts as long as this page.
  }
}

/** Follows the keys of the page. */
export function followKeys({session, router}) {
  let pendingUntil = 0;
  document.addEventListener('keydown', event => {
    if (!on || session.state !== 'open' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing
        || event.target.closest?.(TYPED_IN) || document.querySelector('dialog[open]')) {
      pendingUntil = 0;
      return;
    }
    const second = Date.now() < pendingUntil;
    pendingUntil = 0;
    if (second && PAGES[event.key]) {
      event.preventDefault();
      router.go(PAGES[event.key][0]);
    } else if (event.key === 'g') {
      pendingUntil = Date.now() + SECOND_KEY_MS;
    } else if (event.key === '?') {
      event.preventDefault();
      showShortcuts();
    } else if (event.key === '/') {
      const field = document.querySelector('main form[aria-label^=Filter] input') ?? document.querySelector('main form[aria-label^=Filter] select');
      if (field) {
        event.preventDefault();
        field.focus();
      }
    }
  });
}

/** Opens the list of shortcuts. */
export function showShortcuts() {
  const dialog = document.createElement('dialog');
  const key = (...keys) => keys.map((each, i) => html`${i > 0 ? ' then ' : ''}<kbd>${each}</kbd>`);
  render(html`<article>
    <h2 id="shortcuts-title">Keyboard shortcuts</h2>
    <dl class="facts shortcuts">
      ${Object.entries(PAGES).map(([letter, [, label]]) => html`<dt>${key('g', letter)}</dt><dd>${label}</dd>`)}
      <dt>${key('/')}</dt><dd>The filter of the list</dd>
      <dt>${key('?')}</dt><dd>This list</dd>
      <dt>${key('Esc')}</dt><dd>Close a dialog</dd>
    </dl>
    <p class="small muted">None of them, but for Esc, does anything while you type in a field.</p>
    <label><input type="checkbox" .checked=${on} @change=${event => choose(event.target.checked)}> Shortcuts are on in this browser</label>
    <div class="row"><button type="button" autofocus @click=${() => dialog.close()}>Close</button></div>
  </article>`, dialog);
  dialog.setAttribute('aria-labelledby', 'shortcuts-title');
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** The line at the end of each page that names the list. */
export const shortcutsHelp = () => html`<footer class="foot"><button type="button" class="quiet" aria-haspopup="dialog" aria-keyshortcuts="?"
  @click=${showShortcuts}>Keyboard shortcuts</button> <span class="small">or press <kbd>?</kbd></span></footer>`;
