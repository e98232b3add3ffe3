// Draws one diagram for the page around this frame. Nothing here has an origin: whatever a text makes Mermaid
// do, there is no site, no cookie and no network for it to reach.

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
let drawn; // Its natural width.

addEventListener("message", ({ source, data }) => {
  if (source === parent && typeof data?.text === "string") draw(data);
});
new ResizeObserver(fit).observe(document.documentElement);
tell({ diagram: "ready" });

function tell(message) {
  // The page asks who speaks, and the frame cannot know where the page is.
  parent.postMessage(message, "*");
}

async function draw({ text, dark, colours, font }) {
  mermaid.initialize(settings(dark, colours ?? {}, font));
  try {
    const { svg } = await mermaid.render("drawing", text);
    document.body.innerHTML = svg;
    const image = document.querySelector("svg");
    drawn = image.viewBox?.baseVal?.width || image.getBoundingClientRect().width;
    image.style.width = "100%";
    image.style.maxWidth = `${drawn}px`;
    // Smaller than this nobody can read it: then one scrolls.
    image.style.minWidth = `${Math.round(drawn * 0.6)}px`;
    const title = image.querySelector(":scope > title")?.textContent ?? "";
    const height = fit();
    tell({ diagram: "drawn", title, height });
  } catch (error) {
    drawn = undefined;
    document.body.textContent = "";
    tell({ diagram: "failed", reason: String(error?.message ?? error) });
  }
}

// Tell how high the diagram is in the width that it has.
function fit() {
  if (drawn === undefined) return 0;
  const image = document.querySelector("svg");
  const wide = image.getBoundingClientRect().width > innerWidth + 1;
  // What scrolls must be in reach of the keyboard.
  if (wide) document.body.tabIndex = 0;
  else document.body.removeAttribute("tabindex");
  const bar = document.body.offsetHeight - document.body.clientHeight;
  const height = Math.ceil(image.getBoundingClientRect().height) + bar;
  tell({ diagram: "height", height });
  return height;
}

// The first six colours are the page's ground, ink and lines; those after them are its hues.
function settings(dark, colours, font) {
  const { paper, ink, quiet, line, tint, mark } = Object.fromEntries(
    Object.entries(colours).map(([name, colour]) => [name, hex(colour)]),
  );
  return {
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    theme: "base",
    fontFamily: font,
    themeVariables: {
      darkMode: dark,
      fontFamily: font,
      background: paper,
      mainBkg: tint,
      primaryColor: tint,
      primaryTextColor: ink,
      primaryBorderColor: quiet,
      secondaryColor: line,
      tertiaryColor: paper,
      lineColor: quiet,
      textColor: ink,
      titleColor: ink,
      edgeLabelBackground: paper,
      clusterBkg: paper,
      clusterBorder: line,
      noteBkgColor: mark,
      noteTextColor: ink,
      noteBorderColor: quiet,
      pieStrokeColor: paper,
      pieOuterStrokeColor: line,
      pieSectionTextColor: ink,
      pieTitleTextColor: ink,
      pieOpacity: 1,
      ...hues(Object.values(colours).slice(6).map(hex), paper, ink),
    },
  };
}

// The colours of what is told apart by colour: those of the page, as grounds for its ink.
function hues(strong, paper, ink) {
  const found = {};
  strong.forEach((colour, index) => {
    const ground = mixed(colour, paper, 0.32);
    Object.assign(found, {
      [`pie${index + 1}`]: ground,
      [`cScale${index}`]: ground,
      [`cScaleLabel${index}`]: ink,
      [`git${index}`]: mixed(colour, paper, 0.7),
    });
  });
  return found;
}

function mixed(one, other, share) {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [one, other].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(a * share + b * (1 - share)).toString(16).padStart(2, "0");
  });
  return "#" + parts.join("");
}

// Mermaid reckons with colours, and knows fewer ways to write them than a style sheet.
function hex(colour) {
  canvas.fillStyle = "#808080";
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return "#" + [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
}
