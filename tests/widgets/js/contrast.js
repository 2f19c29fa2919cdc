// Evaluated in the page: the texts below `root` that contrast too little with what is behind them,
// by WCAG's formula. Texts of SVG are left out: what is behind them isn't an ancestor.
(root) => {
  const parse = (text) => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    if (text.startsWith("color(srgb")) return [...numbers.slice(0, 3).map((x) => x * 255), numbers[3] ?? 1];
    return [...numbers.slice(0, 3), numbers[3] ?? 1];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((x, i) => x * a + below[i] * (1 - a));
  const luminance = (colour) => colour.map((x) => x / 255)
    .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const {parentElement: node, textContent} = walker.currentNode;
    if (!textContent.trim() || node.closest("svg, [hidden], option, .tft-visually-hidden")) continue;
    if (!node.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
    if (node.closest("button:disabled")) continue;
    const style = getComputedStyle(node);
    const behind = background(node);
    const ink = over(parse(style.color), behind);
    const [light, dark] = [luminance(ink), luminance(behind)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const large = parseFloat(style.fontSize) >= 24
      || (parseFloat(style.fontSize) >= 18.7 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      found.push(`${textContent.trim().slice(0, 40)} (${node.className}): ${ratio.toFixed(2)}`);
    }
  }
  return [...new Set(found)];
}
