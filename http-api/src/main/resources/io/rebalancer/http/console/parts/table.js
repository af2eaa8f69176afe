// Tables, and lists that are read page by page from the server. On a narrow screen each row is a card.
import {html, nothing} from '../lib/lit/lit-html.js';
import {repeat} from '../lib/lit/directives/repeat.js';
import {api, query} from '../core/api.js';

/**
 * A table. Columns: {label, cell: row => content, number, head}. The head of a row is its first column.
 *
 * @param key of a row, so that rows keep their elements when they move
 */
export function table({caption, columns, rows, key, alert = () => false}) {
  return html`<div class="table" tabindex="0" role="region" aria-label=${caption}><table class="cards">
    <caption>${caption}</caption>
    <thead><tr>${columns.map(column => html`<th scope="col" class=${column.number ? 'number' : ''}>${column.label}</th>`)}</tr></thead>
    <tbody>${repeat(rows, key, row => html`<tr class=${alert(row) ? 'alert' : ''}>${columns.map((column, i) => i === 0
      ? html`<th scope="row" data-label=${column.label}>${column.cell(row)}</th>`
      : html`<td class=${column.number ? 'number' : ''} data-label=${column.label}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** The page of a list that the address names: `after` in its query is the cursor; going back is going back in the history. */
export class PagedList {
  rows = [];
  next = null;
  loaded = false;
  #context;
  #address;
  #name;

  /** @param address the path and the query of the list, from the query of the page's address */
  constructor(context, name, address) {
    this.#context = context;
    this.#name = name;
    this.#address = address;
  }

  async load(signal) {
    const asked = this.#address(this.#context.location.query);
    const found = await api.get(asked.path + query({...asked.query, after: this.#context.location.query.get('after')}), {signal});
    this.rows = found[this.#name] ?? [];
    this.next = found.next ?? null;
    this.loaded = true;
  }

  pager() {
    const context = this.#context;
    const first = !context.location.query.get('after');
    if (first && !this.next) {
      return nothing;
    }
    return html`<nav class="row" aria-label="Pages">
      ${first ? nothing : html`<button type="button" class="quiet" @click=${() => context.router.change({after: ''})}>First page</button>`}
      ${this.next ? html`<button type="button" class="quiet" @click=${() => context.router.change({after: this.next})}>Next page</button>`
        : html`<span class="muted small">This is the last page.</span>`}
    </nav>`;
  }
}
