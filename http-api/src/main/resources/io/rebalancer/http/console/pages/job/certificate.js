// The certificate of a drained node: the proof that it may be removed.
import {html} from '../../lib/lit/lit-html.js';
import {words} from '../../core/format.js';
import {certificatePanel} from '../../parts/certificate.js';

export function certificateTab({context, job}) {
  const panel = certificatePanel(context, () => job()?.leavingNode);
  return {
    draw: found => found.state === 'DONE' ? panel.draw()
      : html`<section class="panel"><h2>Certificate</h2><p>There is none: the job is ${words(found.state)}. A certificate states that every row of every metadata
          shard was read after the last move, and that none names the node; only a job that is done has that evidence.</p></section>`
  };
}
