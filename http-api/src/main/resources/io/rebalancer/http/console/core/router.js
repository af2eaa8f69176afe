// The address of the console: its path names the page, its query what the page shows.

const PAGES = [
  [/^\/$/, 'overview'],
  [/^\/console\/?$/, 'overview'],
  [/^\/console\/jobs\/?$/, 'jobs'],
  [/^\/console\/jobs\/new$/, 'create-job'],
  [/^\/console\/jobs\/(?<id>[^/]+)$/, 'job'],
  [/^\/console\/nodes\/?$/, 'nodes'],
  [/^\/console\/nodes\/(?<node>[^/]+)$/, 'node'],
  [/^\/console\/cluster$/, 'cluster'],
  [/^\/console\/reconciliation$/, 'reconciliation'],
  [/^\/console\/settings$/, 'settings'],
  [/^\/console\/audit$/, 'audit'],
  [/^\/console\/tokens$/, 'tokens']
];

function isConsole(path) {
  return path === '/' || path === '/console' || (path.startsWith('/console/') && !path.startsWith('/console/assets/'));
}

export class Router {
  #listeners = [];

  constructor() {
    window.addEventListener('popstate', () => this.#changed());
    document.addEventListener('click', event => this.#follow(event));
  }

  onNavigate(listener) {
    this.#listeners.push(listener);
  }

  /** The page that the address names, with the values in its path and its query. */
  location() {
    const path = location.pathname;
    for (const [pattern, name] of PAGES) {
      const match = pattern.exec(path);
      if (match) {
        const values = {};
        for (const [key, value] of Object.entries(match.groups ?? {})) {
          values[key] = decoded(value);
        }
        return {name, path, values, query: new URLSearchParams(location.search)};
      }
    }
    return {name: 'missing', path, values: {}, query: new URLSearchParams(location.search)};
  }

  go(address, {replace = false} = {}) {
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
    this.#changed();
  }

  /** Changes values of the query; an empty value removes its name. */
  change(values, options) {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
      if (value === '' || value === null || value === undefined) {
        query.delete(name);
      } else {
        query.set(name, value);
      }
    }
    const text = query.toString();
    this.go(location.pathname + (text ? '?' + text : ''), options);
  }

  #changed() {
    const found = this.location();
    this.#listeners.forEach(listener => listener(found));
  }

  #follow(event) {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey
        || event.altKey || link.target || link.hasAttribute('download')) {
      return;
    }
    const target = new URL(link.href);
    if (target.origin === location.origin && isConsole(target.pathname) && !link.getAttribute('href').startsWith('#')) {
      event.preventDefault();
      this.go(target.pathname + target.search);
    }
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a job's page. */
export const jobAddress = id => '/console/jobs/' + encodeURIComponent(id);

/** The address of a storage node's page. */
export const nodeAddress = node => '/console/nodes/' + encodeURIComponent(node);
