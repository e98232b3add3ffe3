"""The render room: from a site to bytes. Pure: no network, no event loop."""
