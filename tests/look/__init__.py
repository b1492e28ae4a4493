"""The look: what every page promises to the eye, the hand and the screen reader."""
