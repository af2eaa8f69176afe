// Actions: a button that is grey with its reason if the action is not possible, and a dialog that shows the effect first.
import {html, nothing, render} from '../lib/lit/lit-html.js';
import {api} from '../core/api.js';
import {adm, commands} from './commands.js';
import {problemNotice} from './notice.js';

/**
 * An action: label, role, refusal (why it is not possible now; empty if it is), effect (what will happen), method, path, body,
 * command (words of rebalancer-adm), danger, typed (text that the operator has to type), of (what it acts on, for the names
 * of equal buttons in a table), done, and failed (returns whether it shows the problem elsewhere; the dialog closes then).
 */
export function actionButton(context, action) {
  const refusal = context.session.refusal(action.role ?? 'operator') || action.refusal || '';
  const name = action.label + (action.of ? ' ' + action.of : '');
  const id = 'why-' + name.toLowerCase().replaceAll(/\W+/g, '-');
  const click = () => refusal ? null : confirm(context, action);
  return html`<button type="button" class=${action.danger ? 'danger' : action.primary ? '' : 'quiet'}
      aria-label=${action.of ? name : nothing}
      aria-disabled=${refusal ? 'true' : 'false'} aria-describedby=${refusal ? id : nothing} title=${refusal || nothing}
      @click=${click}>${action.label}</button>${refusal ? html`<span class="hidden" id=${id}>${refusal}</span>` : nothing}`;
}

function confirm(context, action) {
  const dialog = document.createElement('dialog');
  const state = {busy: false, problem: null, typed: ''};
  const login = context.session.credential !== 'none';
  const call = {method: action.method ?? 'POST', path: action.path, body: action.body, login};
  const draw = () => render(view(), dialog);
  const run = async event => {
    event.preventDefault();
    if (state.busy || (action.typed && state.typed !== action.typed)) {
      return;
    }
    state.busy = true;
    state.problem = null;
    draw();
    try {
      const answer = await send(call);
      dialog.close();
      action.done?.(answer);
      context.update();
    } catch (problem) {
      if (action.failed?.(problem)) {
        dialog.close();
        return;
      }
      state.busy = false;
      state.problem = problem;
      draw();
    }
  };
  const view = () => html`<article>
    <form @submit=${run}>
      <h2 id="dialog-title">${action.title ?? action.label}</h2>
      <p class="text">${action.effect}</p>
      ${state.problem ? problemNotice(state.problem) : nothing}
      ${action.typed ? html`<label>Type <strong class="text">${action.typed}</strong> to confirm
        <input name="typed" autocomplete="off" spellcheck="false" .value=${state.typed}
          @input=${event => { state.typed = event.target.value; draw(); }}></label>` : nothing}
      <div class="row">
        <button type="submit" class=${action.danger ? 'danger' : ''}
          aria-disabled=${state.busy || (action.typed && state.typed !== action.typed) ? 'true' : 'false'}>
          ${state.busy ? 'Working' : action.label}</button>
        <button type="button" class="quiet" @click=${() => dialog.close()}>Close</button>
      </div>
      ${commands(call, adm(...action.command))}
    </form>
  </article>`;
  dialog.setAttribute('aria-labelledby', 'dialog-title');
  dialog.addEventListener('close', () => dialog.remove());
  draw();
  document.body.append(dialog);
  dialog.showModal();
}

function send({method, path, body}) {
  switch (method) {
    case 'POST': return api.post(path, body);
    case 'PATCH': return api.patch(path, body);
    case 'PUT': return api.put(path, body);
    default: return api.remove(path);
  }
}
