// The same from a terminal: the call of the API, and the command.
import {html} from '../lib/lit/lit-html.js';

const quoted = text => "'" + String(text).replaceAll("'", "'\\''") + "'";

/** The call as a command of curl. With a login, the token is read from a file, so it is not in the history of the shell. */
export function curl({method = 'GET', path, body, login}) {
  const parts = ['curl', '-sS'];
  if (method !== 'GET') {
    parts.push('-X', method);
  }
  if (login) {
    parts.push('-H', '"Authorization: Bearer $(cat TOKEN_FILE)"');
  }
  if (body !== undefined) {
    parts.push('-H', quoted('Content-Type: application/json'), '-d', quoted(JSON.stringify(body)));
  }
  parts.push(quoted(location.origin + path));
  return parts.join(' ');
}

export const adm = (...words) =>
  'rebalancer-adm ' + words.map(word => /^[\w.:@=,/-]+$/.test(word) ? word : quoted(word)).join(' ') + ' --url ' + location.origin;

export const commands = (call, command) => html`<details class="commands">
  <summary>The same from a terminal</summary>
  <pre><code>${command}</code></pre>
  <pre><code>${curl(call)}</code></pre>
</details>`;
