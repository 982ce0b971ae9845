// Light or dark, the app's theme and the bank's colour, written as custom properties of the page.
// A theme comes from the embedding page and is not trusted: colours and lengths are parsed and
// written anew, font names quoted, texts become text nodes, images and remote fonts are ignored.

import {
  MARK_CONTRAST,
  TEXT_CONTRAST,
  WHITE,
  buttonColors,
  contrast,
  cssColor,
  flatten,
  inkFor,
  mix,
  parseColor,
  standOut,
} from './colors.js';

const SCHEMES = ['light', 'dark', 'auto'];
const TEXT_MAX = 80;
const FONT_MAX = 12;
const GENERIC = [
  'serif',
  'sans-serif',
  'monospace',
  'system-ui',
  'ui-sans-serif',
  'ui-serif',
  'ui-rounded',
  '-apple-system',
  'BlinkMacSystemFont',
];

// Custom property, the theme's word for it, and how much it must stand out. Errors stand on a tint.
const STANDING_OUT = [
  ['--ink', 'colors.primaryForeground', 7],
  ['--soft-ink', 'colors.secondaryForeground', TEXT_CONTRAST],
  ['--accent', 'colors.accent', TEXT_CONTRAST],
  ['--error', 'colors.error', 5.4],
  ['--success', 'colors.success', TEXT_CONTRAST],
  ['--edge', null, MARK_CONTRAST], // of controls; a theme has none
];
const PLAIN = [
  ['--line', 'colors.separator'],
  ['--overlay', 'modal.overlayBackgroundColor'],
];
const NEAR_CONTRAST = 1.6; // two grounds further apart can't share their inks

// The value at a path such as 'components.button.height', whatever the object really is.
function at(object, path) {
  return path
    .split('.')
    .reduce(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? value[key]
          : null,
      object,
    );
}

export function parseLength(value, max) {
  const parts =
    typeof value === 'string' && value.trim().match(/^(\d{1,4}(?:\.\d{1,3})?)(px|rem|em)?$/);
  if (!parts || (!parts[2] && Number(parts[1]) !== 0)) return null;
  const pixels = Number(parts[1]) * (parts[2] === 'px' || !parts[2] ? 1 : 16);
  return `${Math.min(pixels, max)}px`;
}

export function parseFonts(value) {
  if (typeof value !== 'string' || value.length > 600) return null;
  const names = value
    .split(',')
    .map((name) => name.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((name) => /^[\p{L}\p{N} ._-]{1,40}$/u.test(name))
    .slice(0, FONT_MAX);
  if (names.length === 0) return null;
  return names.map((name) => (GENERIC.includes(name) ? name : `"${name}"`)).join(', ');
}

function parseText(value) {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, TEXT_MAX) : null;
}

export function createTheme({ onChange }) {
  const root = document.documentElement;
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  let chosen = 'auto';
  let theme = {};
  let institution = null;
  const probe = document.body.appendChild(document.createElement('i'));
  probe.hidden = true;

  const scheme = () => (chosen === 'auto' ? (media.matches ? 'dark' : 'light') : chosen);

  function set(name, value) {
    if (value === null) root.style.removeProperty(name);
    else root.style.setProperty(name, value);
  }

  // A colour is a text, or {light, dark}.
  function themeColor(path) {
    const value = path && at(theme, path);
    return parseColor(typeof value === 'object' ? at(value, scheme()) : value);
  }

  // What app.css says where no theme does.
  function ours(name) {
    root.style.removeProperty(name);
    probe.style.color = `var(${name})`;
    return parseColor(getComputedStyle(probe).color);
  }

  function paintButton(grounds) {
    const isDark = scheme() === 'dark';
    const inherits = at(theme, 'components.button.inheritInstitutionColor') !== false;
    const brand =
      inherits && institution
        ? parseColor((isDark && institution.color_dark) || institution.color)
        : null;
    const color = flatten(brand ?? themeColor('colors.accent') ?? ours('--button'), grounds[0]);
    const { ground, ink } = buttonColors(color, isDark);

    set('--mark', cssColor(standOut(color, grounds, MARK_CONTRAST)));
    set('--button', cssColor(ground));
    set('--button-ink', cssColor(ink));
  }

  // Every ground first, then all that must stand out from it, the theme's as well as ours.
  function paint() {
    root.dataset.scheme = scheme();
    const ground = flatten(themeColor('colors.primaryBackground') ?? ours('--ground'), WHITE);
    const near = mix(ground, inkFor(ground), 0.05);
    const wanted = flatten(themeColor('colors.secondaryContent') ?? near, ground);
    const surface = contrast(wanted, ground) < NEAR_CONTRAST ? wanted : near;

    set('--ground', cssColor(ground));
    set('--surface', cssColor(surface));
    for (const [name, path, least] of STANDING_OUT) {
      const color = themeColor(path) ?? ours(name);
      set(name, cssColor(standOut(color, [ground, surface], least)));
    }
    for (const [name, path] of PLAIN) set(name, cssColor(themeColor(path) ?? ours(name)));
    paintButton([ground, surface]);
    paintShapes();
  }

  function paintShapes() {
    set('--font', parseFonts(at(theme, 'typography.fontFamily')));
    set('--modal-radius', parseLength(at(theme, 'modal.borderRadius'), 48));
    set('--button-radius', parseLength(at(theme, 'components.button.borderRadius'), 32));
    set('--button-height', parseLength(at(theme, 'components.button.height'), 72));
  }

  function change() {
    paint();
    onChange();
  }

  media.addEventListener('change', () => {
    if (chosen === 'auto') change();
  });

  return {
    scheme,
    setScheme(value) {
      if (!SCHEMES.includes(value)) return;
      chosen = value;
      change();
    },
    setTheme(value) {
      theme = value;
      change();
    },
    setInstitution(value) {
      if (value?.id === institution?.id) return;
      institution = value;
      paint();
    },
    // A word of the app's for one of ours.
    text: (path, ours) => parseText(at(theme, path)) ?? ours,
    start: paint,
  };
}
