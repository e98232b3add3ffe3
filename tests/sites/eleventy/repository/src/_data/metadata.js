export default {
	title: "A garden",
	url: "https://garden.example/",
	language: "en",
	description: "What grows.",
	author: { name: "The gardener", url: "https://garden.example/about/" },
};
