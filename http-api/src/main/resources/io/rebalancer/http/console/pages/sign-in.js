// Sign-in, with a token or at the provider of the fleet. Also what is shown while the manager does not reply.
import {html, nothing} from '../lib/lit/lit-html.js';
import {problemNotice} from '../parts/notice.js';

export function open(context) {
  const session = context.session;
  const state = {busy: false, problem: session.problem};
  if (session.state === 'failed') {
    const timer = setInterval(() => session.load(), 5000);
    context.signal.addEventListener('abort', () => clearInterval(timer));
    return {
      title: 'No reply',
      draw: () => html`<h1 tabindex="-1">The manager does not reply</h1>${problemNotice(session.problem)}
        <p><button type="button" @click=${() => session.load()}>Try again</button></p>`
    };
  }
  const submit = async event => {
    event.preventDefault();
    const token = new FormData(event.target).get('token').trim();
    await context.attempt(state, () => session.signIn(token));
  };
  const here = location.pathname + location.search;
  return {
    title: 'Sign in',
    draw: () => html`<h1 tabindex="-1">Sign in</h1>
      <p class="lead">Object rebalancer at ${location.host}</p>
      ${state.problem ? problemNotice(state.problem) : nothing}
      ${session.methods.openId ? html`<p><a role="button" href=${session.methods.openId.path + '?return=' + encodeURIComponent(here)}>
        Sign in with ${session.methods.openId.name}</a></p><p class="muted">or with a token:</p>` : nothing}
      <form class="panel" @submit=${submit}>
        <label>Token
          <input name="token" data-first type="password" autocomplete="off" required spellcheck="false" aria-describedby="token-help"></label>
        <p class="small muted" id="token-help">An administrator issues tokens on the page Tokens, or with
          <code>rebalancer-adm token create</code>. The first one: <code>rebalancer-adm token bootstrap</code>.</p>
        <button type="submit" aria-disabled=${String(state.busy)}>${state.busy ? 'Signing in' : 'Sign in'}</button>
      </form>`
  };
}
