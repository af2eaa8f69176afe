// The members of the cluster, where the jobs and the singletons run, and the orders to leave.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path} from '../core/api.js';
import {count, plural} from '../core/format.js';
import {remember} from '../core/members.js';
import {jobAddress} from '../core/router.js';
import {actionButton} from '../parts/action.js';
import {adm, commands} from '../parts/commands.js';
import {notice} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {table} from '../parts/table.js';

const MAX_AGENTS = 200;

export function open(context) {
  const state = {found: null};
  const reload = context.every(4000, 'cluster', async signal => {
    state.found = await api.get('/api/v1/cluster', {signal});
    remember(state.found);
  });

  function draw() {
    const found = state.found;
    if (!found) {
      return html`<h1 tabindex="-1">Cluster</h1><p class="muted">Loading the cluster</p>`;
    }
    const managers = found.members.filter(each => each.roles.includes('manager'));
    const agents = found.members.filter(each => !each.roles.includes('manager'));
    const versions = new Set(found.members.map(each => each.version));
    return html`<h1 tabindex="-1">Cluster</h1>
      <p class="lead">${plural(managers.length, 'manager')}, ${plural(agents.length, 'agent')}, as ${found.self} sees them.</p>
      ${found.problems.map(problem => notice('bad', html`<p class="text">${problem}</p>`))}
      ${versions.size > 1 ? notice('warn', html`<p>Members have ${versions.size} versions: ${[...versions].join(', ')}. Upgrade managers before agents.</p>`) : nothing}
      <section class="panel" aria-labelledby="managers"><h2 id="managers">Managers</h2>${members(found, managers)}</section>
      <section class="panel" aria-labelledby="agents"><h2 id="agents">Agents</h2>${agents.length === 0
        ? html`<p class="muted">No agent is in the cluster. Agents outside it are called over HTTP.</p>` : members(found, agents)}</section>
      <section class="panel" aria-labelledby="places"><h2 id="places">Where it runs</h2><div class="panels">
        ${table({
          caption: 'Singletons',
          rows: Object.entries(found.singletons),
          key: ([name]) => name,
          columns: [{label: 'Singleton', cell: ([name]) => name}, {label: 'Member', cell: ([, member]) => member}]
        })}
        ${found.jobs.length === 0 ? html`<p class="muted">No job runs.</p>` : table({
          caption: 'Jobs',
          rows: found.jobs,
          key: job => job.id,
          columns: [{label: 'Job', cell: job => html`<a href=${jobAddress(job.id)}><code>${job.id}</code></a>`},
            {label: 'Member', cell: job => job.at ?? html`<span class="muted">moving</span>`}]
        })}</div>
        ${found.pool ? html`<p class="small muted">Connections of the database: ${found.pool.active} in use, ${found.pool.idle} idle, at most ${found.pool.most},
          ${found.pool.waiting} requests wait.</p>` : nothing}
        ${commands({path: '/api/v1/cluster', login: context.session.credential !== 'none'}, adm('cluster', 'status'))}
      </section>`;
  }

  function members(found, rows) {
    return html`${table({
      caption: 'Those that can not be reached first',
      rows: [...rows].sort((a, b) => Number(a.reachable) - Number(b.reachable)).slice(0, MAX_AGENTS),
      key: each => each.address,
      alert: each => !each.reachable,
      columns: [
        {label: 'Address', cell: each => html`${each.address}${each.address === found.self ? html` <span class="muted small">this manager</span>` : nothing}`},
        {label: 'State', cell: each => each.reachable ? badge(each.status) : badge('UNREACHABLE', 'not reachable')},
        {label: 'Roles', cell: each => html`<span class="text">${each.roles.join(', ')}</span>`},
        {label: 'Version', cell: each => each.version},
        {label: 'Orders', cell: each => html`<span class="row">${order(each, 'leave')}${order(each, 'down')}</span>`}
      ]
    })}${rows.length > MAX_AGENTS ? html`<p class="muted small">${count(rows.length - MAX_AGENTS)} more; <code>rebalancer-adm cluster status</code> lists all.</p>` : nothing}`;
  }

  function order(member, name) {
    return actionButton(context, {
      label: name[0].toUpperCase() + name.slice(1),
      of: member.address,
      title: (name === 'leave' ? 'Make it leave: ' : 'Remove it: ') + member.address,
      role: 'admin',
      danger: name === 'down',
      typed: name === 'down' ? member.address : undefined,
      effect: name === 'leave' ? 'The member hands its jobs and shards over and leaves; its process ends. Jobs continue at other managers.'
        : 'The member is removed without its help, and its jobs restart elsewhere. Order this only if its process is gone'
          + (member.reachable ? '; the other members reach it, so leave is the right order.' : '.'),
      path: path`/api/v1/cluster/members/${member.address}/${name}`,
      command: ['cluster', name, member.address, '--yes'],
      done: reload
    });
  }

  return {title: 'Cluster', draw};
}
