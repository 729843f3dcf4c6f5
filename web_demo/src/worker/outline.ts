// A mask's outline, to be drawn.
import type { Mask } from "squeezesam";

/** How far a drawn line may stray, of the longer side: less than a pixel of a screen. */
const STRAY = 1 / 3000;

/** An SVG path with every ring, holes included, for fill-rule evenodd. */
export function outlinePath(mask: Mask): string {
  const epsilon = Math.max(0.5, Math.max(mask.width, mask.height) * STRAY);
  return mask.contour(epsilon).map(({ points }) => {
    const corners: string[] = [];
    for (let i = 0; i + 1 < points.length; i += 2) {
      corners.push(`${points[i]},${points[i + 1]}`);
    }
    return `M${corners.join("L")}Z`;
  }).join("");
}
