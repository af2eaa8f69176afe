// Figures, times and words as people read them.

const NUMBER = new Intl.NumberFormat('en');
const EXACT = new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium', timeStyle: 'long'});
const CLOCK = new Intl.DateTimeFormat('en-GB', {timeStyle: 'medium'});
const MOMENT = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

export const count = value => NUMBER.format(value ?? 0);

/** 1 node, 2 nodes. */
export const plural = (value, word) => count(value) + ' ' + word + (value === 1 ? '' : 's');

export function bytes(value) {
  let size = value ?? 0;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return (unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)) + ' ' + UNITS[unit];
}

export const mib = value => bytes((value ?? 0) * 1024 * 1024);

export const rate = (value, unit) => (value >= 100 ? count(Math.round(value)) : (value ?? 0).toFixed(1)) + ' ' + unit + '/s';

/** A time span: its two largest units. */
export function duration(seconds) {
  const total = Math.max(0, Math.round(seconds));
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = parts.findIndex(([size]) => total >= size);
  if (first === -1) {
    return '0 s';
  }
  const [size, name] = parts[first];
  const whole = Math.floor(total / size);
  const next = parts[first + 1];
  const rest = next ? Math.floor((total - whole * size) / next[0]) : 0;
  return whole + ' ' + name + (rest > 0 ? ' ' + rest + ' ' + next[1] : '');
}

export function relative(instant, now = Date.now()) {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  if (Math.abs(seconds) < 1) {
    return 'now';
  }
  return seconds < 0 ? duration(-seconds) + ' ago' : 'in ' + duration(seconds);
}

export const exact = instant => EXACT.format(new Date(instant)) + ' = ' + new Date(instant).toISOString();

export const clock = instant => CLOCK.format(new Date(instant));

/** A time with its day. */
export const moment = instant => MOMENT.format(new Date(instant));

/** A stable word of the API as text: DONE_WITH_EXCEPTIONS, rate_limit. */
export const words = word => String(word ?? '').replaceAll('_', ' ').toLowerCase();

export const percent = (part, whole) => whole > 0 ? Math.floor(100 * part / whole) : 0;
