// Who uses this browser, and what that role may do.
import {api, onLoginRequired} from './api.js';

const RANKS = {viewer: 0, operator: 1, admin: 2};

export class Session {
  /** loading, open, closed (a login is needed), or failed (the manager does not reply). */
  state = 'loading';
  user = null;
  role = 'viewer';
  credential = 'none';
  methods = {token: true};
  problem = null;
  #listeners = [];

  constructor() {
    onLoginRequired(problem => {
      if (this.state === 'open') {
        this.#close(problem);
      }
    });
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  async load() {
    try {
      this.methods = await api.get('/api/v1/login-methods');
      this.#open(await api.get('/api/v1/session'));
    } catch (problem) {
      if (problem.status === 401) {
        this.#close(null);
      } else {
        this.state = 'failed';
        this.problem = problem;
        this.#changed();
      }
    }
  }

  async signIn(token) {
    this.#open(await api.post('/api/v1/session', undefined, {headers: {Authorization: 'Bearer ' + token}}));
  }

  async signOut() {
    let problem = null;
    try {
      await api.remove('/api/v1/session');
    } catch (failure) {
      problem = failure;
    }
    this.#close(problem);
  }

  /** Why the role may not do something that needs another one; empty if it may. */
  refusal(role) {
    return RANKS[this.role] >= RANKS[role]
      ? '' : 'This needs the role ' + role + '; you are signed in as ' + this.role + '.';
  }

  #open(found) {
    Object.assign(this, {state: 'open', user: found.user ?? null, role: found.role, credential: found.credential,
      problem: null});
    this.#changed();
  }

  #close(problem) {
    Object.assign(this, {state: 'closed', user: null, role: 'viewer', credential: 'none', problem});
    this.#changed();
  }

  #changed() {
    this.#listeners.forEach(listener => listener());
  }
}
