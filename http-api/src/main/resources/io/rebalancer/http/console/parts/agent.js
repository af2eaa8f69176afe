// The agent of a storage node: what it does, its gate and limits, and the assignments that it holds.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path} from '../core/api.js';
import {bytes, count, words} from '../core/format.js';
import {jobAddress} from '../core/router.js';
import {actionButton} from './action.js';
import {adm, commands} from './commands.js';
import {problemNotice} from './notice.js';
import {table} from './table.js';

const GATES = {
  OPEN: 'Copies may start.',
  NO_NEW: 'Copies that are being made are finished; no others start.',
  STOPPED: 'Copies are interrupted. When the agent has acknowledged it, it writes nothing until the gate changes; jobs continue them later.'
};
const LABELS = {OPEN: 'Open', NO_NEW: 'No new copies', STOPPED: 'Stop'};
/** Options of rebalancer-adm; the others are the names of the limits with hyphens. */
const OPTIONS = {parallelFetches: '--copies', fetchesOfSource: '--copies-of-source'};
const option = name => OPTIONS[name] ?? '--' + name.replaceAll(/[A-Z]/g, letter => '-' + letter.toLowerCase());
const SHOWN = 100;

export function agentPanel(context, node) {
  const address = path`/api/v1/storage-nodes/${node}/agent`;
  const state = {agent: null, held: null, more: false, problem: null, typed: new Map()};
  const reload = context.every(5000, 'agent', async signal => {
    // An agent that does not reply is a state of this panel, not a failure of the page.
    try {
      state.agent = await api.get(address, {signal});
      const held = await api.get(address + '/assignments?limit=' + SHOWN, {signal});
      state.held = held.assignments;
      state.more = Boolean(held.next);
      state.problem = null;
    } catch (problem) {
      if (signal.aborted) {
        throw problem;
      }
      state.problem = problem;
    }
  });

  function gate(value) {
    return actionButton(context, {
      label: LABELS[value], of: 'the gate of the agent', title: 'Set the gate of the agent: ' + words(value), method: 'PUT', path: address + '/gate', body: {gate: value},
      danger: value === 'STOPPED', effect: GATES[value], command: ['agent', 'gate', node, words(value).replaceAll(' ', '-')], done: reload,
      refusal: state.agent.gate === value ? 'The gate is ' + words(value) + ' already.' : ''
    });
  }

  function limit([name, value]) {
    const text = state.typed.get(name) ?? '';
    const chosen = Number(text);
    const refusal = text === '' ? 'Enter a value.' : Number.isInteger(chosen) && chosen >= 0 ? '' : name + ' must be a whole number from 0.';
    return html`<div class="form-row tight"><label><span class="hidden">New value of ${name}</span><input type="number" min="0" inputmode="numeric" .value=${text}
        @input=${event => { state.typed.set(name, event.target.value); context.update(); }}></label>
      ${actionButton(context, {
        label: 'Set', of: name, title: 'Set ' + name, method: 'PUT', path: address + '/limits', body: {[name]: chosen}, refusal,
        effect: name + ' of the agent is ' + count(chosen) + ' instead of ' + count(value) + ' from now on, also after a restart.',
        command: ['agent', 'limits', node, option(name), String(chosen)],
        done: () => {
          state.typed.delete(name);
          reload();
        }
      })}</div>`;
  }

  const shown = (name, value) => name.startsWith('bytes') ? value === 0 ? 'no limit' : bytes(value) + '/s' : count(value);

  function draw() {
    const agent = state.agent;
    return html`<section class="panel" aria-labelledby="agent"><h2 id="agent">Agent</h2>
      ${state.problem ? problemNotice(state.problem) : nothing}
      ${!agent ? state.problem ? nothing : html`<p class="muted">Asking the agent</p>` : html`
        <dl class="facts">
          <dt>Copies</dt><dd>${count(agent.running)} are fetched, ${count(agent.waiting)} wait</dd>
          <dt>Gate</dt><dd>${words(agent.gate)}. ${GATES[agent.gate]}</dd>
          <dt>Space for copies</dt><dd>${bytes(agent.availableBytes)}</dd>
        </dl>
        <p class="row">${Object.keys(GATES).map(gate)}</p>
        ${table({
          caption: 'Limits of the agent',
          rows: Object.entries(agent.limits),
          key: ([name]) => name,
          columns: [
            {label: 'Limit', cell: ([name]) => html`<code>${name}</code>`},
            {label: 'Value', number: true, cell: ([name, value]) => shown(name, value)},
            {label: 'Change', cell: limit}
          ]
        })}
        ${held()}`}
      ${commands({path: address, login: context.session.credential !== 'none'}, adm('agent', 'status', node))}
    </section>`;
  }

  function held() {
    return !state.held || state.held.length === 0 ? html`<p class="muted">The agent holds no assignment.</p>` : html`${table({
      caption: 'Assignments that the agent holds' + (state.more ? ', the first ' + SHOWN : ''),
      rows: state.held,
      key: each => each.id,
      columns: [
        {label: 'Assignment', cell: each => html`<code>${each.id}</code>`},
        {label: 'Job', cell: each => html`<a href=${jobAddress(each.jobId)}>job</a>`},
        {label: 'Objects', number: true, cell: each => count(each.tasks)},
        {label: 'Ended', number: true, cell: each => count(each.ended)},
        {label: 'Failed', number: true, cell: each => count(each.failed)},
        {label: 'Drop', cell: each => actionButton(context, {
          label: 'Drop', of: each.id, role: 'admin', danger: true, method: 'DELETE', title: 'Make the agent forget the assignment',
          effect: 'Only for an assignment whose job is lost, so that no manager will ever release it. Its verified copies stay and may be orphans.',
          path: address + '/assignments/' + encodeURIComponent(each.id), command: ['agent', 'drop', node, each.id, '--yes'], done: reload
        })}
      ]
    })}`;
  }

  return {draw};
}
