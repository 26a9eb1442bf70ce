// Returns the texts on the page whose contrast with what is behind them is below WCAG AA (4.5, or 3 when large).
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
    }
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) =>
    [r, g, b]
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      layers.unshift(colour);
      if (paint([colour])[3] === 255) break;
    }
    return layers;
  };
  const open = document.querySelector("dialog[open]") ?? document.body;
  const weak = [];
  for (const element of open.querySelectorAll("*")) {
    const words = [...element.childNodes].filter((one) => one.nodeType === 3 && one.data.trim());
    if (words.length === 0 || !element.checkVisibility({ opacityProperty: true })) continue;
    if (element.closest(".quiet, .skip, .number, option, noscript, :disabled")) continue;
    const style = getComputedStyle(element);
    const layers = behind(element);
    const back = light(paint(layers));
    const front = light(paint([...layers, style.color]));
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      weak.push(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${words[0].data.trim().slice(0, 30)}`);
    }
  }
  return weak;
};
