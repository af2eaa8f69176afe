// One run: what it read, found and repaired of each shard and storage node, and its findings.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {api, path, query} from '../../core/api.js';
import {bytes, count, words} from '../../core/format.js';
import {nodeAddress} from '../../core/router.js';
import {actionButton} from '../../parts/action.js';
import {adm, commands} from '../../parts/commands.js';
import {empty, notice} from '../../parts/notice.js';
import {badge} from '../../parts/state.js';
import {PagedList, table} from '../../parts/table.js';
import {time} from '../../parts/time.js';
import {classWords, planPanel} from './plan.js';
import {repairsPanel} from './repairs.js';

const LIMIT = 50;
const KINDS = ['missing_copy', 'missing_all', 'orphan_file', 'size_mismatch', 'checksum_mismatch', 'under_replicated', 'over_replicated', 'misplaced',
  'contradictory'];
const STATES = ['FOUND', 'PLANNED', 'REPAIRED', 'NO_LONGER_TRUE', 'FAILED', 'PARKED'];
const PHASES = {FINISHED: 'DONE', ABORTED: 'FAILED'};

export const phaseBadge = phase => badge(PHASES[phase] ?? 'RUNNING', words(phase));

const counts = found => Object.entries(found).filter(([, number]) => number > 0).map(([word, number]) => count(number) + ' ' + words(word)).join(', ');

/** @param id the id of the run that the address names */
export function runView(context, id) {
  const address = () => path`/api/v1/reconciliation/runs/${id()}`;
  const filter = values => ({node: values.get('node'), kind: values.get('kind'), state: values.get('state')});
  const findings = new PagedList(context, 'findings', values => ({path: address() + '/findings', query: {limit: LIMIT, ...filter(values)}}));
  const login = () => context.session.credential !== 'none';
  const refusal = () => context.session.refusal('operator');
  const plan = planPanel(context, answer => context.router.change({run: answer.id, node: '', kind: '', state: '', after: ''}));
  let run = null;

  async function load(signal) {
    run = await api.get(address(), {signal});
    if (!refusal()) {
      await findings.load(signal);
    }
  }

  function forget() {
    run = null;
    findings.loaded = false;
  }

  const ended = () => Boolean(run.endedAt);
  const acts = () => run.order.mode === 'act';

  function head() {
    return html`<section class="panel" aria-labelledby="run">
      <div class="row spread"><h2 id="run">Run ${run.order.number}</h2><span class="row">
        <a href="/console/reconciliation">All runs</a>
        ${actionButton(context, {
          label: 'Cancel', danger: true, title: 'Cancel run ' + run.order.number, refusal: ended() ? 'The run has ended.' : '',
          effect: acts() ? 'The run ends. What it repaired so far stays.' : 'The run ends. What it found so far stays.', path: address() + '/cancel', command: ['reconcile', 'cancel', run.id],
          done: answer => { run = answer; }
        })}</span></div>
      <p>${phaseBadge(run.phase)} Mode ${run.order.mode}, begun ${time(run.createdAt)} by <span class="text">${run.order.orderedBy}</span>${run.endedAt
        ? html`, ended ${time(run.endedAt)}` : nothing}.</p>
      ${acts() ? html`<p>It carries out <a href=${'/console/reconciliation?run=' + encodeURIComponent(run.order.plan)}>a plan</a>:
        ${classWords(run.order.classes)}.</p>` : nothing}
      ${run.activity ? html`<p class="text">Now it ${run.activity}.</p>` : nothing}
      ${run.abort ? notice('bad', html`<p><strong>${words(run.abort.reason)}</strong></p><p class="text">${run.abort.detail}</p>`) : nothing}
      ${run.shards.length > 0 && !run.metadataComplete ? notice('warn', html`<p>Not every row was read, so no file counts as an orphan.</p>`) : nothing}
      ${commands({path: address(), login: login()}, adm('reconcile', 'status', run.id))}
    </section>`;
  }

  function shards() {
    return html`<section class="panel" aria-labelledby="shards"><h2 id="shards">Metadata shards</h2>
      ${run.shards.length === 0 ? html`<p class="muted">The shards are not read yet.</p>` : table({
        caption: 'What was read of each shard',
        rows: run.shards,
        key: each => each.shard,
        alert: each => !each.complete || each.unreadable > 0,
        columns: [
          {label: 'Shard', cell: each => each.shard},
          {label: 'Coverage', cell: each => each.complete ? badge('PASS', 'complete') : badge('WARN', 'not complete')},
          {label: 'Rows', number: true, cell: each => count(each.rows)},
          {label: 'Unreadable', number: true, cell: each => count(each.unreadable)},
          {label: 'Read', cell: each => time(each.readAt)},
          {label: 'Fault', cell: each => html`<span class="text">${each.fault ?? ''}</span>`}
        ]
      })}
    </section>`;
  }

  function nodes() {
    return html`<section class="panel" aria-labelledby="nodes"><h2 id="nodes">Storage nodes</h2>
      ${run.left.length > 0 ? html`<p class="text">Not done: ${run.left.slice(0, 20).join(', ')}${run.left.length > 20 ? ' and ' + count(run.left.length - 20) + ' more' : ''}.</p>` : nothing}
      ${run.nodes.length === 0 ? html`<p class="muted">No storage node is done yet.</p>` : table({
        caption: 'What was found on each storage node',
        rows: run.nodes,
        key: each => each.storageNode,
        alert: each => Boolean(each.fault),
        columns: [
          {label: 'Storage node', cell: each => html`<a class="text" href=${nodeAddress(each.storageNode)}>${each.storageNode}</a>`},
          {label: 'Coverage', cell: each => each.fault ? badge('WARN', words(each.fault)) : badge('PASS', 'complete')},
          {label: 'Listed', cell: each => each.listedAt ? time(each.listedAt) : html`<span class="muted">never</span>`},
          {label: 'Files', number: true, cell: each => count(each.listed.files)},
          {label: 'Size', number: true, cell: each => bytes(each.listed.bytes)},
          {label: 'Claims', number: true, cell: each => count(each.claims)},
          {label: 'Found', cell: each => counts(each.found) || (each.listedAt ? 'nothing' : 'unknown')},
          {label: 'Not counted', cell: each => counts({young: each.skipped.young, in_use: each.skipped.inUse, changed: each.skipped.changed, unknown: each.skipped.unknown})},
          {label: 'Other files', cell: each => counts(each.listed.unmanaged)},
          {label: 'Detail', cell: each => html`<span class="text small">${each.detail ?? ''}</span>`}
        ]
      })}
    </section>`;
  }

  function apply(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    context.router.change({node: form.get('node').trim(), kind: form.get('kind'), state: form.get('state'), after: ''});
  }

  function found() {
    const values = filter(context.location.query);
    const filtered = Object.values(values).some(value => value);
    const options = Object.entries(values).filter(([, value]) => value).flatMap(([name, value]) => ['--' + name, value]);
    return html`<section class="panel" aria-labelledby="findings"><h2 id="findings">Findings</h2>
      ${refusal() ? html`<p class="muted">Findings name owners and objects. ${refusal()}</p>` : html`
        <form class="form-row" aria-label="Filter of findings" @submit=${apply}>
          <label>Kind <select name="kind"><option value="" ?selected=${!values.kind}>any</option>${KINDS.map(each => html`<option value=${each}
            ?selected=${values.kind === each}>${words(each)}</option>`)}</select></label>
          <label>State <select name="state"><option value="" ?selected=${!values.state}>any</option>${STATES.map(each => html`<option value=${each}
            ?selected=${values.state === each}>${words(each)}</option>`)}</select></label>
          <label>Storage node <input name="node" autocomplete="off" .value=${values.node ?? ''}></label>
          <button type="submit" class="quiet">Filter</button>
          ${filtered ? html`<button type="button" class="quiet" @click=${() => context.router.change({node: '', kind: '', state: '', after: ''})}>Show all</button>` : nothing}
        </form>
        ${!findings.loaded ? html`<p class="muted">Loading findings</p>` : findings.rows.length === 0
          ? empty(html`<p>${filtered ? 'No finding has these properties.' : 'Nothing was found so far.'}</p>`) : table({
            caption: 'Copies about which records and files disagree',
            rows: findings.rows,
            key: each => [each.storageNode, each.kind, each.owner, each.object].join(' '),
            columns: [
              {label: 'Object', cell: each => html`<span class="text mono small">${each.owner}/${each.object}</span>`},
              {label: 'Kind', cell: each => words(each.kind)},
              {label: 'State', cell: each => words(each.state)},
              {label: 'Storage node', cell: each => html`<a class="text" href=${nodeAddress(each.storageNode)}>${each.storageNode}</a>`},
              {label: 'Record', number: true, cell: each => bytes(each.claimedBytes)},
              {label: 'File', number: true, cell: each => bytes(each.foundBytes)},
              {label: 'Other copies', number: true, cell: each => count(each.otherCopies)},
              {label: 'Since', cell: each => time(each.since)},
              {label: 'Repair', cell: each => words(each.repair)},
              {label: 'Detail', cell: each => html`<span class="text small">${each.detail}</span>`}
            ]
          })}
        ${findings.pager()}
        ${commands({path: address() + '/findings' + query(values), login: login()}, adm('reconcile', 'findings', run.id, ...options))}`}
    </section>`;
  }

  const results = () => acts() ? repairsPanel(run) : html`${run.plan ? plan.draw(run) : nothing}${shards()}${nodes()}`;

  const draw = () => run ? html`${head()}${results()}${found()}` : html`<p class="muted">Loading the run</p><p><a href="/console/reconciliation">All runs</a></p>`;

  return {load, forget, draw};
}
