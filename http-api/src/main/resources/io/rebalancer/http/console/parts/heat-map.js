// The fill of each storage node by datacenter: a figure, a shade, and a mark for nodes that are out of service or not reached.
import {html, nothing} from '../lib/lit/lit-html.js';
import {mib, plural, words} from '../core/format.js';
import {nodeAddress} from '../core/router.js';
import {kindOf, shape} from './state.js';

const SHADES = [50, 65, 80, 90];

function shade(percentUsed) {
  const above = SHADES.filter(each => percentUsed >= each).length;
  return 'fill-' + (above + 1);
}

export function heatMap(nodes) {
  const centers = new Map();
  for (const node of nodes) {
    centers.set(node.datacenter, [...(centers.get(node.datacenter) ?? []), node]);
  }
  if (centers.size === 0) {
    return html`<p class="muted">storinfo lists no storage node.</p>`;
  }
  return html`${[...centers].sort(([a], [b]) => a.localeCompare(b)).map(([center, found]) => {
    const free = found.reduce((sum, node) => sum + node.availableMib, 0);
    return html`<h3 class="text">${center} <span class="aside">${plural(found.length, 'node')}, ${mib(free)} free</span></h3>
      <ul class="heat">${found.map(cell)}</ul>`;
  })}
  <p class="small muted">Each figure is the used space in percent. A dashed frame: out of service. A cross: the agent can't be reached.</p>`;
}

function cell(node) {
  const out = node.state !== 'IN_SERVICE';
  const label = node.storageNode + ': ' + words(node.state) + ', ' + node.percentUsed + ' % used, ' + mib(node.availableMib) + ' free, agent '
    + (node.agentReachable ? 'reachable' : 'not reachable');
  return html`<li><a class="${shade(node.percentUsed)} ${out ? 'out' : ''} ${node.agentReachable ? '' : 'lost'}"
    href=${nodeAddress(node.storageNode)} title=${label} aria-label=${label}>${node.agentReachable
      ? out ? shape(kindOf(node.state)) : nothing : shape('bad')}${node.percentUsed}</a></li>`;
}
