// Throughput over time. The chart is an image for eyes; the same figures are a table beside it.
import {html, nothing} from '../lib/lit/lit-html.js';
import {ref} from '../lib/lit/directives/ref.js';
import {bytes, clock, rate} from '../core/format.js';
import {table} from './table.js';

const SHEET = new URL('../lib/uplot/uPlot.css', import.meta.url).pathname;
const HEIGHT = 220;
const TABLE_ROWS = 20;

/** Amounts per second between the samples. */
function perSecond(samples) {
  const times = [];
  const records = [];
  const content = [];
  for (let i = 1; i < samples.times.length; i++) {
    const seconds = (samples.times[i] - samples.times[i - 1]) / 1000;
    times.push(samples.times[i] / 1000);
    records.push((samples.records[i] - samples.records[i - 1]) / seconds);
    content.push((samples.bytes[i] - samples.bytes[i - 1]) / seconds);
  }
  return [times, records, content];
}

/** @param update draws the page again */
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
      axes: [{...axis, values: (self, ticks) => ticks.map(tick => clock(tick * 1000)), space: 90}, {...axis, scale: 'records', size: 60}, {...axis, scale: 'content', side: 1, size: 80, grid: {show: false}, values: (self, ticks) => ticks.map(bytes)}],
      series: [{value: (self, value) => value ? clock(value * 1000) : ''},
        {label: 'Records/s', scale: 'records', stroke: colour('--chart-1'), width: 2, value: (self, value) => value === null ? '' : value.toFixed(1)},
        {label: 'Content/s', scale: 'content', stroke: colour('--chart-2'), width: 2, dash: [6, 4], value: (self, value) => value === null ? '' : bytes(value)}]
    }, data, element);
    observer = new ResizeObserver(() => plot?.setSize({width: Math.max(200, element.clientWidth), height: HEIGHT}));
    observer.observe(element);
  }

  const connect = ref(attach);

  function draw(samples) {
    if (!samples || samples.times.length < 3) {
      return html`<h2>Throughput</h2><p class="muted">The chart begins when the job has moved something while this page is open.</p>`;
    }
    data = perSecond(samples);
    plot?.setData(data);
    const toggle = event => {
      asTable = event.target.checked;
      update();
    };
    const last = data[0].length - 1;
    return html`<div class="row spread"><h2>Throughput</h2>
        <label class="small"><input type="checkbox" .checked=${asTable} @change=${toggle}> as a table</label></div>
      <figure class="chart-figure">
        <figcaption>Since ${clock(data[0][0] * 1000)}, while a tab of the console was open. Now ${rate(data[1][last], 'records')}, ${bytes(data[2][last])}/s.</figcaption>
        <div class="chart" aria-hidden="true" ${connect}></div>
      </figure>
      ${asTable ? table({
        caption: 'Throughput, the latest first',
        rows: data[0].map((at, i) => i).slice(-TABLE_ROWS).reverse(),
        key: i => data[0][i],
        columns: [
          {label: 'Time', cell: i => clock(data[0][i] * 1000)},
          {label: 'Records/s', number: true, cell: i => data[1][i].toFixed(1)},
          {label: 'Content/s', number: true, cell: i => bytes(data[2][i])}
        ]
      }) : nothing}`;
  }

  return {draw};
}
