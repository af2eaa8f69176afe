// The storage nodes of the fleet, page by page, those that need attention first on each page.
import {html, nothing} from '../lib/lit/lit-html.js';
import {mib, words} from '../core/format.js';
import {jobAddress, nodeAddress} from '../core/router.js';
import {adm, commands} from '../parts/commands.js';
import {empty} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {PagedList, table} from '../parts/table.js';
import {time} from '../parts/time.js';

const LIMIT = 100;
const ORDERS = {'': 'by name', free: 'most free space first', used: 'fullest first'};
const STATES = ['IN_SERVICE', 'FENCED', 'DRAINED', 'EXCLUDED', 'REMOVED'];

export function open(context) {
  const list = new PagedList(context, 'storageNodes', query => ({path: '/api/v1/fleet',
    query: {limit: LIMIT, state: query.get('state'), datacenter: query.get('datacenter'), sort: query.get('sort')}}));
  const reload = context.every(10000, 'fleet', signal => list.load(signal));
  context.live.onEvent(type => type === 'storage-node' ? reload() : null, context.signal);

  function apply(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const node = form.get('node').trim();
    if (node) {
      context.router.go(nodeAddress(node));
    } else {
      context.router.change({state: form.get('state'), sort: form.get('sort'), datacenter: form.get('datacenter').trim(), after: ''});
    }
  }

  const lost = node => !node.agentReachable;

  function draw() {
    const query = context.location.query;
    return html`<h1 tabindex="-1">Storage nodes</h1>
      <form class="panel form-row" aria-label="Filter of storage nodes" @submit=${apply}>
        <label>State <select name="state">
          <option value="" ?selected=${!query.get('state')}>any</option>
          ${STATES.map(each => html`<option value=${each} ?selected=${query.get('state') === each}>${words(each)}</option>`)}
        </select></label>
        <label>Datacenter <input name="datacenter" autocomplete="off" .value=${query.get('datacenter') ?? ''}></label>
        <label>Order <select name="sort">${Object.entries(ORDERS).map(([value, label]) => html`<option value=${value}
          ?selected=${(query.get('sort') ?? '') === value}>${label}</option>`)}</select></label>
        <label>Open this node <input name="node" autocomplete="off" spellcheck="false"></label>
        <button type="submit" class="quiet">Show</button>
      </form>
      <section class="panel" aria-label="List of storage nodes">
        ${!list.loaded ? html`<p class="muted">Loading storage nodes</p>` : list.rows.length === 0
          ? empty(html`<p>storinfo lists no such storage node.</p>`) : table({
            caption: 'Storage nodes that storinfo lists; those whose agent is not reached first',
            rows: [...list.rows].sort((a, b) => Number(lost(b)) - Number(lost(a))),
            key: node => node.storageNode,
            alert: lost,
            columns: [
              {label: 'Storage node', cell: node => html`<a class="text" href=${nodeAddress(node.storageNode)}>${node.storageNode}</a>`},
              {label: 'Datacenter', cell: node => html`<span class="text">${node.datacenter}</span>`},
              {label: 'State', cell: node => badge(context.live.nodes.get(node.storageNode)?.state ?? node.state)},
              {label: 'Used', number: true, cell: node => html`<progress value=${node.percentUsed} max="100" aria-label="Used space"></progress> ${node.percentUsed} %`},
              {label: 'Free', number: true, cell: node => mib(node.availableMib)},
              {label: 'Agent', cell: node => node.agentReachable ? badge('UP', 'reachable') : badge('UNREACHABLE', 'not reachable')},
              {label: 'Job', cell: node => node.job ? html`<a href=${jobAddress(node.job)}>job</a> ${time(node.since)}` : nothing}
            ]
          })}
        ${list.pager()}
        ${commands({path: '/api/v1/fleet' + location.search, login: context.session.credential !== 'none'}, adm('node', 'fleet'))}
      </section>`;
  }

  return {
    title: 'Storage nodes',
    draw,
    moved: () => {
      list.loaded = false;
      reload();
    }
  };
}
