// What happened with a job: its actions as its journal has them, and what the stream showed since the console is open.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {path} from '../../core/api.js';
import {clock} from '../../core/format.js';
import {adm, commands} from '../../parts/commands.js';

export function eventsTab({id, context}) {
  return {
    draw: () => {
      const lines = context.live.job(id)?.lines ?? [];
      return html`<section class="panel" aria-labelledby="lines"><h2 id="lines">Events</h2>
        <p class="small muted">Changes of state, new exceptions and new waits, newest first, since the console is open; the last 100. What operators ordered
          is on the page <a href="/console/audit">Audit</a>.</p>
        ${lines.length === 0 ? html`<p class="muted">None yet.</p>` : nothing}
        <ul class="lines" aria-live="off">${lines.map(line => html`<li><span class="mono">${clock(line.at)}</span><span>${line.kind}</span>
          <span class="text">${line.text}</span></li>`)}</ul>
        ${commands({path: path`/api/v1/jobs/${id}/events`, login: context.session.credential !== 'none'}, adm('job', 'events', id))}
      </section>`;
    }
  };
}
