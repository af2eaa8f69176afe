// Runs that compare records with files: all of them, or the one that the address names.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api} from '../core/api.js';
import {count, words} from '../core/format.js';
import {actionButton} from '../parts/action.js';
import {adm, commands} from '../parts/commands.js';
import {empty, notice} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {PagedList, table} from '../parts/table.js';
import {time} from '../parts/time.js';
import {quarantineView} from './reconciliation/quarantine.js';
import {phaseBadge, runView} from './reconciliation/run.js';

const LIMIT = 50;
const MODES = {observe: 'finds, and records what it found', plan: 'also records what would be done about each finding'};

export function open(context) {
  const state = {status: null, schedule: null, form: {mode: 'observe', nodes: ''}};
  const runId = () => context.location.query.get('run');
  const list = new PagedList(context, 'runs', () => ({path: '/api/v1/reconciliation/runs', query: {limit: LIMIT}}));
  const run = runView(context, runId);
  const quarantineNode = () => context.location.query.get('quarantine');
  const quarantine = quarantineView(context, quarantineNode, () => reload());
  const reload = context.every(5000, 'reconciliation', async signal => {
    const schedule = api.get('/api/v1/reconciliation/schedule', {signal}).catch(failure => ({fault: failure.message}));
    state.status = await api.get('/api/v1/reconciliation', {signal});
    state.schedule = await schedule;
    await (runId() ? run : quarantineNode() ? quarantine : list).load(signal);
  });

  const nodes = () => state.form.nodes.split(',').map(each => each.trim()).filter(each => each);
  const body = () => ({mode: state.form.mode, ...(nodes().length > 0 ? {nodes: nodes()} : {})});
  const typed = name => event => {
    state.form[name] = event.target.value;
    context.update();
  };

  function form() {
    const which = nodes().length > 0 ? 'of ' + nodes().join(', ') : 'of all storage nodes';
    return html`<section class="panel" aria-labelledby="begin"><h2 id="begin">Begin a run</h2>
      <form class="form-row" @submit=${event => event.preventDefault()}>
        <label>Mode <select name="mode" @change=${typed('mode')}>${Object.entries(MODES).map(([mode, what]) => html`<option value=${mode}
          ?selected=${state.form.mode === mode}>${mode}: ${what}</option>`)}</select></label>
        <label>Storage nodes <small>(separated by commas; empty for all)</small><input name="nodes" autocomplete="off" .value=${state.form.nodes}
          @input=${typed('nodes')}></label>
        ${actionButton(context, {
          label: 'Begin', primary: true, title: 'Begin a run',
          refusal: state.status.enabled ? '' : 'Reconciliation is switched off on this manager.',
          effect: 'The run reads all rows of all metadata shards, lists the files ' + which + ', and records where they disagree. It changes nothing.',
          path: '/api/v1/reconciliation/runs', body: body(),
          command: ['reconcile', 'run', '--mode', state.form.mode, ...nodes().flatMap(each => ['--node', each])],
          done: answer => context.router.change({run: answer.id, after: ''})
        })}
      </form>
    </section>`;
  }

  function runs() {
    return html`<section class="panel" aria-label="List of runs">
      ${!list.loaded ? html`<p class="muted">Loading runs</p>` : list.rows.length === 0 ? empty(html`<p>No run was ordered yet.</p>`) : table({
        caption: 'Runs, newest first',
        rows: list.rows,
        key: each => each.id,
        alert: each => each.phase === 'ABORTED',
        columns: [
          {label: 'Run', cell: each => html`<a href=${'/console/reconciliation?run=' + encodeURIComponent(each.id)}>Run ${each.number}</a>`},
          {label: 'Mode', cell: each => each.mode},
          {label: 'Phase', cell: each => html`${phaseBadge(each.phase)} ${each.abort ? html`<span class="muted small">${words(each.abort)}</span>` : nothing}`},
          {label: 'Nodes', number: true, cell: each => count(each.nodes)},
          {label: 'Compared', number: true, cell: each => count(each.compared)},
          {label: 'Unknown', number: true, cell: each => count(each.unknown)},
          {label: 'Found', number: true, cell: each => count(each.found)},
          {label: 'Repaired', number: true, cell: each => count(each.repaired)},
          {label: 'Begun', cell: each => html`${time(each.createdAt)} <span class="muted small text">${each.orderedBy}</span>`},
          {label: 'Ended', cell: each => each.endedAt ? time(each.endedAt) : html`<span class="muted">works</span>`}
        ]
      })}
      ${list.pager()}
      ${commands({path: '/api/v1/reconciliation/runs', login: context.session.credential !== 'none'}, adm('reconcile', 'list'))}
    </section>`;
  }

  function schedule() {
    const {fault, nextStart, idle, lastRun} = state.schedule;
    return fault ? html`<p class="muted">The schedule is not known: ${fault}</p>` : html`<p class="muted" data-part="schedule">${nextStart ? html`Next scheduled run ${time(nextStart)}.` : 'No run is scheduled.'}
      ${idle ? idle.detail + '.' : nothing}
      ${lastRun ? html`The last scheduled <a href=${'/console/reconciliation?run=' + encodeURIComponent(lastRun.id)}>run</a> of
        ${time(lastRun.scheduledFor)} is ${lastRun.outcome}.` : nothing}</p>`;
  }

  function draw() {
    const status = state.status;
    return html`<div class="row spread head"><h1 tabindex="-1">Reconciliation</h1>${status
        ? badge(status.enabled ? 'READY' : 'DISABLED', status.enabled ? 'switched on' : 'switched off') : nothing}</div>
      <p class="lead">A run compares the metadata records of the fleet with the files on its storage nodes; a plan of it can be
        carried out. Copies that jobs may have left behind are
        listed by <code>rebalancer-adm node orphans</code> and <a href="/api/v1/orphans">/api/v1/orphans</a>.</p>
      ${status && !status.enabled ? notice('warn', html`<p>No run can be ordered: set <code>rebalancer.reconcile.enabled = on</code> in the
        configuration file of all managers.</p>`) : nothing}
      ${!status || !state.schedule ? html`<p class="muted">Asking the manager</p>` : html`${schedule()}${content()}`}`;
  }

  function content() {
    if (runId()) {
      return run.draw();
    }
    return quarantineNode() ? quarantine.draw() : html`${form()}${runs()}${quarantine.chooser()}`;
  }

  return {
    title: 'Reconciliation',
    draw,
    moved: () => {
      list.loaded = false;
      run.forget();
      quarantine.forget();
      reload();
    }
  };
}
