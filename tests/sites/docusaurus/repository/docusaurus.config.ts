import {themes as prismThemes} from 'prism-react-renderer';
import type {Config} from '@docusaurus/types';
import navbar from './navbar';

const title = "The workshop";

const config: Config = {
  title,
  tagline: 'How to build a chair',
  url: 'https://workshop.example', // no slash
  baseUrl: '/manual/',
  i18n: {defaultLocale: 'en', locales: ['en', 'fr']},
  presets: [
    [
      'classic',
      {
        docs: {
          sidebarPath: require.resolve('./sidebars.js'),
          editUrl: ({docPath}) => {
            if (docPath) { return `https://example.org/${docPath}`; }
          },
        },
        blog: {showReadingTime: true, routeBasePath: '/news'},
      } satisfies Preset.Options,
    ],
  ],
  plugins: [['@docusaurus/plugin-client-redirects', {redirects: [{from: ['/wax', '/docs/old'], to: '/docs/guide/waxes#kinds'}, {from: '/nowhere', to: '/lost'}]}]],
  themeConfig: {navbar, footer: {copyright: `© ${new Date().getFullYear()}`}},
};

export default config;
