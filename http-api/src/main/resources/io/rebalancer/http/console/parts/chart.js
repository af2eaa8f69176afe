// Throughput over time. The chart is an image for eyes; its caption has the same in words, and a table beside it the figures.
import {html, nothing} from '../lib/lit/lit-html.js';
import {ref} from '../lib/lit/directives/ref.js';
import {bytes, clock, moment} from '../core/format.js';
import {table} from './table.js';

const SHEET = new URL('../lib/uplot/uPlot.css', import.meta.url).pathname;
const HEIGHT = 220;
const TABLE_ROWS = 20;
const DAY = 86400;

/** A time of the chart: with its day if the chart shows more than one. */
const timeOf = (times, at) => (times.at(-1) - times[0] > DAY ? moment : clock)(at * 1000);

/**
 * @param update draws the page again
 * @returns draw({data, caption}): data is [times in seconds, records per second, bytes of content per second]
 */
export function chart(update) {
  let plot = null;
  let observer = null;
  let asTable = false;
  let data = [[], [], []];

  async function attach(element) {
    if (!element) {
      observer?.disconnect();
      plot?.destroy();
      plot = null;
      return;
    }
    if (!document.querySelector('link[href="' + SHEET + '"]')) {
      const sheet = document.createElement('link');
      sheet.rel = 'stylesheet';
      sheet.href = SHEET;
      document.head.append(sheet);
    }
    const {default: UPlot} = await import('../lib/uplot/uPlot.js');
    if (!element.isConnected || plot) {
      return;
    }
    const style = getComputedStyle(element);
    const colour = name => style.getPropertyValue(name).trim();
    const axis = {stroke: colour('--muted'), grid: {stroke: colour('--line'), width: 1}, ticks: {stroke: colour('--line'), width: 1}};
    plot = new UPlot({
      width: Math.max(200, element.clientWidth),
      height: HEIGHT,
      scales: {records: {range: (self, min, max) => [0, Math.max(1, max)]}, content: {range: (self, min, max) => [0, Math.max(1, max)]}},
      axes: [{...axis, values: (self, ticks) => ticks.map(tick => timeOf(data[0], tick)), space: 90},
        {...axis, scale: 'records', size: 60, label: 'Records/s', labelSize: 18},
        {...axis, scale: 'content', side: 1, size: 80, label: 'Content/s', labelSize: 18, grid: {show: false}, values: (self, ticks) => ticks.map(bytes)}],
      series: [{value: (self, value) => value ? timeOf(data[0], value) : ''},
        {label: 'Records/s', scale: 'records', stroke: colour('--chart-1'), width: 2, value: (self, value) => value === null ? '' : value.toFixed(1)},
        {label: 'Content/s', scale: 'content', stroke: colour('--chart-2'), width: 2, dash: [6, 4], value: (self, value) => value === null ? '' : bytes(value)}]
    }, data, element);
    observer = new ResizeObserver(() => plot?.setSize({width: Math.max(200, element.clientWidth), height: HEIGHT}));
    observer.observe(element);
  }

  const connect = ref(attach);

  function draw({data: given, caption}) {
    data = given;
    plot?.setData(data);
    const toggle = event => {
      asTable = event.target.checked;
      update();
    };
    return html`<label class="small"><input type="checkbox" .checked=${asTable} @change=${toggle}> as a table</label>
      <figure class="chart-figure">
        <figcaption>${caption}</figcaption>
        <div class="chart" aria-hidden="true" ${connect}></div>
      </figure>
      ${asTable ? table({
        caption: 'Throughput, the latest first',
        rows: data[0].map((at, i) => i).slice(-TABLE_ROWS).reverse(),
        key: i => data[0][i],
        columns: [
          {label: 'Until', cell: i => timeOf(data[0], data[0][i])},
          {label: 'Records/s', number: true, cell: i => data[1][i].toFixed(1)},
          {label: 'Content/s', number: true, cell: i => bytes(data[2][i])}
        ]
      }) : nothing}`;
  }

  return {draw};
}
