// Building elements. Text only ever becomes a text node, so nothing needs escaping.

const SVG = 'http://www.w3.org/2000/svg';

function setProperty(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
  else if (key === 'testid') element.dataset.testid = value;
  else if (key === 'value' || key === 'checked') element[key] = value;
  else element.setAttribute(key, value === true ? '' : value);
}

// h('button', {type: 'button', testid: 'back', onclick}, 'Back'); children may be null.
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) setProperty(element, key, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  alert: 'M12 3.5L2.5 20h19zM12 10v4.5M12 17.4v.2',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  next: 'M9 5l7 7-7 7',
  open: 'M13 5h6v6M19 5l-9 9M16 14v5H5V8h5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
};

// Decoration only: the words beside it say the same.
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

// The bank's picture, drawn by the server. Other origins are never asked, and a picture that does
// not come is replaced by the bank's first letter.
export function avatar(institution, scheme) {
  const address = (scheme === 'dark' && institution.avatar_dark) || institution.avatar;
  const letter = h(
    'span',
    { class: 'avatar avatar-letter', 'aria-hidden': 'true' },
    institution.name.slice(0, 1).toUpperCase(),
  );
  if (!address || new URL(address, location.href).origin !== location.origin) return letter;
  const image = h('img', { class: 'avatar', src: address, alt: '', width: 44, height: 44 });
  image.addEventListener('error', () => image.replaceWith(letter), { once: true });
  return image;
}
