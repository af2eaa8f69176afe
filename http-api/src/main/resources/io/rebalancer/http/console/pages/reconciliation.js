// Reserved: this build does not compare records with files.
import {html} from '../lib/lit/lit-html.js';
import {api} from '../core/api.js';
import {notice, problemNotice} from '../parts/notice.js';

const NOT_BUILT = 'RECONCILIATION_NOT_BUILT';

export function open(context) {
  const state = {problem: null};
  api.get('/api/v1/reconciliation', {signal: context.signal}).catch(problem => {
    state.problem = problem;
    context.update();
  });
  return {
    title: 'Reconciliation',
    draw: () => html`<h1 tabindex="-1">Reconciliation</h1>
      ${!state.problem ? html`<p class="muted">Asking the manager</p>` : state.problem.code === NOT_BUILT
        ? notice('warn', html`<p class="text">${state.problem.message}</p>`) : problemNotice(state.problem)}
      <p class="lead">Reconciliation compares the metadata of the fleet with the files on its storage nodes. Copies that jobs may have left behind are listed by
        <code>rebalancer-adm node orphans</code> and <a href="/api/v1/orphans">/api/v1/orphans</a>.</p>`
  };
}
