// Fingers, mouse and keys on the photo, as taps and boxes in its pixels.

const LONG_PRESS = 500; // ms
const SLOP = 6; // CSS pixels that a tap may wander

/**
 * Listens on `stage`; `size()` is the photo's. Calls `tap(x, y, inverted)`, `box(x0, y0, x1, y1)`,
 * `preview(box or null)` while one is drawn, and `cross(x, y)` where the keys' cross stands.
 */
export function listen(stage, size, { tap, box, preview, cross }) {
  let press = null;
  let timer = 0;

  const place = (event) => {
    const frame = stage.getBoundingClientRect();
    const { width, height } = size();
    // Pixel centres lie at whole numbers.
    const x = ((event.clientX - frame.left) / frame.width) * width - 0.5;
    const y = ((event.clientY - frame.top) / frame.height) * height - 0.5;
    return { x: within(x, width), y: within(y, height) };
  };
  const end = () => {
    clearTimeout(timer);
    press = null;
    preview(null);
  };

  stage.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button === 1) return end();
    stage.setPointerCapture(event.pointerId);
    press = { at: place(event), left: event.clientX, top: event.clientY, moved: false, done: false };
    press.inverted = event.button === 2;
    if (event.pointerType !== "mouse") {
      timer = setTimeout(() => {
        if (!press || press.moved) return;
        press.done = true;
        navigator.vibrate?.(20);
        tap(press.at.x, press.at.y, true);
      }, LONG_PRESS);
    }
  });
  stage.addEventListener("pointermove", (event) => {
    if (!press || press.done || press.inverted || !event.isPrimary) return;
    press.moved ||= Math.hypot(event.clientX - press.left, event.clientY - press.top) > SLOP;
    if (press.moved) preview(corners(press.at, place(event)));
  });
  stage.addEventListener("pointerup", (event) => {
    if (!press || !event.isPrimary) return;
    const { at, moved, done, inverted } = press;
    const found = corners(at, place(event));
    end();
    if (done) return;
    if (!moved) tap(at.x, at.y, inverted);
    else if (found.x0 < found.x1 && found.y0 < found.y1) box(found);
  });
  stage.addEventListener("pointercancel", end);
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  listenToKeys(stage, size, { tap, box, preview, cross });
}

function listenToKeys(stage, size, { tap, box, preview, cross }) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let at = null;
  let corner = null;
  let shown = null;

  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { width, height } = size();
    if (shown !== `${width}×${height}`) {
      shown = `${width}×${height}`;
      at = { x: Math.floor(width / 2), y: Math.floor(height / 2) };
      corner = null;
    }
    const step = steps[event.key];
    if (step) {
      const far = Math.max(1, Math.round(Math.max(width, height) / (event.shiftKey ? 12 : 100)));
      at = { x: within(at.x + far * step[0], width), y: within(at.y + far * step[1], height) };
      if (corner) preview(corners(corner, at));
      cross(at.x, at.y);
    } else if (event.key === "Enter" || event.key === " ") {
      tap(at.x, at.y, false);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      tap(at.x, at.y, true);
    } else if (event.key.toLowerCase() === "b") {
      const found = corner && corners(corner, at);
      corner = corner ? null : at;
      preview(null);
      if (found && found.x0 < found.x1 && found.y0 < found.y1) box(found);
    } else {
      return;
    }
    event.preventDefault();
  });
}

function within(value, length) {
  return Math.min(Math.max(value, 0), length - 1);
}

function corners(a, b) {
  return {
    x0: Math.min(a.x, b.x),
    y0: Math.min(a.y, b.y),
    x1: Math.max(a.x, b.x),
    y1: Math.max(a.y, b.y),
  };
}
