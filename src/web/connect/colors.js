// Colours as numbers, so that no theme or bank can make a text unreadable (WCAG 2.2: 4.5 to 1 for
// text, 3 to 1 for marks).

export const TEXT_CONTRAST = 4.5;
export const MARK_CONTRAST = 3;
export const WHITE = [255, 255, 255, 1];
const BLACK = [0, 0, 0, 1];
const INK = [11, 18, 32, 1]; // on buttons

const canvas = document.createElement('canvas').getContext('2d');

// [r, g, b, alpha], or null for whatever is not plainly a colour. A canvas takes colours only (no
// url(), var() or inherit) and gives them back in one of two forms, so what we write into styles is
// our own text, never the sender's.
export function parseColor(text) {
  if (typeof text !== 'string' || text.length > 64) return null;
  const readOver = (start) => {
    canvas.fillStyle = start;
    canvas.fillStyle = text;
    return canvas.fillStyle;
  };
  const color = readOver('#000000');
  if (color !== readOver('#ffffff')) return null;
  if (color.startsWith('#'))
    return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)).concat(1);
  const parts = color.match(/^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/);
  return parts ? parts.slice(1).map(Number) : null;
}

export function cssColor([red, green, blue, alpha]) {
  const [r, g, b] = [red, green, blue].map(Math.round);
  return alpha === 1 ? `rgb(${r}, ${g}, ${b})` : `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

export function mix(from, to, share) {
  return from
    .slice(0, 3)
    .map((value, i) => value + (to[i] - value) * share)
    .concat(1);
}

// What a see-through colour looks like on a ground.
export function flatten(color, ground) {
  return mix(ground, color, color[3]);
}

function luminance(color) {
  const [r, g, b] = color.slice(0, 3).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// White or black, whichever reads better on the ground.
export function inkFor(ground) {
  return contrast(WHITE, ground) >= contrast(BLACK, ground) ? WHITE : BLACK;
}

// The colour, moved towards the ground's ink no further than it takes to stand out from every one
// of the grounds. Rounded as it will be written, so that the promise holds for what is drawn.
export function standOut(color, grounds, least) {
  const ink = inkFor(grounds[0]);
  const start = flatten(color, grounds[0]);
  for (let share = 0; share < 1; share += 0.04) {
    const moved = mix(start, ink, share).map(Math.round);
    if (grounds.every((ground) => contrast(moved, ground) >= least)) return moved;
  }
  return ink;
}

// A button's ground and ink. On a light page a colour that white text just misses is darkened a
// little, because dark text on a strong colour looks wrong there; on a dark page it looks right.
export function buttonColors(color, isDarkPage) {
  const least = isDarkPage ? TEXT_CONTRAST : MARK_CONTRAST;
  if (contrast(WHITE, color) >= least)
    return { ground: standOut(color, [WHITE], TEXT_CONTRAST), ink: WHITE };
  return { ground: color, ink: INK };
}
