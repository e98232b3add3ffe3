export default {
  title: 'Workshop',
  items: [
    {type: 'docSidebar', sidebarId: 'main', position: 'left', label: 'Manual'},
    {to: 'news', label: 'News'},
    {to: '/showroom', label: 'Showroom'},
    {href: 'https://example.org', label: 'Elsewhere'},
    {type: 'search'},
  ],
};
