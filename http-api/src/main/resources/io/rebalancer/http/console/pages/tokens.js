// The tokens of the API: who has which role, until when, and when it was used last.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path} from '../core/api.js';
import {words} from '../core/format.js';
import {actionButton} from '../parts/action.js';
import {adm, commands} from '../parts/commands.js';
import {empty, notice, problemNotice} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {table} from '../parts/table.js';
import {time} from '../parts/time.js';

const ROLES = {viewer: 'reads everything', operator: 'orders jobs and changes settings', admin: 'also issues tokens and removes members'};

export function open(context) {
  const state = {tokens: null, sessions: null, issued: null, problem: null, form: {name: '', role: 'viewer', days: '90'}};
  const reload = context.every(10000, 'tokens', async signal => {
    state.tokens = (await api.get('/api/v1/tokens', {signal})).tokens;
  });
  const reloadSessions = context.every(15000, 'sessions', async signal => {
    state.sessions = (await api.get('/api/v1/sessions', {signal})).sessions;
  });
  const body = () => ({name: state.form.name, role: state.form.role, expiresInDays: Number(state.form.days)});

  async function issue(event) {
    event.preventDefault();
    await context.attempt(state, async () => {
      state.issued = await api.post('/api/v1/tokens', body());
      state.form.name = '';
      reload();
    });
  }

  const typed = name => event => {
    state.form[name] = event.target.value;
    context.update();
  };

  function draw() {
    return html`<h1 tabindex="-1">Tokens</h1>
      ${state.issued ? notice('good', html`<p>The token of <strong class="text">${state.issued.name}</strong>. It is shown once; keep it in a file that only its user can read:</p>
        <p><code class="text">${state.issued.secret}</code></p><button type="button" class="quiet" @click=${() => { state.issued = null; context.update(); }}>Hide it</button>`) : nothing}
      ${state.problem ? problemNotice(state.problem) : nothing}
      <section class="panel" aria-labelledby="issue"><h2 id="issue">Issue a token</h2>
        <form class="form-row" @submit=${issue}>
          <label>Name <small>(who uses it)</small><input name="name" required maxlength="100" autocomplete="off" .value=${state.form.name} @input=${typed('name')}></label>
          <label>Role <select name="role" @change=${typed('role')}>${Object.entries(ROLES).map(([role, what]) => html`<option value=${role}
            ?selected=${state.form.role === role}>${role}: ${what}</option>`)}</select></label>
          <label>Days until it expires <input name="days" type="number" min="1" required .value=${state.form.days} @input=${typed('days')}></label>
          <button type="submit">Issue</button>
        </form>
        ${commands({method: 'POST', path: '/api/v1/tokens', body: body(), login: context.session.credential !== 'none'},
          adm('token', 'create', state.form.name || 'NAME', '--role', state.form.role, '--expires-in-days', state.form.days))}
      </section>
      <section class="panel" aria-label="List of tokens">
        ${!state.tokens ? html`<p class="muted">Loading</p>` : state.tokens.length === 0
          ? empty(html`<p>No token was issued. Without one, only clients at loopback addresses or with a token of the token file get in.</p>`) : table({
            caption: 'Tokens without their secrets; those that work first',
            rows: [...state.tokens].sort((a, b) => a.status.localeCompare(b.status) || a.name.localeCompare(b.name)),
            key: each => each.id,
            columns: [
              {label: 'Name', cell: each => html`<span class="text">${each.name}</span>`},
              {label: 'Role', cell: each => each.role},
              {label: 'Status', cell: each => badge(each.status.toUpperCase(), words(each.status))},
              {label: 'Issued', cell: each => html`${time(each.issuedAt)} <span class="muted small text">${each.issuedBy}</span>`},
              {label: 'Expires', cell: each => time(each.expiresAt)},
              {label: 'Last used', cell: each => each.lastUsedOn ?? html`<span class="muted">never</span>`},
              {label: 'Revoke', cell: each => actionButton(context, {
                label: 'Revoke', of: each.name, role: 'admin', danger: true, method: 'DELETE', title: 'Revoke the token of ' + each.name,
                refusal: each.status === 'active' ? '' : 'The token is ' + words(each.status) + '.',
                effect: 'Requests with the token, and the sessions that began with it, are refused at once. This can not be undone.',
                path: path`/api/v1/tokens/${each.id}`, command: ['token', 'revoke', each.id], done: reload
              })}
            ]
          })}
      </section>
      ${!state.sessions || state.sessions.length === 0 ? nothing : html`<section class="panel" aria-labelledby="sessions"><h2 id="sessions">Sessions of browsers</h2>${table({
        caption: 'Sessions that have not ended, oldest first',
        rows: state.sessions,
        key: each => each.id,
        columns: [
          {label: 'User', cell: each => html`<span class="text">${each.user}</span>`},
          {label: 'Role', cell: each => each.role},
          {label: 'Begun', cell: each => time(each.startedAt)},
          {label: 'Last used', cell: each => time(each.lastUsedAt)},
          {label: 'Ends', cell: each => time(each.expiresAt)},
          {label: 'End', cell: each => actionButton(context, {
            label: 'End', of: 'the session of ' + each.user, role: 'admin', danger: true, method: 'DELETE', title: 'End the session of ' + each.user,
            effect: 'The next request of that browser leads to the sign-in.', path: path`/api/v1/sessions/${each.id}`,
            command: ['token', 'end-session', each.id], done: reloadSessions
          })}
        ]
      })}</section>`}`;
  }

  return {title: 'Tokens', draw};
}
