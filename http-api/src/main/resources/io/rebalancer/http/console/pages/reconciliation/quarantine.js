// The quarantine of a storage node: files that lost their object's name, and the way back.
import {html} from '../../lib/lit/lit-html.js';
import {path} from '../../core/api.js';
import {bytes, words} from '../../core/format.js';
import {nodeAddress} from '../../core/router.js';
import {actionButton} from '../../parts/action.js';
import {adm, commands} from '../../parts/commands.js';
import {empty} from '../../parts/notice.js';
import {PagedList, table} from '../../parts/table.js';
import {time} from '../../parts/time.js';

const LIMIT = 50;

/**
 * @param node the storage node that the address names
 * @param reload reads the list again
 */
export function quarantineView(context, node, reload) {
  const address = () => path`/api/v1/reconciliation/quarantine/${node()}`;
  const list = new PagedList(context, 'items', () => ({path: address(), query: {limit: LIMIT}}));
  const refusal = () => context.session.refusal('operator');

  async function load(signal) {
    if (!refusal()) {
      await list.load(signal);
    }
  }

  const restore = item => actionButton(context, {
    label: 'Restore', of: item.id, role: 'admin', title: 'Restore a file of ' + node(),
    effect: 'The file gets its name ' + item.path + ' again. If another file has that name now, nothing is changed.',
    path: address() + path`/${item.id}/restore`, command: ['reconcile', 'restore', node(), item.id], done: reload
  });

  function files() {
    return list.rows.length === 0 ? empty(html`<p>The quarantine is empty.</p>`) : table({
      caption: 'Files that lost their object\'s name',
      rows: list.rows,
      key: each => each.id,
      columns: [
        {label: 'File', cell: each => html`<span class="text mono small">${each.path}</span>`},
        {label: 'Reason', cell: each => html`<span class="text">${words(each.reason)}</span>`},
        {label: 'Size', number: true, cell: each => bytes(each.bytes)},
        {label: 'Moved', cell: each => time(each.movedAt)},
        {label: 'By', cell: each => each.run ? html`<a href=${'/console/reconciliation?run=' + encodeURIComponent(each.run)}>a run</a>` : 'an assignment'},
        {label: 'Id', cell: each => html`<span class="mono small">${each.id}</span>`},
        {label: 'Way back', cell: restore}
      ]
    });
  }

  function draw() {
    return html`<section class="panel" aria-labelledby="quarantine">
      <div class="row spread"><h2 id="quarantine">Quarantine of <a class="text" href=${nodeAddress(node())}>${node()}</a></h2>
        <a href="/console/reconciliation">All runs</a></div>
      <p>Files that a run moved stay until they are purged; those of assignments are deleted by age.</p>
      ${refusal() ? html`<p class="muted">The list names owners and objects. ${refusal()}</p>` : html`
        ${list.loaded ? files() : html`<p class="muted">Asking the agent of the storage node</p>`}
        ${list.pager()}
        ${commands({path: address(), login: context.session.credential !== 'none'}, adm('reconcile', 'quarantine', node()))}`}
    </section>`;
  }

  /** The way to the quarantine of a storage node. */
  function chooser() {
    const open = event => {
      event.preventDefault();
      context.router.change({quarantine: new FormData(event.target).get('quarantine').trim(), after: ''});
    };
    return html`<section class="panel" aria-labelledby="quarantines"><h2 id="quarantines">Quarantines</h2>
      <form class="form-row" @submit=${open}>
        <label>Storage node <input name="quarantine" required autocomplete="off" spellcheck="false"></label>
        <button type="submit" class="quiet">Show its quarantine</button>
      </form>
    </section>`;
  }

  return {load, draw, chooser, forget: () => { list.loaded = false; }};
}
