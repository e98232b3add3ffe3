"""What readers meet in Chromium: a package, so that its tests can share one browser."""
