// Where an operator can continue while the manager of this console does not answer.
import {html, nothing} from '../lib/lit/lit-html.js';
import {clock, plural} from '../core/format.js';
import {lastSeen} from '../core/members.js';

const MOST = 20;

/** The other members that were seen last, and how to reach the console of another manager; nothing if none were seen. */
export function others() {
  const seen = lastSeen();
  const members = (seen?.members ?? []).filter(each => each.address !== seen.self);
  if (members.length === 0) {
    return nothing;
  }
  const managers = members.filter(each => each.roles.includes('manager'));
  const rest = members.length - managers.length;
  return html`<div class="others">
    <p>${managers.length === 0 ? 'This was the only manager' : 'Other managers'} at ${clock(seen.at)}${managers.length === 0 ? '.' : ':'}</p>
    ${managers.length === 0 ? nothing : html`<ul>${managers.slice(0, MOST).map(each => html`
      <li><code>${each.address}</code> <span class="text muted">${each.roles.join(', ')}</span></li>`)}</ul>
    <p>These are their addresses between members, not of their consoles, which the API does not name. On one of these machines, take host and port
      of <code>rebalancer.manager.http</code> from the settings file, and open this path there:
      <code>${location.pathname + location.search}</code></p>`}
    ${rest > 0 ? html`<p class="small muted">${plural(rest, 'further member')} without a console ${rest === 1 ? 'was' : 'were'} seen then.</p>` : nothing}
  </div>`;
}
