"""The web room: the ASGI application. It must not know dulwich or mistune."""
