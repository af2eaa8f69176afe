// The life of a page: it is made for an address, drawn when something changed, and ended when another page opens.
import {render, html} from '../lib/lit/lit-html.js';
import {problemNotice} from '../parts/notice.js';

const MODULES = {
  overview: () => import('../pages/overview.js'),
  jobs: () => import('../pages/jobs.js'),
  'create-job': () => import('../pages/create-job.js'),
  job: () => import('../pages/job.js'),
  nodes: () => import('../pages/nodes.js'),
  node: () => import('../pages/node.js'),
  cluster: () => import('../pages/cluster.js'),
  reconciliation: () => import('../pages/reconciliation.js'),
  settings: () => import('../pages/settings.js'),
  audit: () => import('../pages/audit.js'),
  tokens: () => import('../pages/tokens.js'),
  missing: () => import('../pages/missing.js'),
  'sign-in': () => import('../pages/sign-in.js')
};

/** Events are drawn this often at most, as often as the manager sends those of a job. */
const EVENTS_MS = 250;

/** What a page may use. Its signal ends the requests of the page when another one opens. */
class PageContext {
  #host;
  #controller = new AbortController();

  constructor(host, location) {
    this.#host = host;
    this.location = location;
    this.session = host.session;
    this.live = host.live;
    this.router = host.router;
    this.signal = this.#controller.signal;
  }

  /** Draws the page within the next frame. */
  update() {
    if (!this.signal.aborted) {
      this.#host.invalidate();
    }
  }

  /** Draws the page a few times a second at most: for events, of which there may be many. */
  updateSoon() {
    if (!this.signal.aborted) {
      this.#host.invalidateSoon();
    }
  }

  /**
   * Calls the function now, and again after each interval while the page is visible. A failure is kept in `problems` under the
   * name until a call succeeds.
   */
  every(milliseconds, name, load) {
    let running = false;
    let due = false;
    const run = async () => {
      if (this.signal.aborted || document.hidden) {
        return;
      }
      if (running) {
        due = true;
        return;
      }
      running = true;
      try {
        await load(this.signal);
        this.problems.delete(name);
      } catch (problem) {
        if (!this.signal.aborted) {
          this.problems.set(name, problem);
        }
      } finally {
        running = false;
        this.update();
        if (due) {
          due = false;
          run();
        }
      }
    };
    const timer = setInterval(run, milliseconds);
    const onVisible = () => run();
    document.addEventListener('visibilitychange', onVisible);
    this.signal.addEventListener('abort', () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    });
    run();
    return run;
  }

  /** Runs what an operator ordered. `state.busy` and `state.problem` are for the page to show. */
  async attempt(state, run) {
    state.busy = true;
    state.problem = null;
    this.update();
    try {
      await run();
    } catch (problem) {
      state.problem = problem;
    }
    state.busy = false;
    this.update();
  }

  problems = new Map();

  end() {
    this.#controller.abort();
  }
}

export class PageHost {
  page = null;
  #context = null;
  #key = '';
  #scheduled = false;
  #timer = 0;
  #drawShell;

  constructor({session, live, router, drawShell}) {
    Object.assign(this, {session, live, router});
    this.#drawShell = drawShell;
  }

  async open(location) {
    if (this.session.state === 'loading') {
      return;
    }
    const signedIn = this.session.state === 'open';
    const name = signedIn ? location.name : 'sign-in';
    const key = [name, location.path, this.session.state, this.session.role].join(' ');
    if (key === this.#key && this.page?.moved) {
      this.#context.location = location;
      this.page.moved(location);
      this.invalidate();
      return;
    }
    this.#key = key;
    this.#context?.end();
    const context = new PageContext(this, location);
    this.#context = context;
    try {
      const module = await MODULES[name]();
      if (context.signal.aborted) {
        return;
      }
      this.page = module.open(context);
    } catch (error) {
      this.page = {title: 'Not loaded', draw: () => html`<h1 tabindex="-1">Not loaded</h1>${problemNotice(error)}`};
    }
    this.#drawShell();
    document.title = this.page.title + ' - object rebalancer';
    window.scrollTo(0, 0);
    // The heading takes the focus, so that a screen reader reads which page is open.
    (document.querySelector('main [data-first]') ?? document.querySelector('main h1'))?.focus({preventScroll: true});
  }

  /** Draws all within the next frame; many changes in between are drawn once. A hidden tab draws nothing until it is seen again. */
  invalidate() {
    if (!this.#scheduled && !document.hidden) {
      this.#scheduled = true;
      requestAnimationFrame(() => {
        this.#scheduled = false;
        this.#drawShell();
      });
    }
  }

  /** Draws all a little later; what changes until then is drawn with it. */
  invalidateSoon() {
    if (this.#timer === 0) {
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.invalidate();
      }, EVENTS_MS);
    }
  }

  draw() {
    const main = document.querySelector('main');
    if (main && this.page) {
      render(html`${[...this.#context.problems.values()].slice(0, 1).map(problemNotice)}${this.page.draw()}`, main);
    }
  }
}
