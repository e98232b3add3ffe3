import { defineConfig, type DefaultTheme } from 'vitepress'

export default defineConfig({
  title: 'The workshop',
  description: 'How to build a chair',
  base: '/manual/',
  sitemap: { hostname: 'https://workshop.example' },
  srcExclude: ['**/drafts/**'],
  locales: {
    root: { label: 'English', lang: 'en-GB' },
    fr: { label: 'Français', lang: 'fr', link: '/fr/' },
  },
  themeConfig: {
    nav: nav(),
    sidebar: {
      '/guide/': { base: '/guide/', items: sidebar() },
    },
  },
})

function nav(): DefaultTheme.NavItem[] {
  return [
    { text: 'Guide', link: '/guide/', activeMatch: '/guide/' },
    { text: 'More', items: [{ text: 'About', link: '/about' }] },
    { text: 'Elsewhere', link: 'https://example.org/' },
  ]
}

function sidebar(): DefaultTheme.SidebarItem[] {
  return [
    { text: 'Tools', collapsed: false, items: [{ text: 'The saw', link: 'saw' }, { text: 'Glue', link: 'glue.html' }] },
  ]
}
