// Shows, checks and saves the certificate of a storage node.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path} from '../core/api.js';
import {count} from '../core/format.js';
import {adm, commands} from './commands.js';
import {notice, problemNotice} from './notice.js';
import {table} from './table.js';
import {time} from './time.js';

const POLL_MS = 500;
const KINDS = {running: 'warn', pass: 'good', refused: 'bad', unknown: 'warn'};
const VERDICTS = {running: 'The shards are being read.', pass: 'It holds.', refused: 'It does not hold any more.', unknown: 'Not known.'};

export function certificatePanel(context, node) {
  const state = {problem: null, text: null, found: null, check: null, busy: false};

  /** The file has exactly the bytes that are signed. */
  const save = () => context.attempt(state, async () => {
    const bytes = await api.bytes(path`/api/v1/storage-nodes/${node()}/certificate`, {signal: context.signal});
    state.found = JSON.parse(await bytes.text());
    const link = document.createElement('a');
    link.href = URL.createObjectURL(bytes);
    link.download = 'certificate-' + node().replaceAll(/[^\w.-]/g, '_') + '.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  const check = () => context.attempt(state, async () => {
    do {
      state.check = await api.get(path`/api/v1/storage-nodes/${node()}/certificate/check`, {signal: context.signal});
      context.update();
      // The manager waits too before it answers.
      await new Promise(done => setTimeout(done, POLL_MS));
    } while (state.check.verdict === 'running' && !context.signal.aborted);
  });

  function draw() {
    const address = path`/api/v1/storage-nodes/${node()}/certificate`;
    return html`<section class="panel" aria-labelledby="certificate"><h2 id="certificate">Certificate</h2>
      <p>It states what the last verification read in every metadata shard, and that no row names <span class="text">${node()}</span>. It is signed; anyone with the
        public key can verify it without this manager.</p>
      ${state.problem ? problemNotice(state.problem) : nothing}
      <div class="row"><button type="button" aria-disabled=${String(state.busy)} @click=${save}>Save the certificate</button>
        <button type="button" class="quiet" aria-disabled=${String(state.busy)} @click=${check}>Check now whether it still holds</button></div>
      ${state.found ? notice('good', html`<p>Saved. Verify the file with:</p><p><code>rebalancer-adm certificate verify FILE --key KEY_FILE</code></p>`) : nothing}
      ${state.check?.verdict ? html`${notice(KINDS[state.check.verdict], html`<p><strong>${VERDICTS[state.check.verdict]}</strong>
        ${time(state.check.at)}: <span class="text">${state.check.detail}</span></p>`)}${table({
          caption: 'Rows that were read again',
          rows: state.check.shards ?? [],
          key: each => each.shard,
          columns: [
            {label: 'Shard', cell: each => each.shard},
            {label: 'Rows read', number: true, cell: each => count(each.rowsRead)},
            {label: 'Rows of the node', number: true, cell: each => count(each.rowsOfNode)},
            {label: 'Complete', cell: each => each.complete ? 'yes' : html`no: <span class="text">${each.fault}</span>`}
          ]
        })}` : nothing}
      ${commands({path: address, login: context.session.credential !== 'none'}, adm('certificate', 'get', node() ?? '', '--file', 'certificate.json'))}
    </section>`;
  }

  return {draw};
}
