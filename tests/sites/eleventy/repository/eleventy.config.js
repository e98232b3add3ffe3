import rss from "@11ty/eleventy-plugin-rss";

// dir: { input: "elsewhere" }
export default function (eleventyConfig) {
	eleventyConfig.addPlugin(rss);
	eleventyConfig.addPassthroughCopy({ "./public/": "/" }).addPassthroughCopy("src/img");
	eleventyConfig.ignores.add("src/notes.md");
	eleventyConfig.addFilter("readable", (date) => date.toISOString());
}

export const config = {
	markdownTemplateEngine: "njk",
	dir: { input: "src", includes: "_includes", data: "_data", output: "_site" },
};
